import sys

text = sys.stdin.read()
copies = []
for level in range(1000):
    copies.append(text + "x" * 1_000_000)
print(len(copies))
