"""Theory of operation.

The *keeper* is the caller's process: it holds the suites, and runs no code of a submission. For each worker it has a
`Slot`, and each slot starts *zygotes* at need: fresh interpreters with an empty environment, one for each environment
of modules (see modules.py). To run a submission, the slot asks a zygote to fork a *cell*, and hands it five
descriptors made for that cell alone: stdin, stdout, stderr, and a pipe each for requests and answers (protocol.py).

                     control: fork, kill / pid, ended
        keeper  <------------------------------------->  zygote          (trusted; runs our code only)
          |                                                | fork
          |   requests: program, calls                     v
          +----------------------------------------->    cell            (untrusted from its first line on)
              answers: values    stdout, stderr            confined by inside.run, in the order it lists

The cell confines itself before it handles the submission's text (inside.py). The keeper watches from outside
(watch.py): CPU by the process's clock, memory by /proc, output by counting; it kills through the zygote, which holds
the cell as its child, so that no signal can hit a reused process id. The zygote reaps the cell, kills every
descendant (sweep.py), and only then reports the end.

A suite with tests of its own has them run in a *tester*, forked from a second zygote that has pytest set up. A socket
pair joins it to the submission's cell, and the keeper watches the two together (pair.py): what the tester reports is
believed, limits and facts are those of the cell. When the cell ends in the midst of a test, that test has failed, and
a new pair goes on with the others (tested.py).

Who failed: whatever a cell does is a fact about the submission. What a zygote or the keeper fails at is `fault`, and
is tried once more on a new zygote before it is believed. A zygote that dies twice under the same submission, while
its code ran, was killed by it.
"""

from __future__ import annotations

import queue
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from verifier.sandbox.compiled import CompiledCache
from verifier.sandbox.hiding import keeper_problems
from verifier.sandbox.policy import policy_of
from verifier.sandbox.slot import Slot
from verifier.sandbox.turnstile import Turnstile
from verifier.sandbox.zygotes import SandboxOptions

__all__ = ["Keeper", "SandboxOptions", "Slot"]

_STARTED_AT_ONCE = 8


class Keeper:
    """A slot for each worker. Use it as a context manager; `slot()` may be called from any thread."""

    def __init__(self, workers: int, options: SandboxOptions | None = None) -> None:
        options = options or SandboxOptions()
        turnstile = Turnstile()
        compiled = CompiledCache()
        policy = policy_of(options.policy)
        problems = keeper_problems(policy)
        self._slots = [Slot(number, options, turnstile, compiled, problems) for number in range(workers)]
        self._free: queue.LifoQueue[Slot] = queue.LifoQueue()  # the slot used last is the warmest
        for slot in reversed(self._slots):
            self._free.put(slot)

    def __enter__(self) -> Keeper:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def start(self) -> None:
        """Starts every slot's first zygote, side by side. Raises SandboxError."""
        with ThreadPoolExecutor(min(len(self._slots), _STARTED_AT_ONCE)) as pool:
            for started in [pool.submit(slot.start) for slot in self._slots]:
                started.result()

    def close(self) -> None:
        for slot in self._slots:
            slot.close()

    @contextmanager
    def slot(self) -> Iterator[Slot]:
        """A slot for the caller alone; waits until one is free."""
        slot = self._free.get()
        try:
            yield slot
        finally:
            self._free.put(slot)
