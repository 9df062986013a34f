def f(n):
    while True:
        yield n
