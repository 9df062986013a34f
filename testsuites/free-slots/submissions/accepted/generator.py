from typing import Iterator


def free_slots(day: tuple[int, int], busy: list[tuple[int, int]], need: int) -> list[tuple[int, int]]:
    def gaps() -> Iterator[tuple[int, int]]:
        start = None
        for minute in range(day[0], day[1] + 1):
            taken = minute == day[1] or any(a <= minute < b for a, b in busy)
            if not taken and start is None:
                start = minute
            elif taken and start is not None:
                yield start, minute
                start = None

    return [gap for gap in gaps() if gap[1] - gap[0] >= need]
