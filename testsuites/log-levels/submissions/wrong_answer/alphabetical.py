import sys
from itertools import groupby

levels = [line.split()[0] for line in sys.stdin.readlines()[1:]]
for level in sorted(set(levels)):
    print(level, levels.count(level), max(len(list(run)) for key, run in groupby(levels) if key == level))
