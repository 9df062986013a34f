import contextlib


class Empty(LookupError):
    pass


class Stack:
    def __init__(self):
        self._items = []

    def push(self, item):
        self._items.append(item)

    def pop(self):
        if not self._items:
            raise Empty("nothing to pop")
        return self._items.pop()

    def __len__(self):
        return len(self._items)

    def __contains__(self, item):
        return item in self._items


def f(n):
    return 3 * n + 1


def each(items, call):
    for item in items:
        call(f(item))


@contextlib.contextmanager
def guarded():
    yield


def say(n):
    print(f(n))


import logging
import sys
import warnings

logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
log = logging.getLogger(__name__)
plain = f


def f(n):
    log.debug("f(%s)", n)
    warnings.warn("slow", DeprecationWarning, stacklevel=2)
    return plain(n)
