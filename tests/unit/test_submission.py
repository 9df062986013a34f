"""How code is taken out of a completion: each sentence of the rule in `verifier.submission`, and its cost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.submission import DEFAULT, Extraction, ExtractionRule, extract_code

F = "```"
SOLVE = "def solve(x):\n    return x + 1\n"


def fenced(code: str, info: str = "python", fence: str = F) -> str:
    return f"{fence}{info}\n{code}{fence}\n"


def code_of(text: str, **rule: object) -> str | None:
    return extract_code(text, ExtractionRule(**rule)).code  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "info",
    ["python", "Python", "py", "python3", "PY3", "", " python ", "python title=x.py", "{python}", "{.python .numbers}",
     "python:main.py", "python, echo=TRUE", "python3.11", "Python3.12.1", "py3.10", "ipython", "ipython3"],
)  # fmt: skip
def test_info_strings_of_python(info: str) -> None:
    """Whatever stands behind the language's name, the block is Python."""
    assert extract_code(f"Text.\n\n{fenced(SOLVE, info)}\nMore.") == Extraction(SOLVE, "fenced")


@pytest.mark.parametrize(
    "info", ["bash", "text", "json", "output", "console", "pycon", "python2", "pythonic", "python2.7", "ipy", "iron"]
)
def test_other_languages_never_count(info: str) -> None:
    """A block of another language is not code, and no fallback to the whole text makes it so."""
    assert extract_code(fenced("x = 1\n", info)).how == "none"
    assert code_of(fenced(SOLVE) + fenced("x = 1\n", info)) == SOLVE


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (fenced("a\n") + "then\n" + fenced("b\n"), "b\n"),
        (fenced("a\n") + fenced("1 2\n", ""), "a\n"),
        (fenced("a\n", "") + fenced("b\n", ""), "b\n"),
        (fenced("a\n", fence="~~~"), "a\n"),
        (fenced(f"s = '''\n{F}\n'''\n", fence="````"), f"s = '''\n{F}\n'''\n"),
        (f"~~~python\n{F}\n~~~\n", f"{F}\n"),
        (f"{F}python\na\n{F}{F}\n", "a\n"),
        (f"{F}python\na\n{F} \t\nb", "a\n"),
        (f"{F}python\ns = '''\n    {F}\n    {F}python\n'''\n{F}\n", f"s = '''\n    {F}\n    {F}python\n'''\n"),
        (f"  {F}python\n  a\n    b\n  {F}\n", "a\n  b\n"),
        (f"1. First:\n\n     {F}python\n     a\n       b\n     {F}\n", "a\n  b\n"),
        (f"1. {F}python\n   a\n   {F}\n", "a\n"),
        (f"- {F}python\n\ta\n{F}\n", "a\n"),
        (f"  {F}python\na\n  b\n  {F}\n", "a\n  b\n"),
        (f"{F}markdown\n{F}python\na\n{F}\n{F}\n", "a\n"),
        (f"{F}python\nhalf\n\nWait, again:\n{F}python\na\n{F}\n", "a\n"),
        (f"{F}\nhalf\n{F}python\na\n{F}\n", "a\n"),
        (f"{F}python inline{F}\ntext\n{F}\n{SOLVE}{F}\n", SOLVE),
        (f"Use {F}python inline{F} and\n{fenced(SOLVE)}", SOLVE),
    ],
)
def test_which_block(text: str, code: str) -> None:
    """Fences pair as in CommonMark, but for the differences that the rule names."""
    assert code_of(text) == code


@pytest.mark.parametrize(
    ("pick", "code"), [("last", "b\n"), ("first", "a\n"), ("longest", "ccc\n"), ("all", "a\nccc\nb\n")]
)
def test_pick(pick: str, code: str) -> None:
    """The choice among several blocks is the caller's."""
    assert code_of(fenced("a\n") + fenced("ccc\n") + fenced("b\n"), pick=pick) == code


def test_empty_blocks_are_passed_over() -> None:
    """A block with nothing in it does not hide the one before."""
    assert code_of(fenced("a\n") + fenced("\n")) == "a\n"


@pytest.mark.parametrize("name", ["solve", "Solution().solve", "Solution.solve"])
def test_must_define_prefers_the_solution_to_its_usage(name: str) -> None:
    """An example of use after the solution does not replace it."""
    body = SOLVE if name == "solve" else f"class Solution:\n    {SOLVE}"
    usage = fenced("print(solve(1))\n") + fenced("$ python solve.py\n", "bash")
    assert code_of(fenced(body) + usage, must_define=name) == body
    assert code_of(fenced(body) + usage) == "print(solve(1))\n"
    assert code_of(fenced(body, "") + usage, must_define=name) == body
    assert code_of(fenced("solve_all = 1\n") + usage, must_define=name) == "print(solve(1))\n"
    assert code_of(fenced("solve = lambda x: x\n") + usage, must_define="solve") == "solve = lambda x: x\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"Here:\n{F}python\n{SOLVE}", SOLVE),
        (f"Here:\n{F}\n{SOLVE}", SOLVE),
        (f"{F}\n1 2\n{F}\n{F}python\n{SOLVE}", SOLVE),
        (f"{fenced(SOLVE)}{F}python\nhalf", SOLVE),
        (f"{F}python\n{SOLVE}<|im_end|>\n", SOLVE),
        (f"{F}python\n{SOLVE}<|end_of_solution|>", SOLVE),
    ],
)
def test_unclosed_fence(text: str, code: str) -> None:
    """An unclosed block runs to the end, where no complete block of a wanted language is there."""
    assert code_of(text) == code


def test_unclosed_fence_is_told() -> None:
    """`how` tells an unclosed fence from a closed one."""
    assert extract_code(f"{F}python\nx").how == "unclosed_fence"


@pytest.mark.parametrize(
    "text",
    [
        SOLVE,
        "\n\n" + SOLVE,
        "n = int(input())\nprint(n)",
        "a, b = map(int, input().split())",
        "import sys\nsys.stdout.write('x')",
        f'def f():\n    """Example:\n\n    {F}python\n    f()\n    {F}\n    """\n    return 1\n',
        f'x = "{F}"\n',
    ],
)
def test_whole_text(text: str) -> None:
    """A completion without fences that is code is taken whole, with backticks inside docstrings."""
    assert extract_code(text) == Extraction(text, "whole_text")
    assert extract_code(text, ExtractionRule(allow_unfenced=False)).how == "none"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"Sure. My answer is below.\n<answer>\n{SOLVE}</answer>\nDone.", SOLVE),
        (f"<answer>x = 1</answer>\n<ANSWER>{SOLVE}</ANSWER>", SOLVE),
        (f"<answer>\n{SOLVE}", SOLVE),
        (f"<answer>\n{fenced(SOLVE)}</answer>", SOLVE),
        (f"{fenced(SOLVE)}<answer>\n42\n</answer>", SOLVE),
        ("I print <answer> here", None),
    ],
)
def test_an_answer_section_without_a_fence(text: str, code: str | None) -> None:
    """Its content alone is the code, where there is no fence that says so more clearly."""
    assert code_of(text) == code


@pytest.mark.parametrize("text", ["", "   \n", "I can't solve this.", "The answer: none.\nReally.", "\x00", "\ufeff"])
def test_prose_is_no_code(text: str) -> None:
    """Without a fence and without a line that starts like Python there is no code, and a reason."""
    found = extract_code(text)
    assert (found.code, found.how) == (None, "none")
    assert found.reason


def test_a_fence_opened_in_the_prompt() -> None:
    """A completion that goes on inside the prompt's block: its first bare fence closes that block."""
    assert code_of(f"{SOLVE}{F}\nThis adds one.") == SOLVE
    assert code_of(f"{SOLVE}{F}\nFor example:\n{fenced('solve(1)')}", must_define="solve") == SOLVE


@pytest.mark.parametrize(
    ("opening", "closing"),
    [*DEFAULT.reasoning, ("<THINK>", "</Think>")],
)
def test_reasoning_is_removed(opening: str, closing: str) -> None:
    """Blocks within reasoning don't count, closed or not, whoever opened the section."""
    draft = fenced("draft\n")
    assert code_of(f"{opening}{draft}{closing}{fenced(SOLVE)}") == SOLVE
    assert code_of(f"{fenced(SOLVE)}{opening}{draft}{closing}") == SOLVE
    assert code_of(f"{draft}{closing}\n{fenced(SOLVE)}") == SOLVE
    assert code_of(f"{F}python\nhalf\n{closing}\n{fenced(SOLVE)}") == SOLVE
    assert code_of(f"{opening}{draft}") is None
    assert code_of(f"{draft}{closing}\nNothing.") is None
    assert code_of(f"{opening}a {opening} b{closing}{fenced(SOLVE)}") == SOLVE
    assert code_of(f"{opening}x{closing}{SOLVE}") == SOLVE
    assert extract_code(f"{opening}{SOLVE}").reason == "unclosed reasoning holds everything"


def test_tags_inside_code_are_code() -> None:
    """A solution may handle such tags itself."""
    code = 'def f(s):\n    s = s.replace("<think>", "").replace("</think>", "")\n    t = """\n<think>\n</think>\n"""\n'
    assert code_of(fenced(code)) == code
    assert code_of(fenced("s.strip('</think>')\n")) == "s.strip('</think>')\n"


def test_solution_tags() -> None:
    """Only what stands in the last solution section counts."""
    begin, end = "<|begin_of_solution|>", "<|end_of_solution|>"
    other = fenced("other\n")
    assert code_of(f"{other}{begin}{fenced(SOLVE)}{end}{other}") == SOLVE
    assert code_of(f"{begin}{other}{end}{begin}{fenced(SOLVE)}{end} {other}{end}") == SOLVE
    assert code_of(f"{other}{begin}{fenced(SOLVE)}") == SOLVE
    assert code_of(f"{begin}{other}{end}{begin}\n{F}python\n{SOLVE}{F}") == SOLVE
    assert code_of(f"{begin}\n{F}python\n{SOLVE}{F}{end}") == SOLVE
    assert code_of(f"{begin}\n{F}python\n{SOLVE}{end}\n{other}") == SOLVE
    assert code_of(f"{begin}{SOLVE}{end}") == SOLVE
    assert code_of(f"{other}{begin}Nothing.{end}") is None
    thought = f"<|begin_internal_thought|>{begin}{other}{end}<|end_internal_thought|>"
    assert code_of(f"{thought}{begin}{fenced(SOLVE)}{end}") == SOLVE


def test_newlines_marks_and_odd_characters() -> None:
    """CRLF and lone CR end lines as they do for Python; a BOM goes; NUL and lone surrogates stay."""
    assert code_of(f"{F}python\r\na\r\nb\r\n{F}\r\n") == "a\nb\n"
    assert code_of(f"{F}python\r# x\rprint(1)\r{F}\r") == "# x\nprint(1)\n"
    assert code_of(f"\ufeff{F}python\n\ufeffa\n{F}") == "a\n"
    assert code_of(f"{F}python\na\x00\ud800\n{F}") == "a\x00\ud800\n"
    assert code_of(f"{F}python\na\x0b{F}\u2028{F}\n{F}") == f"a\x0b{F}\u2028{F}\n"


def test_too_long_is_no_code() -> None:
    """Code above the bound is refused with its length."""
    found = extract_code(fenced("x" * 11 + "\n"), ExtractionRule(max_chars=11))
    assert (found.code, found.reason) == (None, "the code has 12 characters, more than 11")
    assert code_of(fenced("x" * 10 + "\n"), max_chars=11)


def test_rule_refuses_nonsense() -> None:
    """A rule that can't be meant is an error where it is written."""
    with pytest.raises(ValueError, match="pick"):
        ExtractionRule(pick="best")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="max_chars"):
        ExtractionRule(max_chars=0)


_PIECES = st.sampled_from(
    [F, "~~~", "````", "python\n", "\n", " ", "    ", "\t", "x = 1", "def f():", "<think>", "</think>", "- ", "\r",
     "\x00", "<|begin_of_solution|>", "<|end_of_solution|>", "\ud800", "\ufeff", "bash\n", "import os\n", '"""',
     "<|im_end|>"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(_PIECES, max_size=40).map("".join)), st.sampled_from([None, "f", "Solution().f"]))
def test_any_text_gives_code_or_a_reason(text: str, name: str | None) -> None:
    """Whatever the text, there is an answer, and the code is part of the normalised text."""
    for pick in ("last", "first", "longest", "all"):
        found = extract_code(text, ExtractionRule(pick=pick, must_define=name))
        assert (found.code is None) == (found.how == "none") == bool(found.reason)


COST = {
    "10 MB of prose": "Hello this is prose, with words.\n" * 312_500,
    "10 MB of spaces": " " * 10_000_000,
    "10 MB of newlines": "\n" * 10_000_000,
    "10 MB of CR": "\r" * 10_000_000,
    "10 MB of backticks": "`" * 10_000_000,
    "10 MB of fences in one line": f"{F} " * 2_500_000,
    "10 MB of code": f"{F}python\n" + "x = 1\n" * 1_600_000 + F,
    "10 MB of a fence's info": f"{F}python" + "p" * 10_000_000,
    "200,000 fences": f"{F}python\nx\n{F}\n" * 100_000,
    "200,000 unclosed fences": f"{F}python\n" * 200_000,
    "200,000 indented fences": f"     {F}\n" * 200_000,
    "100,000 think tags": "<think>\n" * 100_000,
    "100,000 nested think tags": "<think>" * 50_000 + "</think>" * 50_000,
    "100,000 closing tags": "</think>\n" * 100_000,
    "100,000 solution tags": "<|begin_of_solution|>x" * 100_000,
    "blank lines in an indented block": f"   {F}python\n" + " \n" * 500_000 + f"   {F}",
}


@pytest.mark.parametrize("name", COST)
def test_cost_is_linear(name: str) -> None:
    """Texts made to be slow. Measured: 0.02 to 0.7 s of CPU on a loaded 2-core machine; a quadratic search would take
    minutes, so the bound is wide enough for a slow one."""
    start = time.process_time()
    extract_code(COST[name], ExtractionRule(must_define="solve"))
    assert time.process_time() - start < 4
