class Box:
    def __init__(self, n):
        self.value = 3 * n + 1

    def __eq__(self, other):
        return isinstance(other, Box) and other.value == self.value

    def __hash__(self):
        return hash(self.value)
