class Full(Exception):
    def __init__(self, size):
        super().__init__(f"no locker of size {size} is free")
        self.size = size


class Wall:
    def __init__(self, sizes):
        self.sizes = dict(sizes)
        self.parcels = {}
        self.watchers = []

    def __len__(self):
        return len(self.sizes)

    def __iter__(self):
        free = [number for number in self.sizes if number not in self.parcels]
        return iter(sorted(free, key=lambda number: (self.sizes[number], number)))

    def __contains__(self, parcel):
        return parcel in self.parcels.values()

    def __eq__(self, other):
        if not isinstance(other, Wall):
            return NotImplemented
        return (self.sizes, self.parcels) == (other.sizes, other.parcels)

    def store(self, parcel, size):
        for number in self:
            if self.sizes[number] >= size:
                self.parcels[number] = parcel
                for watcher in self.watchers:
                    watcher(number, parcel)
                return number
        raise Full(size)

    def collect(self, number):
        return self.parcels.pop(number)

    def watch(self, callback):
        self.watchers.append(callback)


def report(wall):
    for number in sorted(wall.parcels):
        print(f"{number}: {wall.parcels[number]}")
