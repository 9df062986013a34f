import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


libc.semget(0x5E5A77, 1, 0o1666)
print(0)
