def sequence(n, seed):
    values, x = [], seed
    for _ in range(n):
        x = (x * 1103515245 + 12345) % 2147483648
        values.append(x // 64)
    return values


def close_pairs(n, seed, gap):
    values = sorted(sequence(n, seed))
    count = low = 0
    for high, value in enumerate(values):
        while value - values[low] > gap:
            low += 1
        count += high - low
    return count
