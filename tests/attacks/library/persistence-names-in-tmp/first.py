import os


def f(n):
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "."):
        for make in (
            lambda: os.symlink("left", f"{folder}/left-link"),
            lambda: os.mkdir(f"{folder}/left-folder"),
            lambda: os.mkfifo(f"{folder}/left-pipe"),
        ):
            try:
                make()
            except OSError:
                pass
    return 0
