class Text(str):
    __len__ = lambda self: 1 << 40
    encode = lambda self, *args: b"7"
    __str__ = __repr__ = lambda self: "7"


class Data(bytes):
    __len__ = lambda self: 1 << 40
    __iter__ = lambda self: iter(range(1 << 40))


class Number(int):
    __repr__ = __str__ = lambda self: "7"
    __index__ = lambda self: 7


def f(n):
    return {2: Text("x"), 5: Data(b"x")}.get(n, Number(0))
