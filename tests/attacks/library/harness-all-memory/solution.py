held = []


def f(n):
    while True:
        held.append(bytearray(32 << 20))
