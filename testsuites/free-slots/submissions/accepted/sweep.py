def free_slots(day, busy, need):
    slots, free_from = [], day[0]
    for start, end in sorted([*busy, (day[1], day[1])]):
        if start - free_from >= need:
            slots.append((free_from, start))
        free_from = max(free_from, end)
    return slots
