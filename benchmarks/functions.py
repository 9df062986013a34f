"""Forty small functions and eight small programs, written for the benchmark in the manner of HumanEval and of contests.

`work.py` takes their source as the submission, makes arguments from their annotations, and takes what they return as
the expected answer. So each must return for any arguments of its types, use plain values only, and change no argument.
"""

from __future__ import annotations

import bisect
import functools
import heapq
import itertools
import math
import re
from collections import Counter, defaultdict, deque


def alternate_case(text: str) -> str:
    """The letters of `text` in upper and lower case by turns."""
    return "".join(c.upper() if i % 2 == 0 else c.lower() for i, c in enumerate(text))


def count_inversions(values: list[int]) -> int:
    """How many pairs stand in the wrong order."""
    seen: list[int] = []
    total = 0
    for value in values:
        total += len(seen) - bisect.bisect_right(seen, value)
        bisect.insort(seen, value)
    return total


def run_lengths(text: str) -> list[tuple[str, int]]:
    """Runs of equal characters with their lengths."""
    return [(key, len(list(group))) for key, group in itertools.groupby(text)]


def steepest_step(values: list[int]) -> int:
    """The largest difference of neighbours; 0 where there are none."""
    return max((abs(b - a) for a, b in itertools.pairwise(values)), default=0)


def primes_up_to(limit: int) -> list[int]:
    """All primes up to and including `limit`."""
    sieve = bytearray([1]) * (limit + 1)
    found = []
    for number in range(2, limit + 1):
        if sieve[number]:
            found.append(number)
            for multiple in range(number * number, limit + 1, number):
                sieve[multiple] = 0
    return found


def collatz_peak(start: int) -> int:
    """The highest number on the way from `start` to 1."""
    number = peak = max(1, start)
    while number != 1:
        number = 3 * number + 1 if number % 2 else number // 2
        peak = max(peak, number)
    return peak


def most_common_word(text: str) -> str:
    """The most frequent word; the alphabetically first of several."""
    counts = Counter(re.findall(r"[a-z]+", text.lower()))
    return min(counts, key=lambda word: (-counts[word], word)) if counts else ""


def running_median(values: list[int]) -> list[float]:
    """The median of each prefix."""
    low: list[int] = []
    high: list[int] = []
    medians = []
    for value in values:
        heapq.heappush(low, -heapq.heappushpop(high, value))
        if len(low) > len(high):
            heapq.heappush(high, -heapq.heappop(low))
        medians.append(float(high[0]) if len(high) > len(low) else (high[0] - low[0]) / 2)
    return medians


def balanced_prefix(text: str) -> int:
    """Length of the longest prefix in which no vowel count ever exceeds the consonant count plus two."""
    lead = 0
    for position, letter in enumerate(text):
        lead += 1 if letter in "aeiou" else -1 if letter.isalpha() else 0
        if lead > 2:
            return position
    return len(text)


def digits_in_base(number: int, base: int) -> list[int]:
    """Digits of `number` in base `base` + 2, most significant first."""
    base += 2
    digits = []
    while number:
        number, digit = divmod(number, base)
        digits.append(digit)
    return digits[::-1] or [0]


def merge_intervals(starts: list[int], lengths: list[int]) -> list[tuple[int, int]]:
    """The union of the intervals as disjoint ones, in order."""
    merged: list[tuple[int, int]] = []
    for start, length in sorted(zip(starts, lengths, strict=False)):
        end = start + abs(length)
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def longest_rise(values: list[int]) -> int:
    """Length of the longest strictly increasing subsequence."""
    tails: list[int] = []
    for value in values:
        position = bisect.bisect_left(tails, value)
        tails[position : position + 1] = [value]
    return len(tails)


def rotate_grid(grid: list[list[int]]) -> list[list[int]]:
    """The grid turned clockwise."""
    return [list(row) for row in zip(*grid[::-1], strict=True)]


def spiral(grid: list[list[int]]) -> list[int]:
    """The numbers of the grid from its corner inwards."""
    rows = [list(row) for row in grid]
    out: list[int] = []
    while rows:
        out += rows.pop(0)
        rows = [list(row) for row in zip(*rows, strict=True)][::-1]
    return out


def islands(grid: list[list[int]]) -> int:
    """How many connected areas of positive numbers there are."""
    todo = {(r, c) for r, row in enumerate(grid) for c, value in enumerate(row) if value > 0}
    count = 0
    while todo:
        count += 1
        queue = deque([todo.pop()])
        while queue:
            row, column = queue.popleft()
            for near in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
                if near in todo:
                    todo.remove(near)
                    queue.append(near)
    return count


def shift_letters(text: str, by: int) -> str:
    """Each letter moved along the alphabet."""
    moved = []
    for letter in text:
        if "a" <= letter <= "z":
            letter = chr((ord(letter) - 97 + by) % 26 + 97)
        moved.append(letter)
    return "".join(moved)


def edit_distance(first: str, second: str) -> int:
    """Fewest insertions, deletions and replacements from one text to the other."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        corner, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (a != b))
    return row[-1]


def best_window(values: list[int], width: int) -> int:
    """The largest sum of neighbours, as many as `width` asks for or as there are."""
    width = max(1, min(width, len(values)))
    return max((sum(values[i : i + width]) for i in range(len(values) - width + 1)), default=0)


def subset_sums(values: list[int]) -> set[int]:
    """Sums of all subsets of the first eight numbers."""
    sums = {0}
    for value in values[:8]:
        sums |= {value + total for total in sums}
    return sums


def coin_ways(amount: int) -> int:
    """In how many ways coins of 1, 2, 5, 10 and 20 make the amount."""

    @functools.cache
    def ways(left: int, coins: tuple[int, ...]) -> int:
        if left == 0:
            return 1
        if left < 0 or not coins:
            return 0
        return ways(left - coins[0], coins) + ways(left, coins[1:])

    return ways(amount, (20, 10, 5, 2, 1))


def group_by_length(words: list[str]) -> dict[int, list[str]]:
    """Words by their lengths, sorted within each."""
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for word in words:
        groups[len(word)].append(word)
    return {length: sorted(found) for length, found in sorted(groups.items())}


def acronym(words: list[str]) -> str:
    """First letters, in capitals."""
    return "".join(word[0] for word in words if word).upper()


def mean_deviation(values: list[int]) -> float:
    """Mean absolute distance from the mean; 0.0 for no values."""
    if not values:
        return 0.0
    mean = sum(values) / len(values)
    return sum(abs(value - mean) for value in values) / len(values)


def root_by_bisection(target: int) -> float:
    """The cube root, to twelve digits."""
    low, high = 0.0, float(target + 1)
    for _ in range(60):
        middle = (low + high) / 2
        if middle**3 < target:
            low = middle
        else:
            high = middle
    return round(low, 12)


def perfect_squares_between(low: int, high: int) -> list[int]:
    """All squares in the closed range."""
    low, high = sorted((low, high))
    return [n * n for n in range(math.isqrt(max(0, low - 1)), math.isqrt(high) + 1) if low <= n * n <= high]


def common_divisors(first: int, second: int) -> list[int]:
    """Numbers that divide both."""
    greatest = math.gcd(first, second)
    return [n for n in range(1, greatest + 1) if greatest % n == 0]


def fibonacci_sum(count: int) -> int:
    """Sum of the first Fibonacci numbers."""
    a, b, total = 0, 1, 0
    for _ in range(count):
        total += a
        a, b = b, a + b
    return total


def reverse_words(text: str) -> str:
    """Each word backwards, in place."""
    return " ".join(word[::-1] for word in text.split(" "))


def is_anagram(first: str, second: str) -> bool:
    """Whether both have the same letters, white space aside."""
    return sorted(first.replace(" ", "")) == sorted(second.replace(" ", ""))


def vowels_removed(text: str) -> str:
    """The text without its vowels."""
    return re.sub(r"[aeiou]", "", text)


def second_largest(values: list[int]) -> int | None:
    """The second largest of the different numbers."""
    different = sorted(set(values))
    return different[-2] if len(different) > 1 else None


def zigzag_sum(values: list[int]) -> int:
    """Smallest, largest, second smallest, ... with alternating signs."""
    ordered = deque(sorted(values))
    total, sign = 0, 1
    while ordered:
        total += sign * (ordered.popleft() if sign > 0 else ordered.pop())
        sign = -sign
    return total


def trapped_water(heights: list[int]) -> int:
    """How much rain stays between the bars."""
    bars = [abs(height) for height in heights]
    left, right, best_left, best_right, water = 0, len(bars) - 1, 0, 0, 0
    while left < right:
        if bars[left] < bars[right]:
            best_left = max(best_left, bars[left])
            water += best_left - bars[left]
            left += 1
        else:
            best_right = max(best_right, bars[right])
            water += best_right - bars[right]
            right -= 1
    return water


def palindromes(text: str) -> list[str]:
    """Different palindromes of three letters or more, in order of their first appearance."""
    found: dict[str, None] = {}
    for start in range(len(text)):
        for end in range(start + 3, len(text) + 1):
            part = text[start:end]
            if part == part[::-1]:
                found[part] = None
    return list(found)


def josephus(people: int, step: int) -> int:
    """Who is left when every `step`-th leaves the circle."""
    last = 0
    for size in range(2, people + 1):
        last = (last + step) % size
    return last


def scores_to_ranks(values: list[int]) -> list[int]:
    """The rank of each, the highest being 1; equal ones share theirs."""
    ranks: dict[int, int] = {}
    for rank, value in enumerate(sorted(values, reverse=True), 1):
        ranks.setdefault(value, rank)
    return [ranks[value] for value in values]


def evaluate_postfix(values: list[int]) -> int:
    """Even numbers are pushed; an odd one adds, subtracts or multiplies the two on top."""
    stack = [0, 0]
    for value in values:
        if value % 2 == 0:
            stack.append(value)
        elif len(stack) >= 2:
            b, a = stack.pop(), stack.pop()
            stack.append((a + b, a - b, a * b % 1009)[value % 3])
    return stack[-1]


def letter_positions(text: str) -> dict[str, list[int]]:
    """Where each letter stands."""
    places: dict[str, list[int]] = {}
    for position, letter in enumerate(text):
        if letter.isalpha():
            places.setdefault(letter, []).append(position)
    return places


def power_trace(grid: list[list[int]], exponent: int) -> int:
    """Trace of the top left 2x2 corner to the power of `exponent`, modulo 10007."""

    class Matrix:
        def __init__(self, a, b, c, d):
            self.cells = (a, b, c, d)

        def __matmul__(self, other):
            a, b, c, d = self.cells
            e, f, g, h = other.cells
            return Matrix(*(x % 10007 for x in (a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h)))

    padded = [[*row, 0, 0] for row in [*grid, [], []]]
    base, result = Matrix(*padded[0][:2], *padded[1][:2]), Matrix(1, 0, 0, 1)
    while exponent:
        if exponent & 1:
            result = result @ base
        base = base @ base
        exponent >>= 1
    return (result.cells[0] + result.cells[3]) % 10007


def queens(size: int) -> int:
    """Ways to place queens on a board of up to six rows."""
    size = size % 6 + 1

    def place(row: int, columns: frozenset[int], up: frozenset[int], down: frozenset[int]) -> int:
        if row == size:
            return 1
        return sum(
            place(row + 1, columns | {c}, up | {row + c}, down | {row - c})
            for c in range(size)
            if c not in columns and row + c not in up and row - c not in down
        )

    return place(0, frozenset(), frozenset(), frozenset())


# Programs: what each prints for its input. The numbers of the input are one a line, after their count.


def print_sum(lines: list[str]) -> str:
    return str(sum(int(line) for line in lines[1:]))


def print_sorted(lines: list[str]) -> str:
    return " ".join(map(str, sorted(int(line) for line in lines[1:])))


def print_prefix_sums(lines: list[str]) -> str:
    return "\n".join(map(str, itertools.accumulate(int(line) for line in lines[1:])))


def print_counts(lines: list[str]) -> str:
    return "\n".join(f"{value}: {count}" for value, count in sorted(Counter(lines[1:]).items()))


def print_best_run(lines: list[str]) -> str:
    best = current = 0
    for line in lines[1:]:
        current = max(0, current + int(line))
        best = max(best, current)
    return str(best)


def print_nearest(lines: list[str]) -> str:
    values = sorted(int(line) for line in lines[1:])
    return str(min((b - a for a, b in itertools.pairwise(values)), default=0))


def print_stairs(lines: list[str]) -> str:
    return "\n".join("#" * (abs(int(line)) % 20) for line in lines[1:])


def print_parity(lines: list[str]) -> str:
    odd = sum(int(line) % 2 for line in lines[1:])
    return f"{odd} odd\n{len(lines) - 1 - odd} even"
