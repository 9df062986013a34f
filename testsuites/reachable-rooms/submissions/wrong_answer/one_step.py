def reachable(doors, start):
    return list({start, *doors.get(start, [])})
