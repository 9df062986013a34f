"""Programs that stand in for a submission and know nothing of the problem. A case that one passes asks for little.

`verifier.authoring.trivial` has more of them, fitted to a suite's answers, to tell what a suite pays; here they must be
the same for every suite, to tell what a case asks for.
"""

from __future__ import annotations

from dataclasses import dataclass

from verifier.authoring.trivial_frames import answering, wanted_names
from verifier.suite.model import AssertsSuite, FunctionSuite, InteractiveSuite, PytestSuite, StdioSuite, Suite

NOTHING = "does nothing"


@dataclass(frozen=True, slots=True)
class StandIn:
    """One program, and what it does in a few words."""

    what: str
    code: str


_CONSTANTS = ("0", "1", "-1", "''", "[]", "{}", "True", "False")
_NUMBERS = "import itertools\n\nNUMBERS = itertools.count()"
_PRINTED = ("0", "1", "-1", "[]", "YES", "Yes", "NO", "No", "True", "False")


def stand_ins(suite: Suite) -> list[StandIn]:
    """The first one does nothing. None for a suite that shows no name which it could define, or of an unknown kind."""
    if isinstance(suite, StdioSuite | InteractiveSuite):
        return [
            StandIn(NOTHING, "pass\n"),
            *(StandIn(f"prints {text}", f"print({text!r})\n") for text in _PRINTED),
            StandIn("prints its input", "import sys\nsys.stdout.write(sys.stdin.read())\n"),
        ]
    if not names_to_define(suite):
        return []
    nothing = suite
    if isinstance(suite, FunctionSuite):  # even where an argument is the answer: it stays as it is
        nothing = suite.model_copy(update={"result": "return"})
    found = [
        StandIn(NOTHING, answering(nothing, "None")),
        *(StandIn(f"returns {text}", answering(suite, text)) for text in _CONSTANTS),
        StandIn("returns its first argument", answering(nothing, "args[0] if args else None")),
    ]
    if not isinstance(suite, FunctionSuite):  # a test may call twice, to see that the answer is the same
        found.append(StandIn("returns another number each time", answering(suite, "next(NUMBERS)", load=_NUMBERS)))
    return found


def names_to_define(suite: Suite) -> list[str]:
    """What a submission must define for the suite to find it, as far as its text shows."""
    if isinstance(suite, FunctionSuite | AssertsSuite) and suite.entry_point:
        return [suite.entry_point]
    return wanted_names(suite) if isinstance(suite, AssertsSuite | PytestSuite) else []
