"""What runs in a tester: the suite's own test code, joined to the submission in its cell by a socket pair.

`tester.run` is the order of things; read it first. A tester holds expected values, so no submission's code ever runs in
it: what the tests import as the submission are proxies (verifier/sandbox/proxy/). It is confined all the same
(`jail.py`), against test code that misbehaves on what a submission hands it.

    tester.py      from the fork to the end
    jail.py        the confinement
    code.py        test code compiled, and what it needs to be loaded
    explain.py     why an assert failed
    reports.py     the frames to the keeper
    arbiters.py    checkers and interactors of a suite
    asserts.py     kind "asserts": a script's steps
    suite_files.py     modules of a suite imported from memory
    stand_in.py    what the tests import where there is no submission
    prepared.py    pytest, set up once in the zygote          (this and the next import pytest)
    pytest_run.py  kind "pytest": collecting and running
"""
