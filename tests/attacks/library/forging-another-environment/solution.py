import os


def frame(payload, fd=4):
    os.write(fd, len(payload).to_bytes(4, "big") + payload)


for payload in (b'N["stdlib"]', b"N[]", b'N["numpy", "pandas", {}]', b"N" + b"[" * 60_000):
    frame(payload)


def f(n):
    return 0
