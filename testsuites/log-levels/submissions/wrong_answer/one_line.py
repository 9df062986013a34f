import sys
from collections import Counter

counts = Counter(line.split()[0] for line in sys.stdin.readlines()[1:])
print(*[f"{level} {count} 1" for level, count in counts.most_common()])
