import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


class Step(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("k", ctypes.c_uint32)]


class Program(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint16), ("steps", ctypes.POINTER(Step))]


steps = (Step * 6)(
    Step(0x20, 0, 0, 0),
    Step(0x15, 2, 0, 101),
    Step(0x15, 1, 0, 62),
    Step(0x15, 0, 1, 250),
    Step(0x06, 0, 0, 0x00050000),
    Step(0x06, 0, 0, 0x7FFF0000),
)
libc.prctl(38, 1, 0, 0, 0)
libc.syscall(317, 1, 0, ctypes.byref(Program(6, steps)))
libc.ptrace(16, os.getppid() or 1, 0, 0)
libc.syscall(250, 10, -4, b"user", b"left", 0)
print(0)
