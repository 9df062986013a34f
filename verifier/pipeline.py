"""verify(): from samples to rewards. Read this first.

    event -> wire -> code extraction -> suite -> judge -> sandbox -> facts -> verdicts -> reward -> result

The library, the command line and the Lambda handler all go through `Verifier`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType

from verifier.errors import RequestError, SandboxError, SuiteError
from verifier.journal import Journal, key_of
from verifier.judging.judge import Judgement, judge, refused
from verifier.limits import beyond
from verifier.sandbox.keeper import Keeper, SandboxOptions
from verifier.sandbox.policy import LEVELS
from verifier.sandbox.remote import SandboxPool
from verifier.submission import DEFAULT as DEFAULT_EXTRACTION
from verifier.submission import ExtractionRule, extract_code
from verifier.suite.model import AssertsSuite, FunctionSuite, Suite, parse_suite
from verifier.suite.store import SuiteStore, open_store
from verifier.verdict import CaseResult, Verdict
from verifier.wire import Malformed, Reference, Sample, response_entry, sample_of

AHEAD = 8
"""Samples per worker that are read before their turn. Bounds memory however long the stream is."""

REMEMBERED_CASES = 10_000
"""Judgements that are kept for identical submissions, counted by their cases: some four megabytes."""

NOT_IN_TIME = "not judged in time"

_LOADS = 8
"""Suites that a store is asked for at the same time, where there is a time limit; and samples of which it is told
before their turn."""

_PARSED_BYTES = 4 << 20
"""Of the text of suites that are kept parsed. One with more than an eighth of it is parsed anew each time."""


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of one sample."""

    index: int
    """Position in the request."""
    id: object
    """As it came."""
    judgement: Judgement
    judge_time_s: float = 0.0
    """Seconds that judging took; 0 where an identical submission's judgement was used again."""
    queue_time_s: float = 0.0
    """Seconds that the sample waited for a worker; 0 where none was needed."""
    suite: str = ""
    """What it was judged by: `<id>@sha256:<hex>`, the digest alone where it has no id; "" where there was none."""

    @property
    def verdict(self) -> Verdict:
        return self.judgement.verdict

    @property
    def reward(self) -> float:
        return self.judgement.score.reward

    @property
    def cases(self) -> tuple[CaseResult, ...]:
        return self.judgement.cases

    @property
    def message(self) -> str:
        return self.judgement.message

    def entry(self) -> dict[str, object]:
        """The result in the shape of the reward contract."""
        metrics = asdict(self.judgement.score)
        reward = metrics.pop("reward")
        return response_entry(
            self.id,
            reward,
            metrics,
            judge_error=self.verdict is Verdict.JE,
            violation=self.verdict is Verdict.SV,
            attempts=len(self.judgement.attempts),
            isolation_level=LEVELS.get(self.judgement.isolation.holds, 0),
        )

    def report(self, *, for_author: bool = False) -> dict[str, object]:
        """The contract's fields, and all else that is known. Never an expected value, except for the suite's author:
        the cases' notes, which hold what the asserts said."""
        return {
            **self.entry(),
            "verdict": str(self.verdict),
            "message": self.message,
            "cases": [_case_report(case, for_author) for case in self.cases],
            "attempts": list(self.judgement.attempts),
            "isolation": {
                "policy": self.judgement.isolation.policy,
                "holds": self.judgement.isolation.holds,
                "in_force": list(self.judgement.isolation.in_force),
                "missing": dict(self.judgement.isolation.missing),
            },
            "suite": self.suite,
            "timing": {"judge_time_s": round(self.judge_time_s, 6), "queue_time_s": round(self.queue_time_s, 6)},
        }


def _case_report(case: CaseResult, for_author: bool) -> dict[str, object]:
    report = {**asdict(case), "verdict": str(case.verdict)}
    if not for_author:
        del report["note"]
    return report


@dataclass(frozen=True, slots=True)
class _Job:
    index: int
    id: object
    code: str
    suite: Suite

    @property
    def key(self) -> tuple[bytes, str]:
        return hashlib.sha256(self.code.encode("utf-8", "surrogatepass")).digest(), self.suite.digest


class Verifier:
    """Scores samples on a pool of sandboxed workers.

        with Verifier(suites="testsuites") as verifier:
            for result in verifier.score(samples):
                print(result.id, result.verdict, result.reward)

    `suites` is a directory, `s3://bucket/prefix` or a SuiteStore, for samples that name their suite; `workers` is the
    number of submissions that run at the same time (default: one for each processor this process may use); `extraction`
    says how code is taken out of a completion; `sandbox` how submissions run, and which layers of the jail are
    required; `journal` is a folder for a crash journal (journal.py), for where a submission could kill this process;
    `memory_bytes` is what there is for all of it: suites whose limit is above it are judge errors.
    Workers start at first use, or with `start()`, and stay warm until `close()`.
    """

    def __init__(
        self,
        suites: str | Path | SuiteStore | None = None,
        *,
        workers: int | None = None,
        extraction: ExtractionRule = DEFAULT_EXTRACTION,
        sandbox: SandboxOptions | SandboxPool | None = None,
        journal: Path | None = None,
        memory_bytes: int | None = None,
    ) -> None:
        if workers is not None and workers < 1:
            raise RequestError("must be at least 1", path="workers")
        self.workers = workers or len(os.sched_getaffinity(0))
        self._store = open_store(suites) if isinstance(suites, str | Path) else suites
        self._extraction = extraction
        if sandbox is None or isinstance(sandbox, SandboxOptions):
            sandbox = Keeper(self.workers, sandbox)
        self._keeper: SandboxPool = sandbox
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="verifier")
        self._loaders = ThreadPoolExecutor(_LOADS, thread_name_prefix="verifier-loader")
        self._memory_bytes = memory_bytes
        self._journal = None if journal is None else Journal(journal)
        self._parsed: OrderedDict[str, Suite] = OrderedDict()
        self._parsed_bytes = 0
        self._parsed_lock = threading.Lock()
        self._is_closed = False

    def __enter__(self) -> Verifier:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Starts the workers now. Raises SandboxError where the sandbox can't be set up on this machine."""
        self._keeper.start()

    def close(self) -> None:
        """Stops the workers; what is being judged is finished first."""
        self._is_closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._loaders.shutdown(wait=False, cancel_futures=True)  # a store may hang
        self._keeper.close()

    # Scoring

    def score(self, samples: Sequence[object], *, time_limit_s: float | None = None) -> list[Result]:
        """One result for each sample, in order. A sample is an event's entry in any form that `wire` reads.

        What is not judged within `time_limit_s` has verdict JE and says so. Never raises for a sample: one that can't
        be read has its own result.
        """
        return list(self.stream(samples, time_limit_s=time_limit_s))

    def stream(self, samples: Iterable[object], *, time_limit_s: float | None = None) -> Iterator[Result]:
        """As `score`, lazily: reads ahead only as far as the workers need, so a stream may be endless."""
        deadline = None if time_limit_s is None else time.monotonic() + time_limit_s
        batch = _Batch(self, deadline)
        try:
            for index, sample in self._announced(samples):
                batch.add(self._prepare(sample, index, deadline))
                if len(batch) >= self.workers * AHEAD:
                    yield batch.next()
            while len(batch):
                yield batch.next()
        finally:
            batch.cancel()

    async def ascore(self, samples: Sequence[object], *, time_limit_s: float | None = None) -> list[Result]:
        """`score` for asyncio programs."""
        return [result async for result in self.astream(samples, time_limit_s=time_limit_s)]

    async def astream(self, samples: Iterable[object], *, time_limit_s: float | None = None) -> AsyncIterator[Result]:
        """`stream` for asyncio programs; the event loop is never blocked."""
        import asyncio  # 50 ms of a cold start, for whoever does not use it

        results = self.stream(samples, time_limit_s=time_limit_s)
        try:
            while (result := await asyncio.to_thread(next, results, None)) is not None:
                yield result
        finally:
            await asyncio.to_thread(results.close)  # type: ignore[attr-defined]

    def judge(self, code: str, suite: Suite, *, deadline: float | None = None) -> Judgement:
        """One submission, on the next free worker. Never raises: a failure of ours is verdict JE."""
        try:
            with self._keeper.slot() as sandbox, self._recorded(code, suite) as is_guilty:
                if is_guilty:
                    return refused(
                        suite, Verdict.SV, "it killed the process that judged it", isolation=sandbox.isolation
                    )
                if deadline is not None and time.monotonic() > deadline:
                    return refused(suite, Verdict.JE, NOT_IN_TIME, isolation=sandbox.isolation)
                return judge(code, suite, sandbox, deadline=deadline)
        except SandboxError as error:
            return refused(suite, Verdict.JE, f"sandbox failure: {error}")
        except Exception as error:
            # A bug of ours must cost one sample its judgement, not the batch.
            return refused(suite, Verdict.JE, f"internal error: {type(error).__name__}: {error}")

    @contextmanager
    def _recorded(self, code: str, suite: Suite) -> Iterator[bool]:
        """While it is being judged; True where the journal says that this is not to be."""
        if self._journal is None:
            yield False
            return
        key = key_of(code, suite.digest)
        if self._journal.is_guilty(key):
            yield True
            return
        with self._journal.running(key):
            yield False

    # From a sample to a job

    def _announced(self, samples: Iterable[object]) -> Iterator[tuple[int, Sample | Malformed]]:
        """The samples, read, each with its position. Their stored suites are announced a little before their turn,
        where the store cares: one that is far away would make a batch of many suites wait for each of them."""
        expect = getattr(self._store, "expect", None)
        coming: deque[tuple[int, Sample | Malformed]] = deque()
        for index, entry in enumerate(samples):
            sample = sample_of(entry, index)
            if expect is None:
                yield index, sample
                continue
            coming.append((index, sample))
            if isinstance(sample, Sample) and sample.reference is not None and sample.reference.suite_id is not None:
                with contextlib.suppress(Exception):  # what is wrong shows when the suite is asked for
                    expect(_ref_of(sample.reference))
            if len(coming) > _LOADS:
                yield coming.popleft()
        yield from coming

    def _prepare(self, sample: Sample | Malformed, index: int, deadline: float | None = None) -> _Job | Result:
        if isinstance(sample, Malformed):
            return Result(index, sample.id, refused(None, Verdict.JE, f"malformed sample: {sample.problem}"))
        if deadline is not None and time.monotonic() > deadline:
            return Result(index, sample.id, refused(None, Verdict.JE, NOT_IN_TIME))
        try:
            suite = self._suite(sample.reference, deadline)
        except _NotInTime:
            return Result(index, sample.id, refused(None, Verdict.JE, NOT_IN_TIME))
        except RequestError as problem:
            return Result(index, sample.id, refused(None, Verdict.JE, f"no suite to judge by: {problem}"))
        except Exception as error:
            if self._is_closed:
                raise
            # A store may be anybody's, and the other samples have nothing to do with it.
            reason = f"internal error: {type(error).__name__}: {error}"
            return Result(index, sample.id, refused(None, Verdict.JE, reason))
        if excess := beyond(suite.limits, self._memory_bytes):
            return Result(index, sample.id, refused(suite, Verdict.JE, excess), suite=_name_of(suite))
        code = sample.code
        if code is None:
            if sample.completion is None:
                reason = "the sample has no completion to judge: no assistant turn"
                return Result(index, sample.id, refused(suite, Verdict.CE, reason), suite=_name_of(suite))
            entry_point = suite.entry_point if isinstance(suite, FunctionSuite | AssertsSuite) else ""
            rule = replace(self._extraction, must_define=self._extraction.must_define or entry_point or None)
            extraction = extract_code(sample.completion, rule)
            if extraction.code is None:
                reason = f"no code in the completion: {extraction.reason}"
                return Result(index, sample.id, refused(suite, Verdict.CE, reason), suite=_name_of(suite))
            code = extraction.code
        return _Job(index, sample.id, code, suite)

    def _suite(self, reference: Reference | None, deadline: float | None) -> Suite:
        """Raises RequestError where the sample names no suite, or one that is not to be had; _NotInTime."""
        if reference is None:
            raise RequestError("is missing: give a suite, or {'suite': '<id>'}", path="reference_answer")
        if reference.suite_id is not None:
            if self._store is None:
                raise SuiteError(
                    f"names suite {reference.suite_id!r}, but this verifier was given no suites", path=reference.path
                )
            return self._stored(self._store, _ref_of(reference), deadline)
        # Many samples of a batch bring the same suite; validating it once is enough.
        try:
            text = repr(reference.suite)  # not as JSON, which writes (1,) and [1] alike
        except RecursionError:
            text = ""
        with self._parsed_lock:
            known = self._parsed.get(text)
            if known is not None:
                self._parsed.move_to_end(text)
                return known
        suite = parse_suite(dict(reference.suite or {}), path=reference.path)
        if text and len(text) <= _PARSED_BYTES // 8:
            with self._parsed_lock:
                self._parsed_bytes += 0 if text in self._parsed else len(text)
                self._parsed[text] = suite
                while self._parsed_bytes > _PARSED_BYTES:
                    self._parsed_bytes -= len(self._parsed.popitem(last=False)[0])
        return suite

    def _stored(self, store: SuiteStore, ref: str, deadline: float | None) -> Suite:
        """A store may take its time, and the results of the samples before this one must not be lost by that."""
        if deadline is None:
            return store.get(ref)
        loading = self._loaders.submit(store.get, ref)
        if not wait([loading], max(0.0, deadline - time.monotonic())).done:
            loading.cancel()
            raise _NotInTime
        return loading.result()

    def _run(self, job: _Job, deadline: float | None, submitted: float) -> Result:
        began = time.monotonic()
        judgement = self.judge(job.code, job.suite, deadline=deadline)
        took = time.monotonic() - began
        return Result(job.index, job.id, judgement, took, began - submitted, _name_of(job.suite))


class _NotInTime(Exception):
    """The deadline came before the suite."""


def _ref_of(reference: Reference) -> str:
    """Of one that names a suite."""
    return f"{reference.suite_id}@{reference.digest}" if reference.digest else str(reference.suite_id)


def _name_of(suite: Suite) -> str:
    return f"{suite.id}@{suite.digest}" if suite.id else suite.digest


class _Batch:
    """Jobs in flight, in order. Identical ones share one run."""

    def __init__(self, verifier: Verifier, deadline: float | None) -> None:
        self._verifier = verifier
        self._deadline = deadline
        self._waiting: deque[tuple[int, object, Future[Result] | Result]] = deque()
        self._recent: OrderedDict[tuple[bytes, str], tuple[Future[Result], int]] = OrderedDict()
        self._recent_cases = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, job: _Job | Result) -> None:
        if isinstance(job, Result):
            self._waiting.append((job.index, job.id, job))
            return
        key = job.key
        if key in self._recent:
            self._recent.move_to_end(key)
        else:
            try:
                future = self._verifier._pool.submit(self._verifier._run, job, self._deadline, time.monotonic())
            except RuntimeError as error:
                if self._verifier._is_closed:
                    raise
                # No thread can be started: ours to bear, and not the other samples'.
                judgement = refused(job.suite, Verdict.JE, f"sandbox failure: start worker: {error}")
                self._waiting.append((job.index, job.id, Result(job.index, job.id, judgement)))
                return
            cases = len(job.suite.known_cases)
            self._recent[key] = (future, cases)
            self._recent_cases += cases
            while self._recent_cases > REMEMBERED_CASES and len(self._recent) > 1:
                _, (_, forgotten_cases) = self._recent.popitem(last=False)
                self._recent_cases -= forgotten_cases
        self._waiting.append((job.index, job.id, self._recent[key][0]))

    def next(self) -> Result:
        """The result whose turn it is; waits for it."""
        index, sample_id, pending = self._waiting.popleft()
        if isinstance(pending, Result):
            return pending
        result = pending.result()
        if result.index == index:
            return result
        return replace(result, index=index, id=sample_id, judge_time_s=0.0, queue_time_s=0.0)

    def cancel(self) -> None:
        for _, _, pending in self._waiting:
            if isinstance(pending, Future):
                pending.cancel()
