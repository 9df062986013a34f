"""Any seating is right in which nobody sits with whom they quarrelled."""


def check(case, answer):
    guests, quarrels = read(case.input)
    word, *tables = answer.split() or [""]
    if word != case.expected:
        return False, f"says {word[:20]!r} where it is {case.expected}"
    if word == "impossible":
        return not tables
    if len(tables) != guests:
        return False, f"{len(tables)} tables for {guests} guests"
    if not set(tables) <= {"1", "2"}:
        return False, "a table that is neither 1 nor 2"
    for one, other in quarrels:
        if tables[one - 1] == tables[other - 1]:
            return False, f"guests {one} and {other} sit together"
    return True


def read(text):
    numbers = list(map(int, text.split()))
    return numbers[0], list(zip(numbers[2::2], numbers[3::2], strict=False))
