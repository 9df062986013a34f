import sys

data = sys.stdin.buffer.read().split()
sys.stdout.buffer.write(b"%d\n" % (3 * int(data[0]) + 1))
