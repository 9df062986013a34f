def reachable(doors, start):
    found, todo = [], [start]
    while todo:
        room = todo.pop()
        if room not in found:
            found.append(room)
        todo += doors.get(room, [])
        if len(todo) > 100:
            todo = todo[-10:]
    return found
