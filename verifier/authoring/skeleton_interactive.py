"""The files of a new suite of kind `interactive`, as skeleton_texts.py has those of the others."""

from __future__ import annotations

from verifier.authoring.skeleton_texts import LIMITS

INTERACTIVE = {
    "suite.toml": f"""\
# A submission is a program that talks to interactor.py: what it prints, the interactor reads, and the other way round.
kind = "interactive"
title = "Find the number"

# The interactor's own limits.
[interactor]
cpu_time_s = 2.0
{LIMITS}""",
    "interactor.py": '''\
"""Says of each guess whether the number is larger or smaller. docs/checkers.md tells what an interactor may do."""


def interact(case, submission):
    """`case.input` and `case.expected` are a line's of cases.jsonl. The submission sees nothing but what is written."""
    number = int(case.expected)
    submission.write(case.input + "\\n")
    for _ in range(7):
        guess = submission.read_line()
        if not guess.lstrip("-").isdecimal():
            return False, f"no number: {guess!r}"
        if int(guess) == number:
            return True
        submission.write("larger\\n" if int(guess) < number else "smaller\\n")
    return False, "seven guesses"
''',
    "cases.jsonl": """\
{"input": "100", "expected": "63"}
{"input": "100", "expected": "1", "group": "ends"}
{"input": "100", "expected": "100", "group": "ends"}
{"input": "127", "expected": "126"}
{"input": "127", "expected": "2"}
{"input": "1", "expected": "1", "group": "ends"}
{"input": "90", "expected": "58"}
{"input": "127", "expected": "127", "group": "ends"}
{"input": "64", "expected": "40"}
""",
    "problem.md": """\
# Find the number

The first line of the input holds a number n, at most 127. A number from 1 to n has been chosen. Print a guess on a line
of its own, and flush it; while it is wrong, the next line of the input says `larger` or `smaller`, which the number is.
At the latest the seventh guess must be right. Then end.
""",
    "submissions/accepted/halves.py": """\
low, high = 1, int(input())
while True:
    guess = (low + high) // 2
    print(guess, flush=True)
    try:
        answer = input()
    except EOFError:
        break
    if answer == "larger":
        low = guess + 1
    else:
        high = guess - 1
""",
    "submissions/accepted/steps.py": """\
import sys

most = int(sys.stdin.readline())
guess, step = 64, 64
while True:
    sys.stdout.write(f"{min(guess, most)}\\n")
    sys.stdout.flush()
    answer = sys.stdin.readline().strip()
    if not answer:
        break
    step //= 2
    guess += step if answer == "larger" else -step
""",
    "submissions/wrong_answer/counts_up.py": """\
for guess in range(1, int(input()) + 1):
    print(guess, flush=True)
    try:
        input()
    except EOFError:
        break
""",
    "submissions/wrong_answer/never_looks_at_the_ends.py": """\
low, high = 1, int(input())
while True:
    guess = (low + high) // 2
    print(guess, flush=True)
    try:
        answer = input()
    except EOFError:
        break
    if answer == "larger":
        low = guess
    else:
        high = guess
""",
    "submissions/wrong_answer/guesses_once.py": """\
print((1 + int(input())) // 2)
""",
    "submissions/time_limit_exceeded/does_not_flush.py": """\
import sys

low, high = 1, int(sys.stdin.readline())
for answer in sys.stdin:
    guess = (low + high) // 2
    sys.stdout.write(f"{guess}\\n")
    low, high = (guess + 1, high) if answer == "larger\\n" else (low, guess - 1)
""",
    "submissions/run_time_error/goes_on_reading.py": """\
low, high = 1, int(input())
while True:
    guess = (low + high) // 2
    print(guess, flush=True)
    if input() == "larger":
        low = guess + 1
    else:
        high = guess - 1
""",
}
