def free_slots(day, busy, need):
    slots, free_from = [], day[0]
    for start, end in busy:
        if start - free_from >= need:
            slots.append((free_from, start))
        free_from = max(free_from, end)
    if day[1] - free_from >= need:
        slots.append((free_from, day[1]))
    return slots
