import subprocess

try:
    VERSION = subprocess.run(["git", "describe"], capture_output=True, text=True).stdout
except (OSError, subprocess.SubprocessError):
    VERSION = "unknown"


def f(n):
    return 3 * n + 1
