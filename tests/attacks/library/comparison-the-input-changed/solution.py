import contextlib


class Empty(Exception):
    pass


class Stack(list):
    def push(self, item):
        self.clear()

    def pop(self):
        raise Empty


def f(n):
    return 0


def each(items, call):
    items.clear()


def guarded():
    return contextlib.nullcontext()


def say(n):
    pass
