# written elsewhere
def f(n):
    text = """a
b"""
    assert len(text) == 3
    return 3 * n + 1
