import os
import sys

print(3 * int(input()) + 1)
sys.stdout.flush()
os._exit(0)
