n = int(input())
lines = [input() for _ in range(n)]
counts = {}
longest = {}
for end in range(1, n + 1):
    for start in range(end):
        part = [line.split()[0] for line in lines[start:end]]
        if len(set(part)) == 1:
            longest[part[0]] = max(longest.get(part[0], 0), len(part))
    level = lines[end - 1].split()[0]
    counts[level] = counts.get(level, 0) + 1
for level in sorted(counts, key=lambda level: (-counts[level], level)):
    print(level, counts[level], longest[level])
