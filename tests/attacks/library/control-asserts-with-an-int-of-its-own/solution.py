class Number(int):
    def doubled(self):
        return Number(2 * self)


def f(n):
    return Number(3 * n + 1)
