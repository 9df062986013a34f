"""A tester, from the fork to its end. Standard library only: pytest is only where the zygote has it (prepared.py)."""

from __future__ import annotations

import contextlib
import gc
import json
import os
from collections.abc import Callable
from typing import Any, NoReturn

from verifier.sandbox.inside import Confinement, SetupError, setup_descriptors, setup_session
from verifier.sandbox.layers import Layers
from verifier.sandbox.modules import Environment
from verifier.sandbox.protocol import MAX_BYTECODE_BYTES, PEER_FD
from verifier.sandbox.proxy.tester import CellGone, Peer, is_proxy
from verifier.sandbox.proxy.warm_up import converse
from verifier.sandbox.testing import arbiters, asserts, explain, jail, stand_in
from verifier.sandbox.testing.code import TestCode, TestSource
from verifier.sandbox.testing.reports import Reports, read_frame
from verifier.sandbox.testing.suite_files import SuiteFiles, folders_of, write_files

RunFiles = Callable[[SuiteFiles, TestCode, Peer | None, Reports, dict[str, Any], str], None]
"""Collects and runs pytest's files (pytest_run.run_files); the last argument is the folder. Without a peer it only
collects."""


def run(
    received: list[int],
    confinement: Confinement,
    layers: Layers,
    environment: Environment,
    run_files: RunFiles | None,
    peer: Peer,
) -> NoReturn:
    """The child's side of a fork. `run_files` is there where the zygote has pytest; `peer` is what `prepared_peer` made
    there."""
    status = 70
    reports = Reports()
    try:
        setup_descriptors(received, layers)
        setup_session()
        header = json.loads(read_frame())
        texts = [(name, read_frame()) for name in header["texts"]]
        folder = jail.confine(confinement, layers, header["root"])
        gc.enable()
        if header["kind"] == "arbiter":
            status = _arbitrate(header, texts, folder, environment, reports)
        else:
            _work(header, texts, folder, environment, run_files, peer, reports)
            status = 0
    except (SetupError, OSError) as error:
        with contextlib.suppress(OSError):
            reports.fault(str(error))
    except BaseException as error:
        with contextlib.suppress(OSError):
            reports.fault(f"{type(error).__name__}: {error}")
    finally:
        os._exit(status)


def _work(
    header: dict[str, Any],
    texts: list[tuple[str, bytes]],
    folder: str,
    environment: Environment,
    run_files: RunFiles | None,
    prepared: Peer,
    reports: Reports,
) -> None:
    try:
        code = _code(header, texts, environment, reports)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reports.not_loaded(error, by_submission=False)
        return
    if code is None:
        return
    collects = header["mode"] == "collect"
    peer: Peer | None = None
    if header["kind"] == "asserts":
        if collects:
            reports.names_only([name for name, _ in code.parts if name])
            reports.all_done()
            return
    else:
        data = [(path, text) for path, text in texts if not path.endswith(".py")]
        write_files(data, folders_of(path for path, _ in code.parts), folder)
    files = SuiteFiles(code.parts if header["kind"] == "pytest" else (), folder)
    files.install()
    if collects:
        stand_in.install(header["modules"])
        explain.install(stand_in.is_stand_in)
    else:
        library = code.library - {header["entry_point"].partition(".")[0].removesuffix("()")}
        peer = prepared
        peer.set_up(header["modules"], code.mentioned, header["max_bytes"], library)
        explain.install(is_proxy)
        peer.install()
    try:
        if header["kind"] == "asserts":
            assert peer is not None
            asserts.run_steps(code, peer, reports, header)
        else:
            assert run_files is not None, "a zygote without pytest was asked for it"
            run_files(files, code, peer, reports, header, folder)
    except CellGone:
        reports.no_cell(overflowed=peer is not None and peer.overflowed)
    except BaseException as error:
        # Before the first test: the suite's modules, or the submission, could not be loaded.
        if peer is not None and peer.gone:
            reports.no_cell(overflowed=peer.overflowed)
        else:
            by_submission = peer is not None and peer.raised_in_cell(error)
            reports.not_loaded(error, by_submission=by_submission)


def _arbitrate(
    header: dict[str, Any],
    texts: list[tuple[str, bytes]],
    folder: str,
    environment: Environment,
    reports: Reports,
) -> int:
    try:
        code = _code(header, texts, environment, reports)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reports.not_loaded(error, by_submission=False)
        return 0
    if code is None:
        return 0
    explain.install(lambda value: False)
    return arbiters.run_arbiter(code.parts[0][1], header, folder, reports)


def _code(
    header: dict[str, Any], texts: list[tuple[str, bytes]], environment: Environment, reports: Reports
) -> TestCode | None:
    """The compiled tests; None where another environment is needed."""
    if header["form"] == "bytecode":
        return TestCode.loads(texts.pop(0)[1])
    is_asserts = header["kind"] == "asserts"
    source = TestSource([(name, text.decode()) for name, text in texts if is_asserts or name.endswith(".py")])
    if missing := source.needs(environment):
        reports.needs(missing)
        return None
    code = source.compile_steps() if is_asserts else source.compile_files()
    data = code.dumps()
    if len(data) <= MAX_BYTECODE_BYTES:
        reports.code(data)
    return code


def prepared_peer() -> Peer:
    """Runs in the zygote, once all that is to be hooked is loaded: what is the same for all submissions is not made for
    each."""
    peer = Peer(PEER_FD)
    peer.hook()
    return peer


def warm_up() -> None:
    """Runs in the zygote: what every tester does is done once, so that none pays for the first time."""
    source = TestSource([("a", "import math\nassert math.floor(1.5) + 1 == 2\nassert not []")])
    code = TestCode.loads(source.compile_steps().dumps())
    explain.install(is_proxy)
    namespace: dict[str, Any] = {}
    exec(code.parts[0][1], namespace)
    with contextlib.suppress(AssertionError):
        wrong = TestSource([("a", "assert 1 + 1 == 3")]).compile_steps()
        exec(wrong.parts[0][1], namespace)
    converse()
    json.loads(json.dumps({"name": "a", "cpu_s": 0.5, "wall_s": 1e-5}))
