import os
import signal

input()
print(500, flush=True)
input()
os.kill(os.getpid(), signal.SIGKILL)
