"""Suites in directories: found, kept, read again, and refused."""

from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path

import pytest

from verifier.errors import SuiteError
from verifier.suite.model import FunctionSuite
from verifier.suite.store import DirectoryStore, SuiteStore, held_bytes, read_suite

HEAD = 'kind = "function"\nentry_point = "f"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "suites"


def write(root: Path, name: str, toml: str = HEAD, cases: str | None = '{"args": [1], "expected": null}\n') -> Path:
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "suite.toml").write_text(toml, encoding="utf-8")
    if cases is not None:
        (folder / "cases.jsonl").write_text(cases, encoding="utf-8")
    return folder


def refusal(root: Path, ref: str) -> SuiteError:
    with pytest.raises(SuiteError) as caught:
        DirectoryStore(root).get(ref)
    return caught.value


def test_cases_in_lines(root: Path) -> None:
    write(root, "two-sum", cases='{"args": [1], "expected": null}\n\n{"args": [2], "expected": {"$py": "(1,)"}}\n')
    store: SuiteStore = DirectoryStore(root)
    suite = store.get("two-sum")
    assert isinstance(suite, FunctionSuite)
    assert suite.id == "two-sum"
    assert [case.expected for case in suite.cases] == [None, (1,)]


def test_cases_inline(root: Path) -> None:
    write(root, "a", HEAD + '[[cases]]\nargs = [1, {"$py" = "{1}"}]\nexpected = inf\n', cases=None)
    suite = DirectoryStore(root).get("a")
    assert isinstance(suite, FunctionSuite)
    assert suite.cases[0].args == [1, {1}]


def test_references_with_a_digest(root: Path) -> None:
    write(root, "a")
    digest = DirectoryStore(root).get("a").digest
    assert DirectoryStore(root).get(f"a@{digest}").digest == digest
    error = refusal(root, "a@sha256:" + "0" * 64)
    assert error.path == "a" and digest in error.problem
    for bad in ("a@", "a@sha256:12", "a@md5:1", "a@" + digest + "\n"):
        assert "after '@'" in refusal(root, bad).problem


@pytest.mark.parametrize(
    "ref", ["", ".", "..", "../a", "a/b", "/etc", "A", "a\n", "a\0", "-a", "é", "a" * 200, "a b", "@x"]
)
def test_ids_that_are_none(root: Path, ref: str) -> None:
    write(root, "a")
    assert "is no suite id" in refusal(root, ref).problem


def test_what_is_wrong_is_named(root: Path, tmp_path: Path) -> None:
    write(root, "line", cases='{"expected": 1}\n\n{"expected": 1, "wieght": 2}\n')
    error = refusal(root, "line")
    assert error.path == "line/cases.jsonl:3.wieght" and "unknown key" in error.problem
    write(root, "json", cases='{"expected": 1}\n{"expected": \n')
    assert refusal(root, "json").path == "json/cases.jsonl:2"
    write(root, "head", HEAD + "timeout = 3\n")
    assert refusal(root, "head").path == "head.timeout"
    write(root, "toml", "kind = \n")
    assert refusal(root, "toml").path == "toml/suite.toml" and "TOML" in refusal(root, "toml").problem
    write(root, "both", HEAD + "[[cases]]\nexpected = 1\n")
    assert "keep one" in refusal(root, "both").problem
    write(root, "none", cases=None)
    assert "has no cases" in refusal(root, "none").problem
    write(root, "empty", cases="\n")
    assert "at least one case" in refusal(root, "empty").problem
    write(root, "named", HEAD + 'id = "other"\n')
    assert refusal(root, "named").path == "named/suite.toml.id"
    (write(root, "bytes") / "cases.jsonl").write_bytes(b"\xff\n")
    assert refusal(root, "bytes").path == "bytes/cases.jsonl" and "UTF-8" in refusal(root, "bytes").problem
    (root / "bare").mkdir()
    for missing in ("bare", "nowhere"):
        assert refusal(root, missing).path == missing and "no suite of this id" in refusal(root, missing).problem
    assert "no suite of this id" in refusal(tmp_path / "absent", "a").problem


def test_links_out_of_the_store_are_refused(root: Path, tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", "x")
    root.mkdir()
    (root / "linked").symlink_to(outside)
    assert "leads out" in refusal(root, "linked").problem
    inner = write(root, "file", cases=None)
    (inner / "cases.jsonl").symlink_to(outside / "cases.jsonl")
    assert "leads out" in refusal(root, "file").problem
    write(root, "inside")
    (root / "alias").symlink_to(root / "inside")
    assert DirectoryStore(root).get("alias").id == "alias"


def test_a_suite_is_kept_until_a_file_changes(root: Path) -> None:
    folder = write(root, "a")
    store = DirectoryStore(root)
    first = store.get("a")
    assert store.get("a") is first
    os.utime(folder / "cases.jsonl", ns=(1, 1))
    second = store.get("a")
    assert second is not first and second.digest == first.digest
    (folder / "cases.jsonl").write_text(json.dumps({"args": [1], "expected": 5}), encoding="utf-8")
    assert store.get("a").digest != first.digest
    (folder / "suite.toml").unlink()
    with pytest.raises(SuiteError):
        store.get("a")


def test_the_cache_is_bounded(root: Path) -> None:
    store = DirectoryStore(root, cached=2)
    for name in "abc":
        write(root, name)
    a = store.get("a")
    b = store.get("b")
    assert store.get("a") is a
    store.get("c")
    assert store.get("a") is a
    assert store.get("b") is not b


def test_ids_are_listed(root: Path) -> None:
    assert DirectoryStore(root).ids() == []
    write(root, "b")
    write(root, "a.1")
    write(root, "Upper")
    (root / "bare").mkdir()
    (root / "file").write_text("", encoding="utf-8")
    assert DirectoryStore(root).ids() == ["a.1", "b"]


SHAPES = {
    "pairs": [[n % 200, n % 100] for n in range(3000)],
    "numbers": list(range(1000, 7000)),
    "nested": [[[]] for _ in range(3000)],
    "objects": [{"a": n + 1000} for n in range(1000)],
    "words": [f"{n}" for n in range(4000)],
    "one long text": "x" * 200_000,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_a_suite_takes_in_memory_is_known(shape: str) -> None:
    """Whatever its JSON is made of, which takes from its own length to fifty times that; not much less is ever said."""
    case = json.dumps({"args": [SHAPES[shape]], "expected": 1}, separators=(",", ":"))
    files = {"suite.toml": HEAD.encode(), "cases.jsonl": f"{case}\n{case}\n".encode()}
    sizes = {path: len(content) for path, content in files.items()}
    tracemalloc.start()
    try:
        suite = read_suite("a", sizes, lambda wanted: [files[path] for path in wanted])
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    assert 0.8 < held_bytes(suite, files.values()) / taken < 4


def test_a_directorys_suites_in_memory_are_bounded_by_bytes(root: Path) -> None:
    """The longest unused goes first; one that is larger than all there is stays until the next comes."""
    nested = json.dumps({"args": [[[]] * 1000], "expected": 1})
    for name in "abc":
        write(root, name, cases=nested)
    store = DirectoryStore(root)
    size = held_bytes(store.get("a"), [HEAD.encode(), nested.encode()])
    assert size > 20 * len(nested)
    store = DirectoryStore(root, cached_bytes=2 * size)
    a, b = store.get("a"), store.get("b")
    assert store.get("a") is a
    store.get("c")
    assert store.get("a") is a
    assert store.get("b") is not b
    write(root, "large", cases=f"{nested}\n" * 3)
    large = store.get("large")
    assert store.get("large") is large
    assert len(store._cache) == 1
