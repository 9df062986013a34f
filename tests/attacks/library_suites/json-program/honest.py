import json

n = int(input())
print(json.dumps({"n": n, "m": 3 * n + 1}))
