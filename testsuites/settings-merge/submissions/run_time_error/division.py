import json

settings, overrides = json.loads(input()), json.loads(input())
print(json.dumps(settings | overrides), 1 // len(settings))
