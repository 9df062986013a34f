import os

print(3 * int(input()) + 1, flush=True)
os.abort()
