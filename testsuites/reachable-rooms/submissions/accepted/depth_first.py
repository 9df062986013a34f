def reachable(doors, start):
    seen = {start}

    def walk(room):
        for following in doors.get(room, ()):
            if following not in seen:
                seen.add(following)
                walk(following)

    walk(start)
    return list(seen)
