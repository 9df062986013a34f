"""Scoring on a Ray cluster (extra `ray`, loaded at first use): the interface of `Verifier`, with the work done by
actors that each hold one.

    with RayVerifier("testsuites", actors=8, workers=4) as verifier:
        results = verifier.score(samples)

Ray must be initialised, or is with its own defaults. On every node that runs actors this package must be installed, the
suites' directory be at the same path (or an S3 URL), and the system be Linux.
"""

from __future__ import annotations

import importlib
import itertools
import pickle
import queue
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from verifier.dispatch import Dispatcher, Progress
from verifier.errors import RequestError
from verifier.pipeline import Result, Verifier
from verifier.sandbox.keeper import SandboxOptions
from verifier.sending import Broken, Item, Later, Never
from verifier.wire import Sample

START_S = 120.0
"""How long an actor may take to come up and start its sandbox, longer where the cluster is full."""


class RayVerifier(Dispatcher):
    """Scores samples on `actors` actors, each with `workers` submissions at a time and as many CPUs reserved.

    `resources` are further options of the actors, as `ray.remote` takes them: `{"resources": {"verifier": 1}}`,
    `{"runtime_env": {...}}`, `{"num_cpus": 2}`. `sandbox` is as for `Verifier`. A batch that is not judged within
    `timeout_s` counts as failed. An actor that dies, or is late, is replaced.
    """

    def __init__(
        self,
        suites: str | None = None,
        *,
        actors: int = 2,
        workers: int = 1,
        sandbox: SandboxOptions | None = None,
        resources: Mapping[str, Any] | None = None,
        batch: int = 32,
        retries: int = 5,
        timeout_s: float = 900.0,
        progress: Progress | None = None,
    ) -> None:
        super().__init__(concurrency=actors, batch=batch, batch_bytes=None, retries=retries, progress=progress)
        try:
            self._ray: Any = importlib.import_module("ray")
        except ImportError:
            raise RequestError("scoring on Ray needs ray: pip install 'rl-code-verifier[ray]'") from None
        if not self._ray.is_initialized():
            self._ray.init()
        self._timeout_s = timeout_s
        self._settings = {"suites": suites, "workers": workers, "sandbox": sandbox}
        options = {"num_cpus": workers, "max_restarts": 0, **(resources or {})}
        self._actor_class = self._ray.remote(_Judge).options(**options)
        # Those that are up come first; None is one that is to be started, and the number keeps actors from comparison.
        self._actors: queue.PriorityQueue[tuple[bool, int, Any]] = queue.PriorityQueue()
        self._numbers = itertools.count()
        for _ in range(actors):
            self._free(None)

    def _free(self, actor: Any) -> None:
        self._actors.put((actor is None, next(self._numbers), actor))

    def _pack(self, sample: Sample) -> tuple[object, int]:
        try:
            packed = pickle.dumps(sample)
        except Exception as problem:  # a value of any class may be in there, and do this in its own way
            raise Never(f"the sample can't be sent: {type(problem).__name__}: {_first_line(problem)}") from None
        return packed, len(packed)

    def _send(self, items: Sequence[Item], remaining_s: float | None) -> list[Result]:
        timeout_s = self._timeout_s if remaining_s is None else min(self._timeout_s, remaining_s)
        errors = self._ray.exceptions
        _, _, actor = self._actors.get()
        try:
            actor = actor or self._started()
            samples = [item.payload for item in items]
            # A little earlier, so that the actor says itself what it could not judge in time.
            answer = actor.score.remote(samples, timeout_s - min(1.0, timeout_s / 10))
            results: list[Result] = self._ray.get(answer, timeout=timeout_s + 5.0)
        except errors.GetTimeoutError:
            self._kill(actor)
            actor = None
            raise Broken("no answer in time") from None
        except errors.RayActorError as error:
            actor = None
            raise Broken(f"the actor died: {_first_line(error)}") from None
        except errors.RayTaskError as error:
            raise Broken(_first_line(error)) from None
        except errors.RayError as error:
            raise Later(_first_line(error)) from None
        finally:
            self._free(actor)
        if len(results) != len(items):
            raise Broken(f"the actor answered {len(results)} of {len(items)} samples")
        return [replace(result, index=item.index, id=item.id) for item, result in zip(items, results, strict=True)]

    def _started(self) -> Any:
        actor = self._actor_class.remote(self._settings)
        try:
            self._ray.get(actor.start.remote(), timeout=START_S)
        except self._ray.exceptions.GetTimeoutError:
            self._kill(actor)
            raise Later(f"no actor within {START_S:g} s: is the cluster full?") from None
        except self._ray.exceptions.RayActorError as error:
            raise Later(f"no actor can be started: {_first_line(error)}") from None
        except self._ray.exceptions.RayTaskError as error:
            self._kill(actor)
            raise Never(f"sandbox failure: {_first_line(error)}") from None
        return actor

    def _kill(self, actor: Any) -> None:
        self._ray.kill(actor)

    def _shut(self) -> None:
        """Those that still judge go with the program that started them."""
        while True:
            try:
                _, _, actor = self._actors.get_nowait()
            except queue.Empty:
                return
            if actor is not None:
                self._kill(actor)


class _Judge:
    """The actor."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._verifier = Verifier(**settings)

    def start(self) -> None:
        self._verifier.start()

    def score(self, samples: Sequence[bytes], time_limit_s: float) -> list[Result]:
        """`samples` are as `_pack` has made them, in the driver."""
        return self._verifier.score([pickle.loads(sample) for sample in samples], time_limit_s=time_limit_s)


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__)[:300]
