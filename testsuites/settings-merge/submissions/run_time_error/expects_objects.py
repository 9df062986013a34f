import json


def merge(a, b):
    for key, value in b.items():
        if isinstance(value, dict):
            a[key] = merge(a[key], value)
        elif value is None:
            a.pop(key)
        else:
            a[key] = value
    return a


settings, overrides = json.loads(input()), json.loads(input())
print(json.dumps(merge(settings, overrides)))
