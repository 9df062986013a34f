def reachable(doors, start):
    seen, todo = {start}, [start]
    while todo:
        for room in doors[todo.pop()]:
            if room not in seen:
                seen.add(room)
                todo.append(room)
    return list(seen)
