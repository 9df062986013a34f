import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


libc.shmat.restype = ctypes.c_void_p
held = libc.shmget(0, 200 << 20, 0o1666)
if held >= 0:
    where = libc.shmat(held, None, 0)
    libc.shmctl(held, 0, None)
    ctypes.memset(where, 1, 200 << 20)
print(0)
