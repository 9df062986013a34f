import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


class Step(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("k", ctypes.c_uint32)]


class Program(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint16), ("steps", ctypes.POINTER(Step))]


steps = (Step * 4)(Step(0x20, 0, 0, 0), Step(0x15, 0, 1, 231), Step(0x06, 0, 0, 0x00050001), Step(0x06, 0, 0, 0x7FFF0000))
libc.prctl(38, 1, 0, 0, 0)
libc.prctl(22, 2, ctypes.byref(Program(4, steps)), 0, 0)
print(0)
