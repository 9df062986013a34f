import atexit

n = int(input())
atexit.register(print, 3 * n + 1)
