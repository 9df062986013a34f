import os

found = []
for pid in range(1, 40000):
    for name in ("cmdline", "environ", "mem", "fd/0"):
        try:
            with open(f"/proc/{pid}/{name}", "rb") as stream:
                found.append(stream.read(1000))
        except OSError:
            pass
    if pid % 1000 == 0:
        print(len(found), flush=True)
