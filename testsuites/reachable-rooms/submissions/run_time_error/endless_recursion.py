def reachable(doors, start):
    rooms = {start}
    for room in doors.get(start, []) or [start]:
        rooms |= set(reachable(doors, room))
    return list(rooms)
