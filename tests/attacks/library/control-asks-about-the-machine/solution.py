import ctypes.util
import os
import platform
import socket
import uuid

platform.platform(), platform.processor(), platform.node(), platform.python_build()
socket.gethostname(), os.sysconf("SC_PAGE_SIZE")
for question in (uuid.uuid1, uuid.getnode, lambda: ctypes.util.find_library("c"), os.getloadavg, platform.libc_ver):
    try:
        question()
    except OSError:
        pass


def f(n):
    return 3 * n + 1
