import json


def merge(a, b):
    result = {**a}
    for key, value in b.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(a[key], value) if isinstance(a.get(key), dict) and isinstance(value, dict) else value
    return result


print(merge(json.loads(input()), json.loads(input())))
