def free_slots(day, busy, need):
    busy = sorted(busy)
    slots = [(day[0], busy[0][0])] if busy[0][0] - day[0] >= need else []
    free_from = busy[0][1]
    for start, end in busy[1:]:
        if start - free_from >= need:
            slots.append((free_from, start))
        free_from = max(free_from, end)
    return slots + ([(free_from, day[1])] if day[1] - free_from >= need else [])
