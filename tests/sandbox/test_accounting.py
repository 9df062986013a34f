"""Which case a cell's time is charged to, when many share the cell."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from verifier.judging.judge import Judgement
from verifier.verdict import Verdict

Judge = Callable[..., Judgement]

BURN = """
import time

def f(seconds):
    began = time.process_time()
    while time.process_time() - began < seconds:
        pass
    return seconds
"""


@pytest.mark.parametrize("slow", [0, 20, 40], ids=["first", "in the middle", "last"])
def test_a_slow_call_cannot_hide_among_quick_ones(judge_function: Judge, slow: int) -> None:
    """A call that is over the limit but within the grace is TLE alone; the forty quick ones around it pass."""
    seconds = [0.0] * 41
    seconds[slow] = 0.96  # a keeper that is starved of time looks late: what it misses is charged to those before

    judgement = judge_function(BURN, [([s], s) for s in seconds], limits={"cpu_time_s": 0.8})

    assert [case.index for case in judgement.cases if case.verdict is Verdict.TLE] == [slow]
    assert sum(case.passed for case in judgement.cases) == 40


def test_time_is_charged_to_the_call_that_used_it(judge_function: Judge) -> None:
    """CPU time is reported for each case, not shared by all of them."""
    seconds = [0.3, 0.0, 0.0, 0.0, 0.2, 0.0]

    judgement = judge_function(BURN, [([s], s) for s in seconds], limits={"cpu_time_s": 5})

    spent = [case.cpu_time_s for case in judgement.cases]
    assert judgement.verdict is Verdict.AC
    assert sorted(range(6), key=spent.__getitem__)[-2:] == [4, 0]
    assert spent[0] > 0.2


def test_loading_is_not_charged_to_the_calls(judge_function: Judge) -> None:
    """A slow import at the top costs its own time, within a limit of its own."""
    code = BURN + "\nf(0.3)\n"

    judgement = judge_function(code, [([0.0], 0.0)] * 5, limits={"cpu_time_s": 0.5})

    assert judgement.verdict is Verdict.AC
    assert max(case.cpu_time_s for case in judgement.cases) < 0.25
