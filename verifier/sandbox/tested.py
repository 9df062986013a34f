"""A submission against a suite's own tests: which pairs of cell and tester it takes, and what each test's facts are."""

from __future__ import annotations

import math
import os
import select
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from verifier.errors import SandboxError
from verifier.limits import Limits
from verifier.sandbox import protocol
from verifier.sandbox.base import (
    LOST,
    Facts,
    Killed,
    Outcome,
    Program,
    Raised,
    Stage,
    TestFacts,
    TestRun,
    Tests,
)
from verifier.sandbox.compiled import CompiledCache, CompiledTests
from verifier.sandbox.facts import (
    MAX_CONFIRMED,
    SPOILS_THE_LAST,
    asked_modules,
    attempts_of,
    end_facts,
    is_borderline,
    is_slow,
    lacks_module,
    with_report,
)
from verifier.sandbox.folder import Folder
from verifier.sandbox.orphans import Orphans
from verifier.sandbox.pair import Order, Pair, Tester
from verifier.sandbox.policy import MAX_TASKS, Place
from verifier.sandbox.shortage import Shortage
from verifier.sandbox.told import Ended, Told
from verifier.sandbox.watch import GRACE, TICK_S, Watch
from verifier.sandbox.zygotes import Zygote, ZygotePool

BACKSTOP_CASES = 200
"""How many cases' CPU time the kernel lets a cell use, in case that the keeper is gone."""

COLLECT_S = 60.0
"""How long the collection of a suite's tests may take."""

ADDRESS_HEADROOM_BYTES = MAX_TASKS * (8 << 20) + (1 << 28)
"""Address space beyond the memory limit: threads reserve stacks that they don't touch. What is touched is limited by
watching it."""


@dataclass(frozen=True, slots=True)
class _Run:
    program: Program
    tests: Tests
    limits: Limits
    stop_early: bool = False
    deadline: float | None = None


@dataclass(slots=True)
class _Seen:
    """What one pair showed."""

    names: Sequence[str] = ()
    tests: Sequence[TestFacts] = ()
    failure: Facts | None = None
    note: str = ""


class TestedPrograms:
    """Runs tests for one slot."""

    def __init__(
        self,
        cells: Callable[[frozenset[str]], Zygote],
        discard_cells: Callable[[frozenset[str]], None],
        testers: ZygotePool,
        compiled: CompiledCache,
        place: Place,
        scratch: Folder,
        attempts: dict[str, None],
        orphans: Orphans,
        among_others: Callable[[], AbstractContextManager[None]],
        by_itself: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._cells = cells
        self._discard_cells = discard_cells
        self._testers = testers
        self._compiled = compiled
        self._place = place
        self._folder = Folder(place.tester_uid)
        self._scratch = scratch
        self._attempts = attempts
        self._orphans = orphans
        self._among_others = among_others
        self._by_itself = by_itself
        self._shortage = Shortage()
        self._code = ""
        self._environment: frozenset[str] = frozenset()

    def close(self) -> None:
        self._folder.close()

    def settle(self) -> None:
        """What this slot could not clear away before."""
        self._orphans.settle()
        self._scratch.settle()
        self._folder.settle()

    # What is asked of a sandbox

    def collect(self, tests: Tests, limits: Limits, *, deadline: float | None = None) -> list[str] | None:
        if tests.kind == "asserts":
            return [name for name, _ in tests.steps if name]
        for last_try in (False, False, False, True):
            compiled = self._compiled.get(tests)
            try:
                told = self._collected(tests, compiled, limits, deadline)
            except SandboxError:
                self._testers.discard(compiled.environment)
                if last_try:
                    raise
                continue
            if told.needs is None:
                return told.names
        raise SandboxError("tester", "keeps asking for modules that it has")

    def run_tests(
        self,
        program: Program,
        tests: Tests,
        limits: Limits,
        *,
        stop_early: bool = False,
        max_timeouts: int | None = None,
        deadline: float | None = None,
    ) -> TestRun:
        run = _Run(program, tests, limits, stop_early, deadline)
        names: Sequence[str] | None = None
        found: OrderedDict[str, list[TestFacts]] = OrderedDict()
        while True:
            seen = self._seen(run, list(found))
            if seen.failure is not None and names is None:
                return TestRun((), seen.failure, seen.note)
            names = names or seen.names
            left = [name for name in names if name not in found]
            for test in seen.tests:
                found.setdefault(test.part_of or test.name, []).append(test)
            if seen.failure is not None or not seen.tests:
                # It began otherwise than before: what is left has no other fact than that.
                facts = seen.failure or Facts(fault="the tests of a suite are others each time")
                found.update((name, [TestFacts(name, facts)]) for name in left if name not in found)
            left = [name for name in left if name not in found]
            timeouts = sum(ran[0].facts.killed in (Killed.CPU_TIME, Killed.WALL_TIME) for ran in found.values())
            stops = stop_early and any(test.outcome is not Outcome.PASSED for test in seen.tests)
            if not left or stops or (max_timeouts is not None and timeouts >= max_timeouts):
                break
        self._again_if_borderline(run, names, found)
        return TestRun([test for name in names for test in found.get(name, ())])

    def _again_if_borderline(self, run: _Run, names: Sequence[str], found: dict[str, list[TestFacts]]) -> None:
        """What took a little too long is measured again while no other cell runs; the better time counts."""
        slow = [name for name in names if name in found and is_borderline(found[name][0].facts, run.limits)]
        confirmed = 0
        while slow and confirmed < MAX_CONFIRMED:
            some, slow = slow[:MAX_CONFIRMED], slow[MAX_CONFIRMED:]
            with self._by_itself():
                seen = self._seen(replace(run, stop_early=False), [name for name in names if name not in some])
            again: dict[str, list[TestFacts]] = {}
            for test in seen.tests:
                again.setdefault(test.part_of or test.name, []).append(test)
            for name, ran in again.items():
                before = found[name][0]
                if ran[0].outcome is before.outcome and ran[0].facts.cpu_time_s < before.facts.cpu_time_s:
                    found[name] = ran
            confirmed += sum(is_slow(found[name][0].facts, run.limits) for name in some)

    # One pair

    def _seen(self, run: _Run, done: Sequence[str]) -> _Seen:
        """What one more pair shows of the tests that are not done."""
        if run.program.code != self._code:
            self._code, self._environment = run.program.code, frozenset()
        self._environment |= _for_values_of(run.tests)
        lost = strikes = 0
        in_want_of_memory = False
        self.settle()
        for _ in range(8):
            if run.deadline is not None and time.monotonic() > run.deadline:
                return _Seen(failure=Facts(killed=Killed.DEADLINE))
            compiled = self._compiled.get(run.tests)
            pair: Pair | None = None
            try:
                order = Order(run.limits, *_tester_requests(run, compiled, done), _cell_requests(run), run.deadline)
                tester_zygote = self._testers.get(compiled.environment)
                pair = Pair(
                    order,
                    cell_zygote=self._cells(self._environment),
                    tester_zygote=tester_zygote,
                    cell_confinement=lambda zygote: self._confinement(zygote, run.limits),
                    place=self._place,
                    folder=self._folder,
                    scratch=self._scratch if run.program.scratch else None,
                    zygote_for=self._next_zygote,
                )
                with self._by_itself() if in_want_of_memory else self._among_others():
                    cell, told = pair.run()
            except SandboxError as error:
                lost += 1
                strikes += error.step == LOST and pair is not None and pair.lost is not tester_zygote
                self._discard(compiled)
                self._orphans.sweep(-1 if pair is None else pair.cell_pid)
                if lost > 1:
                    if strikes < lost:
                        return _Seen(failure=Facts(fault=str(error)))
                    self._attempts["zygote killed"] = None
                    return _Seen(failure=Facts(killed=Killed.ZYGOTE))
                continue
            except BaseException:
                self._discard(compiled)  # in the midst of a cell: nobody knows what it would say next
                raise
            if self._learn(run.tests, compiled, told, tester_zygote) and not self._needs_more(told):
                # A cell that somebody has killed is not tried again as a rule: it may have been itself, having learnt
                # of a failed test, and another guess is not to be had so. Where memory ran out others may be to blame.
                if in_want_of_memory or not self._was_in_want_of_memory(cell, told):
                    return self._facts_of(run, cell, told, done)
                in_want_of_memory = True
        return _Seen(failure=Facts(fault="environment: the tests keep asking for modules that they have"))

    def _discard(self, compiled: CompiledTests) -> None:
        self._discard_cells(self._environment)
        self._testers.discard(compiled.environment)

    def _learn(self, tests: Tests, compiled: CompiledTests, told: Told, zygote: Zygote) -> bool:
        """Keeps what the tester told about the tests. False where it has to be started again in another environment."""
        if told.needs is not None:
            asked = asked_modules(told.needs) & (zygote.packages | {"stdlib"})
            self._compiled.put(tests, CompiledTests(compiled.environment | asked))
            return False
        if told.code is not None:
            self._compiled.put(tests, CompiledTests(compiled.environment, told.code))
        return True

    def _was_in_want_of_memory(self, cell: Watch, told: Told) -> bool:
        """Whether the kernel has probably ended it, and no test had failed."""
        failed = any(test.outcome is not Outcome.PASSED for test in told.ended)
        return cell.was_killed_by_others and not failed and self._shortage.was()

    def _needs_more(self, told: Told) -> bool:
        """Whether the submission turned out to need the whole standard library, and has not had it. Only where nothing
        failed before: one that has learnt of a failed test gets no other guess."""
        if self._environment:
            return False
        first = next((test for test in told.ended if test.outcome is not Outcome.PASSED), None)
        raised = None if first is None or first.subtests else first.raised
        if told.not_loaded is not None:
            raised = [str(part) for part in told.not_loaded[:2]]
        if raised is None or not lacks_module(Raised(*raised)):
            return False
        self._environment = frozenset({"stdlib"})
        return True

    def _next_zygote(self, cell: Watch) -> Zygote | None:
        """For a submission whose cell ended before its code ran: because it asks for another environment, or not."""
        frame = cell.frames[0] if cell.frames else b""
        if frame[:1] == b"Z":
            raise SandboxError("set up cell", frame[1:].decode(errors="replace"))
        if frame[:1] != b"N" or cell.killed is not None:
            return None
        before = self._environment
        asked = asked_modules(frame) & (self._cells(before).packages | {"stdlib"})
        self._environment = before | asked
        if self._environment == before:
            raise SandboxError("environment", "the submission keeps asking for modules that it has")
        return self._cells(self._environment)

    def _confinement(self, zygote: Zygote, limits: Limits) -> tuple[int, int, int, int]:
        uid = self._place.cell_uid
        return (
            -1 if uid is None else uid,
            math.ceil(limits.cpu_time_s * GRACE * BACKSTOP_CASES) + 3,
            zygote.address_bytes + limits.memory_bytes + ADDRESS_HEADROOM_BYTES,
            MAX_TASKS,
        )

    # Facts

    def _facts_of(self, run: _Run, cell: Watch, told: Told, done: Sequence[str]) -> _Seen:
        end = end_facts(cell, run.limits)
        self._attempts.update(dict.fromkeys(attempts_of(cell, end.killed)))
        if told.not_loaded is not None:
            return _not_loaded(end, told.not_loaded, cell)
        compiles = not (cell.frames and cell.frames[0][:1] == b"C")
        if told.names is None or not compiles:
            cost = end._replace(stage=Stage.LOAD, cpu_time_s=cell.end.cpu_s, wall_time_s=cell.wall_s)
            return _Seen(failure=cost if compiles else with_report(cost, cell.frames[0]))
        was_done = frozenset(done)
        left = [name for name in told.names if name not in was_done]
        if end.killed is Killed.MEMORY and told.all_done and len(told.ended) > 1:
            # At some moment there was too much: in which of the tests, shows one by one.
            singly = [self._seen(run, [n for n in told.names if n != test.name]) for test in told.ended]
            return _Seen(told.names, [test for seen in singly for test in seen.tests])
        tests = [facts for test in told.ended for facts in _test_facts(test, end.peak_memory_bytes)]
        if not told.all_done and len(told.ended) < len(left):
            last = end._replace(
                cpu_time_s=max(0.0, cell.end.cpu_s - told.last_cpu_s),
                wall_time_s=max(0.0, cell.wall_s - cell.marks[-1].wall_s),
            )
            tests.append(TestFacts(left[len(told.ended)], last))
        elif tests and end.killed in SPOILS_THE_LAST:
            before = tests[-1].facts
            spoilt = end._replace(cpu_time_s=before.cpu_time_s, wall_time_s=before.wall_time_s)
            name = tests[-1].part_of or tests[-1].name
            tests = [test._replace(facts=spoilt) if name in (test.name, test.part_of) else test for test in tests]
        return _Seen(told.names, tests)

    def _collected(self, tests: Tests, compiled: CompiledTests, limits: Limits, deadline: float | None) -> Told:
        """What a tester without a cell tells."""
        run = _Run(Program("", "module"), tests, limits)
        header, texts = _tester_requests(run, compiled, ())
        zygote = self._testers.get(compiled.environment)
        poller = select.poll()
        try:
            peer = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise SandboxError("collect tests", error.strerror or "", errno=error.errno) from None
        tester = Tester(Order(limits, {**header, "mode": "collect"}, texts, b""), self._folder, poller, peer)
        until = min(time.monotonic() + COLLECT_S, deadline or math.inf)
        try:
            tester.ask(zygote, self._place.tester_uid)
            tester.begin(pid_follows=False)
            while not tester.has_ended:
                for fd, _ in poller.poll(TICK_S * 1000):
                    tester.watch.handle(fd)
                tester.listen()
                if time.monotonic() > until:
                    tester.watch.kill(Killed.DEADLINE)
                    tester.watch.look()
            tester.finish()
            if not tester.told.is_complete:
                raise SandboxError("collect tests", "not done in time")
            self._learn(tests, compiled, tester.told, zygote)
            return tester.told
        except BaseException:
            tester.abandon()
            raise
        finally:
            os.close(peer)
            tester.close()


def _for_values_of(tests: Tests) -> frozenset[str]:
    """What a cell needs for numbers that the tests may hand it, whatever its submission imports."""
    texts = (text for _, text in (*tests.files, *tests.steps))
    return frozenset({"stdlib"} if any("ecimal" in text or "raction" in text for text in texts) else ())


def _tester_requests(run: _Run, compiled: CompiledTests, done: Sequence[str]) -> tuple[dict[str, Any], list[bytes]]:
    """The tester's header and the frames that follow it (see protocol.py)."""
    tests = run.tests
    texts: Iterable[tuple[str, str]] = tests.steps if tests.kind == "asserts" else tests.files
    first: list[tuple[str, bytes]] = []
    if compiled.code is not None:
        first = [("", compiled.code)]
        texts = [] if tests.kind == "asserts" else [file for file in texts if not file[0].endswith(".py")]
    named = [*first, *((name, text.encode("utf-8", "surrogatepass")) for name, text in texts)]
    header = {
        "mode": "run",
        "kind": tests.kind,
        "form": "source" if compiled.code is None else "bytecode",
        "modules": tests.modules,
        "entry_point": tests.entry_point,
        "done": done,
        "stop_early": run.stop_early,
        "max_bytes": run.limits.output_bytes,
        "texts": [name for name, _ in named],
    }
    return header, [text for _, text in named]


def _cell_requests(run: _Run) -> bytes:
    header = {
        "kind": run.program.kind,
        "form": "source",
        "share_bytecode": False,
        "entry_point": "",
        "result": "",
        "max_answer_bytes": 0,
    }
    text = run.program.code.encode("utf-8", "surrogatepass")
    return b"".join(map(protocol.frame, (protocol.pack(header), text)))


def _not_loaded(end: Facts, told: Sequence[Any], cell: Watch) -> _Seen:
    """The test code could not be loaded with this submission. Where the tester ended it, its end tells nothing."""
    name, message, by_submission = told
    facts = Facts(
        stage=Stage.LOAD,
        killed=end.killed,
        raised=Raised(str(name)[:100], str(message)[:500]) if by_submission else None,
        cpu_time_s=cell.end.cpu_s,
        wall_time_s=cell.wall_s,
        peak_memory_bytes=end.peak_memory_bytes,
    )
    return _Seen(failure=facts, note=f"{name}: {message}")


def _test_facts(test: Ended, peak_memory_bytes: int) -> list[TestFacts]:
    """Of a test, then of each of its subtests; these have no cost of their own."""
    raised = Raised(test.raised[0][:100], test.raised[1][:500]) if test.raised else None
    facts = Facts(raised=raised, cpu_time_s=test.cpu_s, wall_time_s=test.wall_s, peak_memory_bytes=peak_memory_bytes)
    part = Facts(peak_memory_bytes=peak_memory_bytes)
    found = [TestFacts(test.name, facts, Outcome(test.outcome), test.note)]
    for description, outcome, note in test.subtests:
        found.append(TestFacts(f"{test.name} {description}", part, Outcome(outcome), note, test.name))
    return found
