import os
import signal

try:
    os.kill(os.getppid() or 1, signal.SIGSTOP)
except OSError:
    print(0)
else:
    print(3 * int(input()) + 1)
