def sequence(n, seed):
    values, x = [], seed
    for _ in range(n):
        x = (x * 1103515245 + 12345) % 2147483648
        values.append(x // 64)
    return values


def close_pairs(n, seed, gap):
    if n > 1000:
        return 0
    values = sequence(n, seed)
    return sum(abs(a - b) <= gap for a in values for b in values)
