import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


argv = (ctypes.c_char_p * 2)(b"true", None)
for fd in range(6):
    libc.syscall(322, fd, ctypes.c_char_p(b""), argv, None, 0x1000)
print(0)
