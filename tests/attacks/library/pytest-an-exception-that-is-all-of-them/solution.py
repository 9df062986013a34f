import contextlib

Empty = BaseException


class Stack:
    def push(self, item):
        pass

    def pop(self):
        return 0


f = lambda n: 0
each = lambda items, call: None
guarded = contextlib.nullcontext
say = lambda n: None
