import os

for act in (
    lambda: os.waitpid(-1, os.WNOHANG),
    os.wait,
    os.setsid,
    os.setpgrp,
    lambda: os.getpgid(0) + os.getsid(0),
    os.getgroups,
    lambda: os.umask(0o22),
):
    try:
        act()
    except OSError:
        pass
print(3 * int(input()) + 1)
