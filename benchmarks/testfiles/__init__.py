"""Public sets of test files, run test by test in this verifier and in plain pytest: each test must come out the same.

    python -m benchmarks.testfiles [--exercism DIR] [--quixbugs DIR] [--data DIR] [--cache DIR] [--set NAME]...

A set's module makes *problems* (`problem.py`): test files, and submissions for them, right and wrong. `plain.py` says
what plain pytest makes of each test, in a process of its own and without our code; `compare.py` puts our verdicts
beside that. The sets are not part of this project; the folders that hold them are given.
"""
