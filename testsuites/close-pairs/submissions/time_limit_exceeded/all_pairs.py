def sequence(n, seed):
    values, x = [], seed
    for _ in range(n):
        x = (x * 1103515245 + 12345) % 2147483648
        values.append(x // 64)
    return values


def close_pairs(n, seed, gap):
    values = sequence(n, seed)
    count = 0
    for i in range(n):
        for j in range(i + 1, n):
            if abs(values[i] - values[j]) <= gap:
                count += 1
    return count
