"""How code is taken out of a completion. Plain text search only, in time linear in the text: nothing is parsed as
Python here, and a completion that makes no sense gives no code, never an exception.

The rule, in order:

1. A byte-order mark at the start is dropped, and so are end-of-turn tokens (`<|im_end|>`) at the end. CRLF and lone CR
   both become LF: Python ends a line (and a comment) at a lone CR too, so what is searched is what will run. NUL
   characters and lone surrogates stay; such code is refused later, as a compile error.
2. Reasoning sections (`<think>`, `<thinking>`, `<reasoning>`, Nova's and Sky-T1's thought tags) are removed. All text
   before a closing tag that nobody opened is reasoning too, since chat templates open the section in the prompt. An
   unclosed section swallows the rest. Inside a fenced block an opening tag is code, and a closing tag is code unless
   it begins its line and nothing in the block opened it.
3. Where there is a `<|begin_of_solution|>` section only its content counts; the last one, if there are several. An
   unclosed one runs to the end.
4. Fenced blocks are found as CommonMark finds them (``` or ~~~, any length from 3; the closing fence is as long or
   longer, with no info string, indented at most 3 more than the opening one), with three differences:
   an opening fence that names a wanted language starts a new block even inside an unclosed one; a fence may be
   indented more than 3 columns (lists) unless Python code stands at the margin before it (a docstring), and the block
   is then dedented; and where the text begins with a line of Python and its first fence is bare, that fence closes a
   block which the prompt opened.
5. The first of these that is there is taken: complete blocks of a wanted language; an unclosed one at the end;
   complete blocks without a language; an unclosed one at the end. Blocks of other languages never count.
   Of several complete blocks `pick` says which: by default the last.
6. With `must_define`, blocks in which a line starts with `def NAME`, `class NAME` or `NAME =` go before all others.
   So a usage example after the solution does not replace it.
7. Without any fence the whole text is the code, if `allow_unfenced` and some line starts as Python statements do; where
   there is an `<answer>` section, its content (that of the last one).
8. Code longer than `max_chars` is no code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

Pick = Literal["last", "first", "longest", "all"]
How = Literal["fenced", "unclosed_fence", "whole_text", "none"]

DEFAULT_MAX_CHARS = 1 << 20

SOLUTION_BEGIN, SOLUTION_END = "<|begin_of_solution|>", "<|end_of_solution|>"

END_OF_TURN = ("<|im_end|>", "<|eot_id|>", "<|endoftext|>", "<|end_of_text|>", "<|end|>", "</s>", "<|eom_id|>")

_MAX_END_TOKENS = 4
_MAX_INFO = 200

_MAX_INDENT = 64
"""Columns before a fence or a tag that are looked at. A bound, so that one endless line costs linear time."""


@dataclass(frozen=True, slots=True)
class ExtractionRule:
    """What counts as code. Raises ValueError for a `pick` that is not known or a `max_chars` below 1."""

    languages: frozenset[str] = frozenset({"", "python", "py", "python3", "py3"})
    """First words of info strings, in lower case. "" lets blocks without a language count."""
    pick: Pick = "last"
    """Which of several blocks; "all" joins them with newlines."""
    allow_unfenced: bool = True
    max_chars: int = DEFAULT_MAX_CHARS
    must_define: str | None = None
    """Name that the solution has to define. Of a dotted name (`Solution().f`) the first part counts."""
    reasoning: tuple[tuple[str, str], ...] = (
        ("<think>", "</think>"),
        ("<thinking>", "</thinking>"),
        ("<reasoning>", "</reasoning>"),
        ("<|begin_internal_thought|>", "<|end_internal_thought|>"),
        ("<|begin_of_thought|>", "<|end_of_thought|>"),
    )
    """Opening and closing tags of reasoning sections, in lower case; matched in any case."""

    def __post_init__(self) -> None:
        if self.pick not in ("last", "first", "longest", "all"):
            raise ValueError(f"pick must be last, first, longest or all, not {self.pick!r}")
        if self.max_chars < 1:
            raise ValueError(f"max_chars must be at least 1, not {self.max_chars!r}")


DEFAULT = ExtractionRule()


@dataclass(frozen=True, slots=True)
class Extraction:
    """Code found in a completion, or why there is none."""

    code: str | None
    how: How
    reason: str = ""
    """Where `code` is None: why, in one line. It quotes nothing of the completion."""


def extract_code(text: str, rule: ExtractionRule = DEFAULT) -> Extraction:
    """The code in `text` by the rule at the top of this module. Never raises, whatever the text holds."""
    scan = _Scan(_normalised(text), rule)
    scan.run()
    code, how, reason = _choose(scan, rule)
    if code is None:
        return Extraction(None, "none", reason)
    code = code.removeprefix("\ufeff")
    if not code.strip():
        return Extraction(None, "none", "the code block is empty")
    if len(code) > rule.max_chars:
        return Extraction(None, "none", f"the code has {len(code)} characters, more than {rule.max_chars}")
    return Extraction(code, how)


def _normalised(text: str) -> str:
    text = text.lstrip("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    for _ in range(_MAX_END_TOKENS):
        kept = text.rstrip(" \t\n")
        token = next((t for t in END_OF_TURN if kept.endswith(t)), None)
        if token is None:
            break
        text = kept.removesuffix(token)
    return text


# Python at the margin, strictly: what prose hardly ever looks like. Each pattern is anchored to a line start and has
# no two neighbouring repeats that match the same characters, so that no input makes it backtrack.
_STRICT = r"(?:(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(|class[ \t]+\w+[ \t]*[:(]|from[ \t]+[\w.]+[ \t]+import[ \t]"
_STRICT += r"|import[ \t]+[\w.]+[ \t]*(?:\n|$|,|as[ \t]|;|\#)|@\w|\"\"\"|\#!)"
_LINE_OF_CODE = re.compile(_STRICT)
_MARGIN_CODE = re.compile(rf"\n{_STRICT}")
_BLANK = re.compile(r"\s*")
_STATEMENT = re.compile(
    rf"^(?:{_STRICT}|(?:for|while|if|with|assert|del|global|raise)[ \t]|(?:try|else)[ \t]*:"
    r"|[A-Za-z_][\w.]*\(|[A-Za-z_(\[][\w., \t\[\]()*\"']*[-+*/%&|^:@]?=)",
    re.MULTILINE,
)
_LIST_PREFIX = re.compile(r"[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*")
_FENCES = (re.compile("(```+)([^\n]*)"), re.compile("(~~~+)([^\n]*)"))
"""The first fence of each line; only one at a line's start can be a fence."""
_FENCE_AFTER_TAG = re.compile("[ \t]*(```+|~~~+)([^\n]*)")
_INFO_WORD = re.compile(r"[\s{.]*([^\s{},:;=]*)")
_VERSION = re.compile(r"(i?python|py)(?:3(?:\.[0-9]{1,2}){0,2})?")


@dataclass(slots=True)
class _Block:
    """A fenced block: its opening fence, and its content as offsets into the text."""

    char: str
    length: int
    indent: int
    language: str
    start: int
    end: int = 0
    literal_opens: int = 0
    """Reasoning tags opened within the block: text, and so are as many closing ones."""


@dataclass(slots=True)
class _Part:
    """What counts of the text so far: pieces outside reasoning, and the blocks in them."""

    pieces: list[tuple[int, int]] = field(default_factory=list)
    blocks: list[_Block] = field(default_factory=list)
    any_fence: bool = False
    unclosed: _Block | None = None
    code_at_margin: bool = False


@lru_cache(maxsize=32)
def _tags_pattern(tags: tuple[str, ...]) -> re.Pattern[str]:
    if all(tag.startswith("<") for tag in tags):  # one literal in front: searched for ten times as fast
        return re.compile(f"<(?:{'|'.join(re.escape(tag[1:]) for tag in tags)})", re.IGNORECASE)
    return re.compile("|".join(map(re.escape, tags)), re.IGNORECASE)


@lru_cache(maxsize=256)
def _language(info: str) -> str:
    """`Python title="x"`, `{.python}`, `python:main.py`: the first word of an info string, in lower case. `python3.11`
    is `python`, and so is `ipython3`."""
    word = _INFO_WORD.match(info)
    name = word.group(1).lower() if word else ""
    versioned = _VERSION.fullmatch(name) if name not in ("python3", "py3") else None
    return versioned.group(1).removeprefix("i") if versioned else name


class _Scan:
    """One pass over the fences and tags of a text, in order (steps 2 to 4 of the rule)."""

    def __init__(self, text: str, rule: ExtractionRule) -> None:
        self.text = text
        self.languages = rule.languages
        tags = (SOLUTION_BEGIN, SOLUTION_END, *(tag for pair in rule.reasoning for tag in pair))
        self.tags = _tags_pattern(tags)
        lowered = text.lower()
        self.any_tags = any(tag in lowered for tag in tags)
        self.closing_of = dict(rule.reasoning)
        self.closings = set(self.closing_of.values())
        self.part = _Part()
        self.solution: _Part | None = None
        """The last solution section that was closed."""
        self.in_solution = False
        self.fence: _Block | None = None
        self.closing: str | None = None
        """Tag that ends the reasoning we are in."""
        self.piece_start = 0
        self.line_start = 0
        self.searched_to = 0
        """Text before this is known to have no Python at the margin."""

    def run(self) -> None:
        text = self.text
        patterns = (*_FENCES, self.tags) if self.any_tags else _FENCES
        events = [event for pattern in patterns for event in pattern.finditer(text)]
        events.sort(key=re.Match.start)
        seen_to = 0
        for event in events:
            start = event.start()
            if start < seen_to:
                continue  # a fence right after a tag, seen with the tag
            newline = text.rfind("\n", seen_to, start)
            if newline >= 0:
                self.line_start = newline + 1
            seen_to = start
            if event.re is not self.tags:
                if self.closing is None:
                    self._on_fence(event)
            elif self._on_tag(event.group().lower(), start, event.end()):
                # What follows a tag begins a line: `</think>```python`.
                seen_to = self.line_start = event.end()
                fence = _FENCE_AFTER_TAG.match(text, seen_to)
                if fence is not None and self.closing is None:
                    self._on_fence(fence)
                    seen_to = fence.end(1)
        if self.closing is None:
            self._end_part(len(text))

    def result(self) -> _Part:
        """What counts: the open solution section, else the last closed one, else everything."""
        return self.part if self.in_solution or self.solution is None else self.solution

    # tags

    def _on_tag(self, tag: str, start: int, end: int) -> bool:
        """True where the tag is one, and not a part of some code or of reasoning."""
        if self.closing is not None:
            if tag != self.closing:
                return False
            self.closing, self.piece_start = None, end
            return True
        if tag == SOLUTION_BEGIN:
            self._start_over(end)
            self.in_solution = True
        elif tag == SOLUTION_END:
            if self.in_solution or self.solution is None:
                self._end_part(start)
                self.solution = self.part
            self._start_over(end)
        elif tag in self.closings:
            if self.fence is not None:
                if self.fence.literal_opens:
                    self.fence.literal_opens -= 1
                    return False
                if self._indent(start) is None:
                    return False
            self.solution = None
            self._start_over(end)
        elif self.fence is not None:
            self.fence.literal_opens += 1
            return False
        else:
            self._add_piece(start)
            self.closing = self.closing_of[tag]
        return True

    def _start_over(self, at: int) -> None:
        self.part, self.fence, self.in_solution = _Part(), None, False
        self.piece_start = self.searched_to = at

    def _add_piece(self, end: int) -> None:
        if self.text[self.piece_start : end].strip():
            self.part.pieces.append((self.piece_start, end))

    def _end_part(self, end: int) -> None:
        self._add_piece(end)
        if self.fence is not None and self.fence.language in self.languages:
            self.fence.end = end
            self.part.unclosed = self.fence

    # fences

    def _indent(self, start: int, *, lists: bool = False) -> int | None:
        """Columns between the line's start and `start`; None where anything but blanks (or list markers) is there."""
        if start - self.line_start > _MAX_INDENT:
            return None
        prefix = self.text[self.line_start : start]
        if prefix.strip(" \t") and not (lists and _LIST_PREFIX.fullmatch(prefix)):
            return None
        return len(prefix.expandtabs(4))

    def _on_fence(self, event: re.Match[str]) -> None:
        text, fence = self.text, self.fence
        start, end = event.span(1)
        indent = 0 if start == self.line_start else self._indent(start, lists=fence is None)
        if indent is None:
            return
        line_end = event.end()
        info = text[end : min(line_end, end + _MAX_INFO)]
        if self.any_tags and "<" in info:
            tag = self.tags.search(info)  # "```</think>", "```<|end_of_solution|>": the fence's line ends at the tag
            if tag is not None:
                info, line_end = info[: tag.start()], end + tag.start()
        info = info.strip()
        char, length = text[start], end - start
        if char == "`" and "`" in info:
            return  # inline code
        language = _language(info) if info else ""
        if fence is not None:
            if char != fence.char or length < fence.length or indent > fence.indent + 3:
                return
            if not info:
                self._close(fence)
                return
            if not language or language not in self.languages:
                return
        elif indent > 3 and self._code_at_margin():
            return
        elif not info and not self.part.any_fence and self._begins_with_code():
            self.part.any_fence = True
            self.part.blocks.append(_Block(char, length, 0, "(prompt's)", self.piece_start, self.line_start))
            self.searched_to = line_end
            return
        self.part.any_fence = True
        self.fence = _Block(char, length, indent, language, min(line_end + 1, len(text)))

    def _begins_with_code(self) -> bool:
        begins = _BLANK.match(self.text, self.piece_start, self.line_start)
        at = begins.end() if begins else self.piece_start
        return self.text[at - 1 : at] not in (" ", "\t") and bool(_LINE_OF_CODE.match(self.text, at, self.line_start))

    def _close(self, fence: _Block) -> None:
        fence.end = self.searched_to = self.line_start
        if fence.language in self.languages:
            self.part.blocks.append(fence)
        self.fence = None

    def _code_at_margin(self) -> bool:
        """Whether Python stands at the margin before this line, outside all blocks. Each stretch is searched once."""
        if not self.part.code_at_margin:
            start, end = max(self.searched_to, self.piece_start), self.line_start
            self.part.code_at_margin = bool(
                _LINE_OF_CODE.match(self.text, start, end) or _MARGIN_CODE.search(self.text, max(start - 1, 0), end)
            )
            self.searched_to = max(start, end)
        return self.part.code_at_margin


def _choose(scan: _Scan, rule: ExtractionRule) -> tuple[str | None, How, str]:
    """Steps 5 to 7 of the rule: code, how it was found, and why there is none."""
    part = scan.result()
    wanted = [b for b in part.blocks if b.language]
    unlabelled = [b for b in part.blocks if not b.language]
    unclosed = [part.unclosed] if part.unclosed is not None else []
    tiers = [
        wanted,
        [b for b in unclosed if b.language],
        unlabelled,
        [b for b in unclosed if not b.language],
    ]
    name = re.match(r"\w+", rule.must_define) if rule.must_define else None
    if name is not None and rule.pick != "all":
        defines = re.compile(
            rf"^(?:(?:(?:async[ \t]+)?def|class)[ \t]+{name.group()}\b|{name.group()}[ \t]*[:=])", re.M
        )
        found = _first_tier(scan.text, tiers, rule, defines) or _first_tier(scan.text, tiers, rule, None)
    else:
        found = _first_tier(scan.text, tiers, rule, None)
    if found is not None:
        return found[0], "unclosed_fence" if found[1] in (1, 3) else "fenced", ""
    if part.any_fence:
        return None, "none", "there is no code block of a wanted language"
    text = _answered("".join(scan.text[start:end] for start, end in part.pieces))
    if not text:
        why = "unclosed reasoning holds everything" if scan.closing is not None else "there is no text"
        return None, "none", why
    if not rule.allow_unfenced:
        return None, "none", "there is no fenced code block"
    if len(text) <= rule.max_chars and _STATEMENT.search(text) is None:
        return None, "none", "there is no fenced code block, and the text is not code"
    return text, "whole_text", ""


def _answered(text: str) -> str:
    """What stands in the last `<answer>` section; all of a text without one."""
    lowered = text.lower()
    begin = lowered.rfind("<answer>")
    if begin < 0 or len(lowered) != len(text):
        return text
    begin += len("<answer>")
    end = lowered.find("</answer>", begin)
    return text[begin : end if end >= 0 else None].lstrip("\n")


def _content(text: str, block: _Block, rule: ExtractionRule) -> str:
    code = text[block.start : block.end]
    if not block.indent or len(code) > rule.max_chars:
        return code
    # Only as far as the code's first line is indented as well: some indent the fence alone.
    begins = len(code) - len(code.lstrip())
    line_start = code.rfind("\n", 0, begins) + 1
    blanks = code[line_start : min(begins, line_start + _MAX_INDENT)]
    while len(blanks) > 1 and len(blanks.expandtabs(4)) > block.indent:
        blanks = blanks[:-1]
    if not blanks:
        return code
    others = "" if "\t" in blanks else rf"|[ ]{{1,{len(blanks)}}}"
    return re.sub(rf"^(?:{re.escape(blanks)}{others})", "", code, flags=re.MULTILINE)


def _first_tier(
    text: str, tiers: list[list[_Block]], rule: ExtractionRule, defines: re.Pattern[str] | None
) -> tuple[str, int] | None:
    """Code of the first tier that has a block which is not blank (and matches `defines`), and the tier's number."""
    for number, tier in enumerate(tiers):
        ordered = reversed(tier) if rule.pick == "last" else tier
        codes = (code for code in (_content(text, block, rule) for block in ordered) if code and not code.isspace())
        if defines is not None:
            codes = (code for code in codes if len(code) <= rule.max_chars and defines.search(code))
        if rule.pick == "all":
            code = "".join(code if code.endswith("\n") else code + "\n" for code in codes)
        elif rule.pick == "longest":
            code = max(codes, key=len, default="")
        else:
            code = next(codes, "")
        if code:
            return code, number
    return None
