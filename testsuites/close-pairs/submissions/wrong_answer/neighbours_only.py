def sequence(n, seed):
    values, x = [], seed
    for _ in range(n):
        x = (x * 1103515245 + 12345) % 2147483648
        values.append(x // 64)
    return values


def close_pairs(n, seed, gap):
    values = sorted(sequence(n, seed))
    return sum(b - a <= gap for a, b in zip(values, values[1:]))
