def f(n):
    deep = []
    for _ in range(398):
        deep = [deep]
    return [deep, deep, deep]
