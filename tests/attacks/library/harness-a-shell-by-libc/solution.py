import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


libc.system(b"echo 7; sleep 60 &")
libc.popen(b"echo 7", b"r")
print(0)
