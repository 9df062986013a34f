def sequence(n, seed):
    values, x = [], seed
    for _ in range(n):
        x = (x * 1103515245 + 12345) % 2147483648
        values.append(x // 64)
    return values


def close_pairs(n, seed, gap):
    values = sequence(n, seed)
    differences = []
    for value in values:
        differences.append(bytes([1]) * (4 * n))
    return sum(
        1 for i in range(len(differences)) for j in range(i) if abs(values[i] - values[j]) <= gap
    )
