"""Public problem sets against this verifier: right solutions must get full marks, known wrong ones must not.

    python -m benchmarks.datasets --data DIR [--set NAME]... [--limit N] [--markdown FILE]

Each module turns one family of sets into *trials* (`trial.py`): a sample in a form that a trainer could send, and what
must become of it. They go through `verifier.pipeline.Verifier` like any other batch. The sets themselves are not part
of this project; the folder that holds them is given.
"""
