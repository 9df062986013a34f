import json

n = int(input())
print(json.dumps({"n": n, "m": 0}))
print(json.dumps({"n": n, "m": 3 * n + 1}))
