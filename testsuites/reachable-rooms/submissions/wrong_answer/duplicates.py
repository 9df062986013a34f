def reachable(doors, start):
    order, done = [start], set()
    for room in order:
        if room not in done:
            done.add(room)
            order.extend(doors.get(room, []))
    return order
