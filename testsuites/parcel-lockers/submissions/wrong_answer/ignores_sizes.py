class Full(Exception):
    def __init__(self, size):
        super().__init__(size)
        self.size = size


class Wall:
    def __init__(self, sizes):
        self.sizes, self.parcels, self.watchers = dict(sizes), {}, []

    def __len__(self):
        return len(self.sizes)

    def __iter__(self):
        return (number for number in sorted(self.sizes) if number not in self.parcels)

    def __contains__(self, parcel):
        return parcel in self.parcels.values()

    def __eq__(self, other):
        return (self.sizes, self.parcels) == (other.sizes, other.parcels)

    def store(self, parcel, size):
        for number in self:
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
