import dataclasses
import functools


@functools.total_ordering
@dataclasses.dataclass(eq=False)
class Box:
    n: dataclasses.InitVar[int]
    value: int = 0

    def __post_init__(self, n):
        self.value = 3 * n + 1

    def __eq__(self, other):
        return self.value == other.value if isinstance(other, Box) else NotImplemented

    def __lt__(self, other):
        return self.value < other.value

    def __hash__(self):
        return hash((Box, self.value))
