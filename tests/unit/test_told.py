"""What the keeper takes from a tester: frames of the known forms, and nothing else."""

from __future__ import annotations

import pytest

from verifier.errors import SandboxError
from verifier.sandbox.told import Told


def test_a_tester_is_heard() -> None:
    told = Told()
    told.take(b'K{"names":["a","b"],"cpu_s":1}')
    told.take(b'T{"name":"a","outcome":"passed","cpu_s":1.5,"wall_s":2}')
    told.take(
        b'T{"name":"b","outcome":"raised","cpu_s":1,"wall_s":2,"raised":["E","m"],"subtests":[["i","failed","n"]]}'
    )
    assert told.names == ["a", "b"]
    assert [(test.outcome, test.cpu_s) for test in told.ended] == [("passed", 0.5), ("raised", 0.0)]
    assert (told.ended[1].raised, told.ended[1].subtests) == (["E", "m"], [["i", "failed", "n"]])
    assert not told.is_complete
    told.take(b"Q")
    assert told.is_complete


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"?",
        b"T",
        b"T[]",
        b"T" + b"[" * 10_000,
        b'T{"name":"a","outcome":"won","cpu_s":1,"wall_s":2}',
        b'T{"name":5,"outcome":"passed","cpu_s":1,"wall_s":2}',
        b'T{"name":"a","outcome":"passed","cpu_s":NaN,"wall_s":2}',
        b'T{"name":"a","outcome":"passed","cpu_s":1,"wall_s":1%s}' % (b"0" * 400),
        b'T{"name":"a","outcome":"passed","cpu_s":1,"wall_s":2,"raised":["E"]}',
        b'T{"name":"a","outcome":"passed","cpu_s":1,"wall_s":2,"subtests":[["i","won","n"]]}',
        b'K{"names":"ab","cpu_s":1}',
        b'K{"names":["a"],"cpu_s":-1}',
        b'X["E"]',
        b"X5",
        b"Zno",
    ],
)
def test_what_is_no_frame_of_a_tester_is_our_failure(frame: bytes) -> None:
    told = Told()
    with pytest.raises(SandboxError, match="tester"):
        told.take(frame)
    assert not told.ended
    assert told.names is None
