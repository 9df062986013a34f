def f(n):
    items = []
    items.append(items)
    return items
