"""`verifier dataset build`: from suites to rows that this project judges by the same suites."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from verifier.authoring.rows import FORMATS
from verifier.cli import main
from verifier.pipeline import Verifier
from verifier.suite.store import DirectoryStore
from verifier.verdict import Verdict

MakeSuite = Callable[..., Path]
TESTSUITES = Path(__file__).parents[3] / "testsuites"
SUFFIXES = {name: row_format.suffix for name, row_format in FORMATS.items()}


def build(*arguments: object, format_name: str = "nova") -> Result:
    return CliRunner().invoke(main, ["dataset", "build", "--format", format_name, *map(str, arguments)])


def rows(output: Path, side: str = "train") -> list[dict[str, Any]]:
    """Of whatever format."""
    [file] = output.glob(f"{side}.*")
    if file.suffix == ".parquet":
        parquet = pytest.importorskip("pyarrow.parquet")
        found: list[dict[str, Any]] = parquet.read_table(file).to_pylist()
        return found
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def report(output: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(output.joinpath("report.json").read_text())
    return found


def need(format_name: str) -> None:
    if SUFFIXES[format_name] == ".parquet":
        pytest.importorskip("pyarrow")


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out"


# What is judged by a row


@pytest.fixture(scope="module")
def stored() -> Iterator[Verifier]:
    """It finds the example suites by name."""
    with Verifier(TESTSUITES, workers=1) as verifier:
        yield verifier


EXAMPLES = ("ticket-counters", "pantry-check", "parcel-lockers", "tide-words", "two-tables")
"""One of each kind: stdio, function, pytest, asserts, and one with a checker of its own."""


def rollout(row: dict[str, Any], said: str, format_name: str) -> dict[str, Any]:
    """As the trainer sends it, or calls a reward function with it."""
    answer = {"role": "assistant", "content": said}
    if format_name == "nova":
        return {**row, "messages": [*row["messages"], answer]}
    if format_name == "trl":
        return {**row, "completion": [answer]}
    return {**row, "response": said}


def reference_code(folder: Path) -> str:
    return min(folder.joinpath("submissions/accepted").glob("*.py")).read_text(encoding="utf-8")


@pytest.mark.parametrize("inline", [(), ("--inline",)], ids=["by name", "inline"])
@pytest.mark.parametrize("format_name", FORMATS)
def test_a_row_with_the_reference_solution_is_accepted(
    output: Path, stored: Verifier, verifier: Verifier, format_name: str, inline: tuple[str, ...]
) -> None:
    """Every kind of suite. With inline rows by a verifier that has no suites at all; a wrong answer earns nothing."""
    need(format_name)
    folders = [TESTSUITES / name for name in EXAMPLES if (TESTSUITES / name).is_dir()]
    result = build(*folders, "--output", output, "--validation", 0, *inline, format_name=format_name)
    assert result.exit_code == 0, result.output
    good = [f"Here it is.\n\n```python\n{reference_code(folder)}\n```\n" for folder in folders]
    judge = verifier if inline else stored

    written = rows(output)
    assert len(written) == len(folders) >= 4
    samples = [rollout(row, said, format_name) for row, said in zip(written, good, strict=True)]
    samples += [rollout(row, "```python\ndef nothing(): pass\n```", format_name) for row in written]
    results = judge.score(samples)

    right, wrong = results[: len(folders)], results[len(folders) :]
    assert [(one.verdict, one.message) for one in right if one.verdict is not Verdict.AC] == []
    assert all(one.verdict not in (Verdict.AC, Verdict.JE) for one in wrong)
    digests = [DirectoryStore(TESTSUITES).get(folder.name).digest for folder in folders]
    assert [one.suite.rpartition("@")[2] for one in right] == digests


def test_a_row_without_a_rollout_is_judged_too(make_suite: MakeSuite, output: Path) -> None:
    """Trainers' checks send rows as they are, and want a result for each."""
    folder = make_suite("double")
    build(folder, "--output", output, "--validation", 0)

    with Verifier(folder.parent, workers=1) as verifier:
        [result] = verifier.score(rows(output))

    assert (result.id, result.verdict, result.reward) == ("double", Verdict.CE, 0.0)


# What a row says


def test_rows_are_what_nova_asks_for(output: Path) -> None:
    """Fields, roles and texts as AWS's validators want them, and the same in all rows."""
    build(TESTSUITES, "--output", output, "--validation", 0)
    written = rows(output)

    assert len(written) == len(DirectoryStore(TESTSUITES).ids())
    for row in written:
        assert set(row) == {"id", "messages", "reference_answer"}
        assert isinstance(row["id"], str) and row["id"].strip()
        assert isinstance(row["reference_answer"], dict) and row["reference_answer"]
        assert [turn["role"] for turn in row["messages"]] == ["user"]
        assert all(set(turn) == {"role", "content"} and turn["content"].strip() for turn in row["messages"])
    assert len({row["id"] for row in written}) == len(written)


def test_the_prompt_is_the_statement_in_the_template(make_suite: MakeSuite, tmp_path: Path, output: Path) -> None:
    make_suite("a", "\n# A\n\nWrite `f`: {x} → 2x\r\n  indented\n\n")
    system, template = tmp_path / "system.txt", tmp_path / "template.txt"
    system.write_text("You write Python.\n")
    template.write_text("Solve:\n\n{problem}\n\nAnswer in {a fence}.\n")
    build(tmp_path / "suites", "--output", output, "--validation", 0, "--system", system, "--template", template)

    [row] = rows(output)

    assert row["messages"] == [
        {"role": "system", "content": "You write Python."},
        {"role": "user", "content": "Solve:\n\n# A\n\nWrite `f`: {x} → 2x\n  indented\n\nAnswer in {a fence}."},
    ]


@pytest.mark.parametrize(
    ("option", "content", "said"),
    [
        ("--template", "Solve this.", "must hold {problem}"),
        ("--template", "", "is empty"),
        ("--system", " \n", "is empty"),
    ],
)
def test_a_template_of_no_use(
    make_suite: MakeSuite, tmp_path: Path, output: Path, option: str, content: str, said: str
) -> None:
    make_suite("a")
    file = tmp_path / "given.txt"
    file.write_text(content)

    result = build(tmp_path / "suites", "--output", output, option, file)

    assert result.exit_code == 2
    assert f"{file}: {said}" in result.output
    assert not output.exists()


SECRETS = {
    "suite.toml": "secret-in-a-comment",
    "cases.jsonl": "secret-expected-value",
    "checker.py": "secret-in-the-checker",
    "submissions/accepted/reference.py": "secret-in-the-reference",
    "answers.jsonl": "secret-answer",
    "notes.txt": "secret-note",
}


@pytest.mark.parametrize("format_name", FORMATS)
def test_rows_by_name_hold_nothing_that_is_hidden(
    make_suite: MakeSuite, tmp_path: Path, output: Path, format_name: str
) -> None:
    """Of no file but problem.md a word gets into any file of the set; inline rows do hold what judges."""
    need(format_name)
    folder = make_suite("a")
    files = {
        "suite.toml": f'# {SECRETS["suite.toml"]}\nkind = "function"\nentry_point = "f"\nchecker = "custom"\n',
        "cases.jsonl": json.dumps({"args": [1], "expected": SECRETS["cases.jsonl"]}) + "\n",
        "checker.py": f"def check(case, answer):\n    return answer == '{SECRETS['checker.py']}'\n",
        "submissions/accepted/reference.py": f"def f(x): return '{SECRETS['submissions/accepted/reference.py']}'\n",
        "answers.jsonl": json.dumps({"case": 0, "accept": SECRETS["answers.jsonl"]}) + "\n",
        "notes.txt": SECRETS["notes.txt"],
    }
    for name, content in files.items():
        folder.joinpath(name).write_text(content)
    tested = make_suite("b")
    tested.joinpath("cases.jsonl").unlink()
    tested.joinpath("suite.toml").write_text('kind = "pytest"\nmodule = "solution"\n')
    tested.joinpath("tests").mkdir()
    tested.joinpath("tests/test_it.py").write_text(
        "import solution\ndef test_secret_name():\n    assert solution.f() == 'secret-in-a-test'\n"
    )

    def everything(place: Path) -> str:
        found = [repr(rows(place, side)) for side in ("train", "validation")]
        return "".join(found) + place.joinpath("report.json").read_text()

    assert build(tmp_path / "suites", "--output", output, format_name=format_name).exit_code == 0
    by_name = everything(output)
    build(tmp_path / "suites", "--output", output, "--inline", "--force", format_name=format_name)
    inline = everything(output)

    assert "secret" not in by_name
    assert "Write `f(x)`" in by_name
    judging = (SECRETS["cases.jsonl"], SECRETS["checker.py"], "secret-in-a-test")
    assert all(secret in inline for secret in judging)
    assert not any(SECRETS[file] in inline for file in ("submissions/accepted/reference.py", "answers.jsonl"))


# How large a row may be


def test_rows_that_are_too_large(make_suite: MakeSuite, tmp_path: Path, output: Path) -> None:
    """They are told, and the others written; or they name their suites where that is allowed and enough."""
    make_suite("small")
    large = make_suite("large")
    case = json.dumps({"args": [1], "expected": 2})
    large.joinpath("cases.jsonl").write_text((case + "\n") * 100)
    make_suite("wordy", "word " * 600)
    arguments = (tmp_path / "suites", "--output", output, "--validation", 0, "--max-row-bytes", 1000, "--inline")

    result = build(*arguments)
    assert result.exit_code == 1
    assert [row["id"] for row in rows(output)] == ["small"]
    refused = {entry["id"]: entry["problem"] for entry in report(output)["refused"]}
    assert set(refused) == {"large", "wordy"}
    assert "bytes, and 1000 are allowed" in refused["large"] and "--by-reference-above" in refused["large"]
    assert refused["large"] in result.output

    result = build(*arguments, "--by-reference-above", "--force")
    assert result.exit_code == 1
    references = {row["id"]: row["reference_answer"] for row in rows(output)}
    digest = DirectoryStore(tmp_path / "suites").get("large").digest
    assert references["large"] == {"suite": f"large@{digest}"}
    assert references["small"]["kind"] == "function"
    assert {entry["id"]: entry["reference"] for entry in report(output)["suites"]} == {
        "large": "name",
        "small": "inline",
    }
    [wordy] = report(output)["refused"]
    assert "its statement is too long" in wordy["problem"]


def test_the_default_leaves_room_for_a_batch_of_rollouts_in_one_event() -> None:
    """Sixty-four rows, each with 32 KiB of text, in the 6 MiB that AWS Lambda takes."""
    assert 64 * (FORMATS["nova"].max_row_bytes + (32 << 10)) <= 6 << 20


def test_the_limit_is_of_the_row_to_the_byte(make_suite: MakeSuite, output: Path) -> None:
    folder = make_suite("a")
    build(folder, "--output", output, "--validation", 0)
    size = report(output)["files"]["train"]["largest_row_bytes"]
    assert size == len(output.joinpath("train.jsonl").read_bytes()) - 1

    for limit, status in ((size, 0), (size - 1, 1)):
        result = build(folder, "--output", output, "--validation", 0, "--max-row-bytes", limit, "--force")
        assert result.exit_code == status


# What can't be used


def test_one_bad_suite_costs_no_other(make_suite: MakeSuite, tmp_path: Path, output: Path) -> None:
    make_suite("good")
    make_suite("silent", "")
    make_suite("blank", " \n\t\n")
    make_suite("broken").joinpath("suite.toml").write_text("kind = \n")
    make_suite("badly-said").joinpath("problem.md").write_bytes(b"\xff\xfe")
    make_suite("good", root="others")
    deep = make_suite("deep")
    deep.joinpath("cases.jsonl").write_text('{"args": [' + "[" * 5000 + "]" * 5000 + '], "expected": 1}\n')

    result = build(tmp_path / "suites", tmp_path / "others", "--output", output, "--validation", 0)

    assert result.exit_code == 1
    assert [row["id"] for row in rows(output)] == ["good"]
    refused = [(entry["id"], entry["problem"]) for entry in report(output)["refused"]]
    assert [name for name, _ in refused] == ["badly-said", "blank", "broken", "deep", "silent", "good"]
    problems = [problem for _, problem in refused]
    assert "badly-said/problem.md: not UTF-8 text" in problems[0]
    assert "blank/problem.md: there is no statement" in problems[1]
    assert "broken/suite.toml: not valid TOML" in problems[2]
    assert "silent/problem.md: there is no statement" in problems[4]
    assert f"another suite of this id was named before: {tmp_path / 'suites/good'}" in problems[5]
    assert report(output)["counts"] == {"suites": 7, "train": 1, "dropped": 0, "refused": 6}


def test_a_suite_that_changes_meanwhile_is_not_written_with_the_old_digest(
    make_suite: MakeSuite, tmp_path: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the first look and the row."""
    folder = make_suite("a")
    from verifier.authoring import dataset

    original = dataset.split

    def change(*arguments: Any) -> Any:
        folder.joinpath("cases.jsonl").write_text('{"args": [1], "expected": 7}\n')
        return original(*arguments)

    monkeypatch.setattr(dataset, "split", change)
    result = build(folder, "--output", output, "--inline")

    assert result.exit_code == 1
    assert "not the one that was asked for" in report(output)["refused"][0]["problem"]
    assert rows(output) == []


def test_names_that_are_none_and_options_that_make_no_sense(
    make_suite: MakeSuite, tmp_path: Path, output: Path
) -> None:
    make_suite("a")
    for arguments, said in (
        (["no-such-suite"], "no-such-suite: is neither a suite's directory nor an id"),
        ([tmp_path / "suites", "--by-reference-above"], "--by-reference-above: is for --inline"),
        ([tmp_path / "suites", "--validation", "1"], "--validation"),
        ([tmp_path / "suites", "--decontaminate", tmp_path / "none.jsonl"], "--decontaminate"),
    ):
        result = build(*arguments, "--output", output)
        assert result.exit_code == 2 and said in result.output, result.output
        assert not output.exists()


# Split, decontamination, report


def test_the_report_tells_what_became_of_each_suite(make_suite: MakeSuite, tmp_path: Path, output: Path) -> None:
    """Of twenty: which side, by what digest; two twins; one that a benchmark holds."""
    for number in range(17):
        words = " ".join(f"{chr(97 + number)}{k}" for k in range(20))
        make_suite(f"s{number:02}", f"Multiply {words} by that.", factor=number)
    twin = "Given the heights of all trees in a row, return how many can be seen from the end of the road."
    make_suite("twin-a", twin, factor=20)
    make_suite("twin-b", twin + " Trees have leaves.", factor=21)
    statement = "Title\n\nGiven a list of whole numbers return the two that add up to the target value."
    make_suite("known", statement, factor=22)
    benchmark = tmp_path / "he.jsonl"
    known = "def f(): 'Given a list of whole numbers return the two that add up to the target value, sorted'"
    benchmark.write_text('{"prompt": "nothing of the sort"}\n' + json.dumps({"prompt": known}) + "\n")

    result = build(
        tmp_path / "suites", "--output", output, "--validation", 0.4, "--seed", 3, "--decontaminate", benchmark
    )

    assert result.exit_code == 0, result.output
    found = report(output)
    train, validation = ([row["id"] for row in rows(output, side)] for side in ("train", "validation"))
    assert len(train) + len(validation) == 19 and train and validation
    assert {entry["id"]: entry["split"] for entry in found["suites"]} == {
        **dict.fromkeys(train, "train"),
        **dict.fromkeys(validation, "validation"),
    }
    store = DirectoryStore(tmp_path / "suites")
    assert all(entry["digest"] == store.get(entry["id"]).digest for entry in found["suites"])
    assert found["near_duplicates"] == [["twin-a", "twin-b"]]
    assert {"twin-a", "twin-b"} <= set(train) or {"twin-a", "twin-b"} <= set(validation)
    assert found["dropped"] == [
        {
            "id": "known",
            "digest": store.get("known").digest,
            "source": f"{benchmark}:2",
            "rule": "ngram",
            "shared": "given a list of whole numbers return the two that add up to",
        }
    ]
    assert "left out known: ngram with" in result.output
    assert found["counts"] == {
        "suites": 20,
        "train": len(train),
        "validation": len(validation),
        "dropped": 1,
        "refused": 0,
    }
    assert found["files"]["train"]["rows"] == len(train)
    assert found["options"]["seed"] == 3


@pytest.mark.parametrize("count", [1, 3])
def test_counts_that_no_trainer_takes_are_a_warning(
    make_suite: MakeSuite, tmp_path: Path, output: Path, count: int
) -> None:
    for number in range(count):
        make_suite(f"s{number}", f"Problem {number}: " + " ".join(f"{number}x{k}" for k in range(20)))

    result = build(tmp_path / "suites", "--output", output, "--validation", 0.000001)

    assert result.exit_code == 0
    warnings = report(output)["warnings"]
    assert f"{count} rows for training: Amazon Bedrock takes 100 to 20000" in warnings
    assert "no row is for validation: raise the share, or give more suites" in warnings
    assert f"warning {warnings[0]}" in result.output
    assert "Bedrock" not in build(tmp_path / "suites", "--output", output, "--force", format_name="trl").output


def test_parts_of_a_benchmark_that_can_not_be_read_are_told(
    make_suite: MakeSuite, tmp_path: Path, output: Path
) -> None:
    """The set is written all the same, and the exit status says that something was not compared."""
    make_suite("a")
    benchmark = tmp_path / "he.jsonl"
    benchmark.write_text('{"prompt": "one"}\n{"stem": "two"}\n')

    result = build(tmp_path / "suites", "--output", output, "--decontaminate", benchmark, "--validation", 0)

    assert result.exit_code == 1
    assert len(rows(output)) == 1
    [unread] = report(output)["unread"]
    assert unread.startswith(f"{benchmark}:2: has none of the fields")


def test_the_same_suites_make_the_same_files(make_suite: MakeSuite, tmp_path: Path, output: Path) -> None:
    for name in ("a", "b", "c"):
        make_suite(name)
    contents = []
    for _ in range(2):
        build(tmp_path / "suites", "--output", output, "--force", "--validation", 0.5)
        contents.append({path.name: path.read_bytes() for path in output.iterdir()})

    assert contents[0] == contents[1]
    assert set(contents[0]) == {"train.jsonl", "validation.jsonl", "report.json"}


def test_an_earlier_build_is_replaced_as_a_whole_and_only_when_asked(
    make_suite: MakeSuite, tmp_path: Path, output: Path
) -> None:
    """No rows of the old one stay beside the new; other files in the directory do."""
    make_suite("a")
    build(tmp_path / "suites", "--output", output, "--validation", 0.5)
    output.joinpath("mine.txt").write_text("mine")
    before = {path.name: path.read_bytes() for path in output.iterdir()}

    refused = build(tmp_path / "suites", "--output", output, "--validation", 0)
    assert refused.exit_code == 2 and "--force replaces it" in refused.output
    assert {path.name: path.read_bytes() for path in output.iterdir()} == before

    assert build(tmp_path / "suites", "--output", output, "--validation", 0, "--force").exit_code == 0
    assert {path.name for path in output.iterdir()} == {"train.jsonl", "report.json", "mine.txt"}


@pytest.mark.parametrize("format_name", ["nova", "verl"])
def test_an_earlier_build_stays_where_the_new_one_fails(
    make_suite: MakeSuite, output: Path, monkeypatch: pytest.MonkeyPatch, format_name: str
) -> None:
    """Be it that the disk is full at the second row."""
    need(format_name)
    folder = make_suite("a")
    make_suite("b")
    build(folder, "--output", output, "--validation", 0)
    before = {path.name: path.read_bytes() for path in output.iterdir()}
    written = []

    def full(*given: object, **_: object) -> None:
        written.append(given)
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("verifier.authoring.dataset.check_row", full)
    result = build(folder.parent, "--output", output, "--validation", 0, "--force", format_name=format_name)

    assert result.exit_code == 2 and "No space left on device" in result.output
    assert {path.name: path.read_bytes() for path in output.iterdir()} == before


def test_a_build_of_another_format_leaves_no_rows_of_the_earlier_one(make_suite: MakeSuite, output: Path) -> None:
    need("verl")
    folder = make_suite("a")
    build(folder, "--output", output, "--validation", 0)

    assert build(folder, "--output", output, "--validation", 0, "--force", format_name="verl").exit_code == 0
    assert {path.name for path in output.iterdir()} == {"train.parquet", "report.json"}
