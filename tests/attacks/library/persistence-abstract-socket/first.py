import socket

try:
    server = socket.socket(socket.AF_UNIX)
    server.bind("\0left")
    server.listen()
except OSError:
    pass


def f(n):
    return 0
