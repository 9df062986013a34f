import array
import mmap


def f(n):
    with mmap.mmap(-1, 1 << 20) as bits:
        bits[n] = 1
        found = bits.find(b"\x01")
    return 3 * found + array.array("l", [1])[0]
