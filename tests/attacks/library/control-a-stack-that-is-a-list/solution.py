import contextlib


class Empty(LookupError):
    pass


class Stack(list):
    push = list.append

    @property
    def top(self):
        return self[-1]

    def pop(self):
        try:
            return super().pop()
        except IndexError:
            raise Empty("nothing to pop") from None


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
