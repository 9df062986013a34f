"""`verifier suite import`: rows in, directories of suites out, and an account of all that was not carried over."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.unit.formats.example_rows import HUMANEVAL, KODCODE, MBPP, OWN_REFERENCES, ROWS, line_of
from verifier.authoring import imports
from verifier.cli import main
from verifier.pipeline import Verifier
from verifier.suite import store, writing
from verifier.suite.model import parse_suite
from verifier.suite.package import read_package
from verifier.verdict import Verdict


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["suite", "import", *map(str, arguments)])


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join((row if isinstance(row, str) else line_of(row)) + "\n" for row in rows))
    return path


def entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("name", sorted(ROWS))
def test_the_references_of_every_format_are_accepted_by_what_was_imported(
    name: str, tmp_path: Path, verifier: Verifier
) -> None:
    out = tmp_path / "out"
    result = run(name, write(tmp_path / "rows.jsonl", ROWS[name]), "--output", out, "--report", tmp_path / "report")

    assert result.exit_code == 0, result.output
    [entry] = entries(tmp_path / "report")
    package = read_package(out / entry["suite"])
    assert (entry["status"], entry["digest"]) == ("imported", package.suite.digest)
    assert package.problem
    own = {"accepted": OWN_REFERENCES[name]} if name in OWN_REFERENCES else {}
    submissions = {one.name: (one.code, one.expected) for one in package.submissions}
    submissions |= {key: (code, frozenset({Verdict.AC})) for key, code in own.items()}
    assert any(expected == {Verdict.AC} for _, expected in submissions.values())
    for path, (code, expected) in submissions.items():
        judgement = verifier.judge(code, package.suite)
        assert judgement.verdict in expected, (path, judgement.verdict, judgement.message)


def test_wrong_code_is_refused_by_what_was_imported(tmp_path: Path, verifier: Verifier) -> None:
    """So that accepting the references means something."""
    for name, row in sorted(ROWS.items()):
        assert run(name, write(tmp_path / f"{name}.jsonl", row), "--output", tmp_path / name).exit_code == 0
        [folder] = (tmp_path / name).iterdir()
        suite = read_package(folder).suite
        wrong = (
            "def double(x): return 7\ntwice = task_func = double\nclass Solution:\n    def double(self, x): return 7\n"
        )
        if suite.kind == "stdio":
            wrong = "print(7)"
        assert verifier.judge(wrong, suite).verdict in (Verdict.WA, Verdict.RTE), name


def test_a_codeforces_checker_accepts_what_is_right_and_not_expected(tmp_path: Path, verifier: Verifier) -> None:
    checker = (
        "import sys\nfrom pathlib import Path\n\n"
        "def main():\n"
        "    given, right, output = (Path(path).read_text().split() for path in sys.argv[1:4])\n"
        "    a, b = map(int, output)\n"
        "    print(1 if a + b == int(given[0]) else 0)\n"
        "    sys.exit(0)\n\n"
        "if __name__ == '__main__':\n    main()\n"
    )
    row = {**ROWS["codeforces"], "generated_checker": checker, "examples": [{"input": "5", "output": "2 3"}],
           "official_tests": [{"input": "9", "output": "4 5"}]}  # fmt: skip
    result = run("codeforces", write(tmp_path / "rows.jsonl", row), "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output
    suite = read_package(tmp_path / "out" / "1-a").suite

    expected = {"print(1, int(input()) - 1)": Verdict.AC, "print(1, 2)": Verdict.WA, "print('x')": Verdict.WA}
    assert {code: verifier.judge(code, suite).verdict for code in expected} == expected


@pytest.mark.parametrize("said", ["0 # expected 5 got", "0\\n", "0 1 got"])
def test_a_codeforces_checker_that_repeats_the_output_gives_it_no_say(
    said: str, tmp_path: Path, verifier: Verifier
) -> None:
    checker = f"import sys\nprint('{said}', open(sys.argv[3]).read())\n"
    row = {**ROWS["codeforces"], "generated_checker": checker}
    assert run("codeforces", write(tmp_path / "rows.jsonl", row), "--output", tmp_path / "out").exit_code == 0
    suite = read_package(tmp_path / "out" / "1-a").suite

    assert verifier.judge("print(1)", suite).verdict is not Verdict.AC


def test_one_broken_problem_costs_no_other_and_the_exit_status_is_1(tmp_path: Path) -> None:
    rows = [{**HUMANEVAL, "task_id": "Own/1"}, "{ broken", {**HUMANEVAL, "task_id": "Own/2", "test": "("},
            {**HUMANEVAL, "task_id": "Own/3"}]  # fmt: skip
    out = tmp_path / "out"
    result = run("humaneval", write(tmp_path / "rows.jsonl", *rows), "--output", out, "--report", tmp_path / "report")

    assert result.exit_code == 1, result.output
    assert sorted(path.name for path in out.iterdir()) == ["own-1", "own-3"]
    told = entries(tmp_path / "report")
    assert [(entry["id"], entry["status"]) for entry in told] == [
        ("Own/1", "imported"),
        ("rows.jsonl:2", "refused"),
        ("Own/2", "refused"),
        ("Own/3", "imported"),
    ]
    assert "not valid JSON" in told[1]["reason"]
    assert "Own/2" in result.output and "rows.jsonl:2" in result.output


@pytest.mark.parametrize("name", sorted(ROWS))
def test_text_that_no_file_can_hold_costs_one_problem(name: str, tmp_path: Path) -> None:
    """Half a surrogate pair, in each text of a row in turn: JSON can hold it, UTF-8 can't."""
    row = ROWS[name]
    halves = [{**row, key: f"{value}\ud800"} for key, value in row.items() if isinstance(value, str)]
    out = tmp_path / "out"

    result = run(name, write(tmp_path / "r.jsonl", *halves, row), "--output", out, "--report", tmp_path / "report")

    assert result.exit_code in (0, 1), result.output
    told = entries(tmp_path / "report")
    assert len(told) == len(halves) + 1 and told[-1]["status"] == "imported"
    written = {entry["suite"] for entry in told if entry["status"] == "imported"}
    assert {path.name for path in out.iterdir()} == written
    assert all(read_package(out / suite).suite for suite in written)


def test_a_submission_that_no_file_can_hold_costs_no_more_than_itself(tmp_path: Path) -> None:
    row = {**ROWS["apps"], "solutions": json.dumps(["print(1)  # \ud800", "print(sum(map(int, input().split())))"])}

    result = run(
        "apps", write(tmp_path / "r.jsonl", row), "--output", tmp_path / "out", "--report", tmp_path / "report"
    )

    assert result.exit_code == 0, result.output
    [entry] = entries(tmp_path / "report")
    assert "accepted/solution_1.py is left out" in entry["notes"][-1]
    assert [one.name for one in read_package(tmp_path / "out" / "apps-12").submissions] == ["accepted/solution_2.py"]


def test_ids_that_collide_are_resolved_and_told(tmp_path: Path) -> None:
    rows = [{**HUMANEVAL, "task_id": task_id} for task_id in ("A/1", "a 1", "A/1")]
    out = tmp_path / "out"
    result = run("humaneval", write(tmp_path / "rows.jsonl", *rows), "--output", out, "--report", tmp_path / "report")

    assert result.exit_code == 0
    told = entries(tmp_path / "report")
    assert [entry["suite"] for entry in told] == ["a-1", "a-1-2", "a-1-3"]
    assert "another problem has the suite id 'a-1'" in told[1]["notes"][0]
    assert "another problem has the suite id" in " ".join(result.output.split())


def test_what_is_there_stays_unless_forced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("humaneval", write(tmp_path / "one.jsonl", HUMANEVAL), "--output", out).exit_code == 0
    kept = (out / "own-1" / "suite.toml").read_text()
    changed = write(tmp_path / "two.jsonl", {**KODCODE, "question_id": "Own/1"})

    refused = run("kodcode", changed, "--output", out)

    assert refused.exit_code == 1 and "already there" in refused.output
    assert (out / "own-1" / "suite.toml").read_text() == kept
    assert run("kodcode", changed, "--output", out, "--force").exit_code == 0
    package = read_package(out / "own-1")
    assert package.suite.kind == "pytest"
    assert [one.name for one in package.submissions] == ["accepted/solution.py"]  # nothing of the old one is left
    assert [path.name for path in out.iterdir()] == ["own-1"]


def test_a_folder_that_is_no_suite_is_not_replaced_even_if_forced(tmp_path: Path) -> None:
    (tmp_path / "out" / "own-1").mkdir(parents=True)
    (tmp_path / "out" / "own-1" / "thesis.txt").write_text("mine")

    result = run("humaneval", write(tmp_path / "r.jsonl", HUMANEVAL), "--output", tmp_path / "out", "--force")

    assert result.exit_code == 1
    assert (tmp_path / "out" / "own-1" / "thesis.txt").read_text() == "mine"


def test_limit_and_pattern_choose_problems(tmp_path: Path) -> None:
    rows = [{**MBPP, "task_id": number} for number in range(12)]
    source = write(tmp_path / "rows.jsonl", *rows)

    assert run("mbpp", source, "--output", tmp_path / "a", "--limit", 2).exit_code == 0
    assert run("mbpp", source, "--output", tmp_path / "b", "--id", "*1*", "--limit", 2).exit_code == 0

    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["mbpp-0", "mbpp-1"]
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == ["mbpp-1", "mbpp-10"]
    none = run("mbpp", source, "--output", tmp_path / "c", "--id", "x")
    assert none.exit_code == 2 and "no problem was found" in none.output


def test_submissions_beyond_the_wanted_number_are_left_out_and_told(tmp_path: Path) -> None:
    codes = [f"print(sum(map(int, input().split())))  # {number % 4}\n" for number in range(8)]
    source = write(tmp_path / "rows.jsonl", {**ROWS["apps"], "solutions": json.dumps(codes)})

    run("apps", source, "--output", tmp_path / "out", "--submissions", 3, "--report", tmp_path / "report")

    assert len(read_package(tmp_path / "out" / "apps-12").submissions) == 3
    assert "3 of 4 different accepted submissions are kept" in entries(tmp_path / "report")[0]["notes"]


def test_time_limits_of_the_source_may_be_stretched(tmp_path: Path) -> None:
    source = write(tmp_path / "rows.jsonl", ROWS["taco"])
    run("taco", source, "--output", tmp_path / "out", "--time-factor", 2.5, "--report", tmp_path / "report")

    limits = read_package(tmp_path / "out" / "t1").suite.limits
    assert (limits.cpu_time_s, limits.memory_bytes) == (5.0, 256 << 20)
    assert "the time limit is 5 s, 2.5 times the source's" in entries(tmp_path / "report")[0]["notes"]


def test_a_source_that_cannot_be_read_is_said_with_exit_status_2(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()

    assert "no file of rows" in (nothing := run("mbpp", empty, "--output", tmp_path / "out")).output
    assert nothing.exit_code == 2
    assert run("mbpp", tmp_path / "absent", "--output", tmp_path / "out").exit_code == 2
    assert "humanevalpack" in (unknown := run("morse", empty, "--output", tmp_path / "out")).output
    assert unknown.exit_code == 2


def test_a_reference_that_fails_is_a_refusal(tmp_path: Path) -> None:
    rows = [{**ROWS["humanevalplus"], "canonical_solution": "    return 1 / 0\n"},
            {**ROWS["humanevalplus"], "task_id": "Own/2"}]  # fmt: skip
    source = write(tmp_path / "rows.jsonl", *rows)

    result = run("humanevalplus", source, "--output", tmp_path / "out", "--report", tmp_path / "report")

    assert result.exit_code == 1
    refused, imported = entries(tmp_path / "report")
    assert "ZeroDivisionError" in refused["reason"]
    assert imported["cases"] == 4


def test_problems_are_proved_by_their_references_where_that_is_asked_for(tmp_path: Path) -> None:
    wrong = "def double(x):\n    return 3 * x\n"
    rows = [
        {**ROWS["kodcode"], "question_id": "right"},
        {**ROWS["kodcode"], "question_id": "wrong", "solution": wrong},
        {**ROWS["kodcode"], "question_id": "none", "solution": None},
    ]
    source = write(tmp_path / "rows.jsonl", *rows)

    unproved = run("kodcode", source, "--output", tmp_path / "a")
    result = run("kodcode", source, "--output", tmp_path / "b", "--prove", "--report", tmp_path / "report")

    assert (unproved.exit_code, result.exit_code) == (0, 1)
    right, refused, without = entries(tmp_path / "report")
    assert (right["status"], refused["status"], without["status"]) == ("imported", "refused", "imported")
    assert "accepted/solution.py gets WA with 0 of 2 cases" in refused["reason"]
    assert "nothing proves it: it has no reference" in without["notes"]
    assert not (tmp_path / "b" / "wrong").exists()


def test_help_names_every_format() -> None:
    output = run("--help").output

    assert all(name in output for name in ROWS)


def test_an_old_report_stays_where_the_source_cannot_be_read(tmp_path: Path) -> None:
    report = tmp_path / "report"
    report.write_text("old")
    (tmp_path / "empty").mkdir()

    assert run("mbpp", tmp_path / "empty", "--output", tmp_path / "out", "--report", report).exit_code == 2
    assert report.read_text() == "old"


def test_a_report_does_not_overwrite_the_source(tmp_path: Path) -> None:
    source = write(tmp_path / "rows.jsonl", MBPP)
    before = source.read_text()
    for given in (source, tmp_path):
        result = run("mbpp", given, "--output", tmp_path / "out", "--report", source)
        assert result.exit_code == 2 and "would overwrite what is read" in result.output
    assert source.read_text() == before


def test_a_report_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    source = write(tmp_path / "rows.jsonl", MBPP)
    result = run("mbpp", source, "--output", tmp_path / "out", "--report", tmp_path / "none" / "report")
    assert result.exit_code == 2 and "No such file" in result.output


def test_a_directory_that_cannot_be_written_costs_one_problem(tmp_path: Path) -> None:
    rows = [{**MBPP, "task_id": number} for number in range(3)]
    out = tmp_path / "out"
    out.mkdir()
    (out / "mbpp-0").symlink_to(tmp_path)
    (out / ".import-mbpp-1").write_text("in the way")

    result = run(
        "mbpp", write(tmp_path / "r.jsonl", *rows), "--output", out, "--report", tmp_path / "report", "--force"
    )

    assert result.exit_code == 1, result.output
    link, blocked, written = entries(tmp_path / "report")
    assert (link["kind"], blocked["kind"]) == ("already there", "a directory that can't be written")
    assert written["status"] == "imported"
    assert (out / "mbpp-0").is_symlink()


def test_a_suite_that_cannot_be_read_back_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = write(tmp_path / "r.jsonl", MBPP), tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(store, "MAX_FILE_BYTES", 10)
        result = run("mbpp", source, "--output", out)
    assert result.exit_code == 1 and "can't be read back" in result.output
    assert not list(out.iterdir())

    changed = parse_suite({"kind": "asserts", "code": "assert f() == 1"})
    monkeypatch.setattr(imports, "write_suite", lambda folder, _: writing.write_suite(folder, changed))
    result = run("mbpp", source, "--output", out)
    assert result.exit_code == 1 and "can't be read back" in result.output
    assert not list(out.iterdir())


def test_an_output_that_is_full_ends_the_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(imports, "write_suite", full)
    result = run("mbpp", write(tmp_path / "r.jsonl", MBPP), "--output", tmp_path / "out")
    assert result.exit_code == 2 and "No space left" in result.output


def test_a_suite_that_cannot_be_replaced_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = write(tmp_path / "r.jsonl", MBPP), tmp_path / "out"
    assert run("mbpp", source, "--output", out).exit_code == 0
    [folder] = out.iterdir()
    (folder / "generator.py").write_text("mine")
    rename = Path.rename

    def broken(path: Path, target: Path) -> Path:
        if path.parent.name.startswith(".import-"):
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", broken)
        assert run("mbpp", source, "--output", out, "--force").exit_code != 0

    assert (folder / "generator.py").read_text() == "mine"
    assert list(out.iterdir()) == [folder]
    assert run("mbpp", source, "--output", out, "--force").exit_code == 0
    assert not (folder / "generator.py").exists()
    assert list(out.iterdir()) == [folder]


def test_a_link_out_of_a_folder_of_problems_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret")
    problem = tmp_path / "fetched" / "0000"
    problem.mkdir(parents=True)
    (problem / "question.txt").symlink_to(tmp_path / "secret")
    (problem / "input_output.json").write_text(json.dumps({"inputs": ["1\n"], "outputs": ["1\n"]}))

    result = run("apps", tmp_path / "fetched", "--output", tmp_path / "out", "--report", tmp_path / "report")

    assert result.exit_code == 1, result.output
    [entry] = entries(tmp_path / "report")
    assert "question.txt is a link that leads out of the source" in entry["reason"]
