from dataclasses import dataclass, field


class Full(Exception):
    """No free locker is large enough."""

    def __init__(self, size):
        Exception.__init__(self, size)
        self.size = size


@dataclass(order=True)
class Locker:
    size: int
    number: int
    parcel: str | None = field(default=None, compare=False)


class Wall:
    def __init__(self, sizes):
        self._lockers = sorted(Locker(size, number) for number, size in sizes.items())
        self._callbacks = []

    def __len__(self):
        return len(self._lockers)

    def __iter__(self):
        for locker in self._lockers:
            if locker.parcel is None:
                yield locker.number

    def __contains__(self, parcel):
        return any(locker.parcel == parcel for locker in self._lockers)

    def __eq__(self, other):
        return self.contents() == other.contents()

    def contents(self):
        return [(locker.number, locker.size, locker.parcel) for locker in self._lockers]

    def store(self, parcel, size):
        for locker in self._lockers:
            if locker.parcel is None and locker.size >= size:
                locker.parcel = parcel
                for callback in self._callbacks:
                    callback(locker.number, parcel)
                return locker.number
        raise Full(size)

    def collect(self, number):
        for locker in self._lockers:
            if locker.number == number and locker.parcel is not None:
                parcel, locker.parcel = locker.parcel, None
                return parcel
        raise KeyError(number)

    def watch(self, callback):
        self._callbacks.append(callback)


def report(wall):
    occupied = {number: parcel for number, _, parcel in wall.contents() if parcel is not None}
    print("".join(f"{number}: {parcel}\n" for number, parcel in sorted(occupied.items())), end="")
