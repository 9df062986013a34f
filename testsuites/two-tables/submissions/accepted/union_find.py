import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))
    guests = numbers[0]
    # Guest g at table 1 is the element 2 * g, at table 2 the element 2 * g + 1.
    parent = list(range(2 * guests))

    def find(element):
        while parent[element] != element:
            parent[element] = parent[parent[element]]
            element = parent[element]
        return element

    for one, other in zip(numbers[2::2], numbers[3::2]):
        a, b = 2 * (one - 1), 2 * (other - 1)
        parent[find(a)] = find(b + 1)
        parent[find(a + 1)] = find(b)

    chosen = {}
    for guest in range(guests):
        here, there = find(2 * guest), find(2 * guest + 1)
        if here == there:
            print("impossible")
            return
        if here not in chosen and there not in chosen:
            chosen[here], chosen[there] = 2, 1
    print("possible", *(chosen[find(2 * guest)] for guest in range(guests)), sep="\n")


main()
