"""Rules about system calls, turned into the classic BPF program that the kernel runs at each call.

A *rule* is an action, or a test of one argument with a rule for either outcome. A program looks at the architecture,
then finds the rule of the call's number by binary search: a dozen instructions instead of hundreds, which also makes
loading cheaper, since the kernel then tries each number once to see which calls are always allowed (from Linux 5.11 it
doesn't run the program for those any more).

Tests see the low 32 bits of an argument only. All arguments that the jail's rules are about are ints or flags of which
the kernel takes no more than that, so a test of all 64 bits could be evaded through the upper half.

Instructions are put together from the last to the first: jumps go forward only, so every target stands already.
Standard library only: this module is loaded inside the jail.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from verifier.sandbox.syscalls import Architecture

# Actions: linux/seccomp.h. Where several filters are loaded, the first of these that one of them gives is what counts.
KILL_PROCESS = 0x8000_0000
ERRNO = 0x0005_0000
USER_NOTIF = 0x7FC0_0000
ALLOW = 0x7FFF_0000

OWN_PID = None
"""In the place of a value: the process id that is put into the program when it is used."""

Rule: TypeAlias = "int | Test"

# Instructions: linux/bpf_common.h
_LOAD = 0x20  # A = 32-bit word at offset k of struct seccomp_data
_AND = 0x54
_JUMP = 0x05
_IF_EQUAL = 0x15
_IF_AT_LEAST = 0x35
_IF_ANY_BIT = 0x45
_RETURN = 0x06

_NUMBER_OFFSET, _ARCHITECTURE_OFFSET, _ARGUMENTS_OFFSET = 0, 4, 16  # struct seccomp_data
_X32_BIT = 0x4000_0000  # in the number of a call of the x32 ABI, which shares its architecture with x86-64
_FAR = 250  # a conditional jump skips at most 255 instructions; a few may still come in between


class Test(NamedTuple):
    """What becomes of a call, by one of its arguments. Made by `is_one_of`, `has_any_bit` and `is_at_least`."""

    argument: int
    mask: int | None
    operation: int
    value: int | None
    then: Rule
    otherwise: Rule


def error(code: int) -> int:
    """The action that lets a call fail with this errno."""
    return ERRNO | code


def is_one_of(
    argument: int, values: Sequence[int | None], then: Rule, otherwise: Rule, *, mask: int | None = None
) -> Rule:
    """`then` where the argument, or what `mask` leaves of it, is one of `values`."""
    rule = otherwise
    for value in reversed(values):
        rule = Test(argument, mask, _IF_EQUAL, value, then, rule)
    return rule


def has_any_bit(argument: int, bits: int, then: Rule, otherwise: Rule) -> Rule:
    return Test(argument, None, _IF_ANY_BIT, bits, then, otherwise)


def is_at_least(argument: int, bound: int, then: Rule, otherwise: Rule) -> Rule:
    """Compares without signs: a negative int is larger than any other."""
    return Test(argument, None, _IF_AT_LEAST, bound, then, otherwise)


class Program(NamedTuple):
    code: bytes
    """An array of struct sock_filter."""
    pid_offsets: tuple[int, ...]
    """Where in it the process id belongs, as an unsigned int."""


def assemble(architecture: Architecture, rules: Mapping[str, Rule], *, default: Rule, beyond: Rule) -> Program:
    """The program for `rules`, by the calls' names; those that the architecture lacks are passed over. `default` is
    the rule of all other calls, `beyond` that of numbers above every known one."""
    by_number = {n: rules.get(name, default) for name, n in architecture.numbers.items()}
    assembler = _Assembler()
    find = assembler.search(_intervals(by_number, default, beyond))
    kill = assembler.place(KILL_PROCESS)
    if architecture.machine == "x86_64":
        find = assembler.jump(_IF_ANY_BIT, _X32_BIT, kill, find)
    number = assembler.load(_NUMBER_OFFSET, find)
    native = assembler.jump(_IF_EQUAL, architecture.audit_number, number, assembler.place(KILL_PROCESS))
    assembler.load(_ARCHITECTURE_OFFSET, native)
    return assembler.program()


def _intervals(by_number: Mapping[int, Rule], default: Rule, beyond: Rule) -> list[tuple[int, Rule]]:
    """(first number, rule), each up to the next one's first number."""
    intervals: list[tuple[int, Rule]] = []
    end = max(by_number) + 1
    for number in range(end + 1):
        rule = by_number.get(number, default) if number < end else beyond
        if not intervals or intervals[-1][1] != rule:
            intervals.append((number, rule))
    return intervals


class _Assembler:
    """Holds instructions last one first. A *label* is an instruction's index in that order."""

    def __init__(self) -> None:
        self._instructions: list[tuple[int, int, int, int | None]] = []  # code, two distances, value
        self._labels: dict[tuple[Rule, int | None], int] = {}

    def search(self, intervals: list[tuple[int, Rule]]) -> int:
        if len(intervals) == 1:
            return self.place(intervals[0][1])
        middle = len(intervals) // 2
        above = self.search(intervals[middle:])
        below = self.search(intervals[:middle])
        return self.jump(_IF_AT_LEAST, intervals[middle][0], above, below)

    def place(self, rule: Rule, loaded: int | None = None) -> int:
        """Label of the rule's first instruction; `loaded` is the argument that the accumulator holds by then. What
        stands near enough already is used again."""
        if isinstance(rule, int):
            loaded = None
        label = self._labels.get((rule, loaded))
        if label is None or (isinstance(rule, int) and self._distance(label) > _FAR):
            label = self._return(rule) if isinstance(rule, int) else self._test(rule, loaded)
        label = self._labels[rule, loaded] = self._near(label)
        return label

    def jump(self, operation: int, value: int | None, then: int, otherwise: int) -> int:
        then, otherwise = self._near(then), self._near(otherwise)
        return self._add(operation, self._distance(then), self._distance(otherwise), value)

    def load(self, offset: int, following: int) -> int:
        if self._distance(following) != 0:
            self._add(_JUMP, 0, 0, self._distance(following))
        return self._add(_LOAD, 0, 0, offset)

    def program(self) -> Program:
        count = len(self._instructions)
        places = [count - 1 - i for i, instruction in enumerate(self._instructions) if instruction[3] is OWN_PID]
        code = b"".join(struct.pack("=HBBI", *parts[:3], parts[3] or 0) for parts in reversed(self._instructions))
        return Program(code, tuple(place * 8 + 4 for place in sorted(places)))

    def _test(self, test: Test, loaded: int | None) -> int:
        after = test.argument if test.mask is None else None
        then, otherwise = self.place(test.then, after), self.place(test.otherwise, after)
        label = self.jump(test.operation, test.value, then, otherwise)
        if test.mask is not None:
            label = self._add(_AND, 0, 0, test.mask)
        if test.argument != loaded:
            label = self.load(_ARGUMENTS_OFFSET + 8 * test.argument, label)
        return label

    def _return(self, action: int) -> int:
        return self._add(_RETURN, 0, 0, action)

    def _near(self, label: int) -> int:
        """A label that a conditional jump reaches from the next instruction, and that leads to the given one."""
        distance = self._distance(label)
        return label if distance <= _FAR else self._add(_JUMP, 0, 0, distance)

    def _distance(self, label: int) -> int:
        """Instructions that one added now would skip on its way to the label."""
        return len(self._instructions) - 1 - label

    def _add(self, code: int, if_true: int, if_false: int, value: int | None) -> int:
        self._instructions.append((code, if_true, if_false, value))
        return len(self._instructions) - 1
