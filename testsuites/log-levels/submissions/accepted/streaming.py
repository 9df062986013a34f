import sys

counts = {}
longest = {}
previous, run = None, 0


def see(level):
    global previous, run
    run = run + 1 if level == previous else 1
    previous = level
    counts[level] = counts.get(level, 0) + 1
    longest[level] = max(longest.get(level, 0), run)


sys.stdin.buffer.readline()
for line in sys.stdin.buffer:
    see(line.split()[0])
for level in sorted(counts, key=lambda level: (-counts[level], level)):
    sys.stdout.buffer.write(b"%s %d %d\n" % (level, counts[level], longest[level]))
