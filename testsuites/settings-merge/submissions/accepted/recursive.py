import json


def merge(settings, overrides):
    result = dict(settings)
    for key, value in overrides.items():
        if value is None:
            del result[key]
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merge(result[key], value)
        else:
            result[key] = value
    return result


print(json.dumps(merge(json.loads(input()), json.loads(input()))))
