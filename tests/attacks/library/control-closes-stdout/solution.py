import sys

print(3 * int(input()) + 1)
sys.stdout.close()
sys.stderr.close()
