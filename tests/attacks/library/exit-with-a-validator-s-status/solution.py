import os

print(input(), 0, 1)
os._exit(42)
