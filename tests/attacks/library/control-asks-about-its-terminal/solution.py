import fcntl
import getpass
import os
import select
import shutil
import sys

if sys.stdin.isatty() or os.isatty(1):
    print("welcome")
shutil.get_terminal_size()
fcntl.fcntl(0, fcntl.F_GETFL)
os.fstat(0), os.getpid(), os.getppid(), os.getuid(), os.getcwd(), os.times(), os.uname()
select.select([sys.stdin], [], [], 0.1)
try:
    getpass.getuser()
except (KeyError, OSError):
    pass
print(3 * int(input()) + 1)
