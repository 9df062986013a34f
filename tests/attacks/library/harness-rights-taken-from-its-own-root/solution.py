import os


def f(n):
    for name in (b"\xff\xfe", b"a\nb", b"-rf", b"x" * 255, b"moved-0", b" "):
        os.makedirs(name + b"/in/in", exist_ok=True)
        os.chmod(name + b"/in", 0)
        os.chmod(name, 0)
    os.chmod("/", 0)
    return 0
