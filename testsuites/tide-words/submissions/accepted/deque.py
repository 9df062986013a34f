from collections import deque


def after_tides(word: str, tides: int) -> str:
    letters = deque(word)
    letters.rotate(tides)
    return "".join(letters)
