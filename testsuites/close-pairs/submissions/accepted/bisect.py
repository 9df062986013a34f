from bisect import bisect_right


def close_pairs(n: int, seed: int, gap: int) -> int:
    values, x = [], seed
    for _ in range(n):
        x = (x * 1103515245 + 12345) % (1 << 31)
        values.append(x >> 6)
    values.sort()
    return sum(bisect_right(values, value + gap) - index - 1 for index, value in enumerate(values))
