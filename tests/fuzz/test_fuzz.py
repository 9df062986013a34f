"""Every fuzz target on what it begins with, and on mutations of that. `python -m tests.fuzz` runs them for longer."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.mutate import mutate
from tests.fuzz.seeds import SEEDS, seeds
from tests.fuzz.targets import TARGETS

pytestmark = pytest.mark.filterwarnings("ignore")
SLOW = {"conversation": 40, "suite": 60, "scripts": 40, "samples": 60}
"""Examples of targets that cost more than a millisecond each."""


@pytest.fixture(autouse=True)
def _ends() -> Iterator[None]:
    """A hang is an error, not the end of the test run."""

    def hangs(*args: Any) -> None:
        raise SystemError("hangs")

    before = signal.signal(signal.SIGALRM, hangs)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def test_every_target_has_seeds() -> None:
    assert TARGETS.keys() == SEEDS.keys()


@pytest.mark.parametrize("name", TARGETS)
def test_what_a_target_begins_with(name: str) -> None:
    for data in [b"", b"\0", *seeds(name)]:
        TARGETS[name](data)


@pytest.mark.parametrize("name", TARGETS)
def test_what_becomes_of_it(name: str) -> None:
    begins = seeds(name)

    @settings(max_examples=SLOW.get(name, 200), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(st.tuples(st.sampled_from(begins), st.integers(0, 2**32)), st.binary(max_size=200)))
    def run(given_: Any) -> None:
        data = given_ if isinstance(given_, bytes) else mutate(given_[0], Random(given_[1]))
        TARGETS[name](data)

    run()
