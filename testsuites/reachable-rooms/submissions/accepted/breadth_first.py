from collections import deque


def reachable(doors: dict[str, list[str]], start: str) -> list[str]:
    order, queue = [start], deque([start])
    while queue:
        for room in doors.get(queue.popleft(), []):
            if room not in order:
                order.append(room)
                queue.append(room)
    return order
