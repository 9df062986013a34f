import sys
from collections import Counter
from itertools import groupby

lines = sys.stdin.read().splitlines()[1:]
levels = [line.partition(" ")[0] for line in lines]
counts, longest = Counter(levels), Counter()
for level, run in groupby(levels):
    longest[level] = max(longest[level], len(list(run)))
for level, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
    print(level, count, longest[level])
