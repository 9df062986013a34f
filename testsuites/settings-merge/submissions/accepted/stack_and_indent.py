import json
import sys

settings, overrides = map(json.loads, sys.stdin)
todo = [(settings, overrides)]
while todo:
    target, source = todo.pop()
    for key, value in source.items():
        if value is None:
            target.pop(key)
        elif type(value) is type(target.get(key)) is dict:
            todo.append((target[key], value))
        else:
            target[key] = value
json.dump(settings, sys.stdout, indent=4, ensure_ascii=False, sort_keys=True)
