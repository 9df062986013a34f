"""A new suite, whole and commented, that passes its own check: what an author starts from."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from verifier.authoring import skeleton_checked
from verifier.authoring.skeleton_interactive import INTERACTIVE
from verifier.authoring.skeleton_texts import ASSERTS, FUNCTION, PYTEST, STDIO
from verifier.errors import RequestError
from verifier.suite.store import split_reference

TEXTS = {"function": FUNCTION, "stdio": STDIO, "pytest": PYTEST, "asserts": ASSERTS, "interactive": INTERACTIVE}
KINDS = tuple(TEXTS)
CHECKED = {"function": skeleton_checked.FUNCTION, "stdio": skeleton_checked.STDIO}
"""With a checker of the suite's own."""
SKELETONS = (*((kind, False) for kind in KINDS), *((kind, True) for kind in CHECKED))
"""Kind, and whether it has a checker of its own."""


def make_suite(suites: Path, name: str, kind: str, *, own_checker: bool = False) -> Path:
    """Makes the folder of a new suite in `suites`, which is made too where it isn't there; returns it.

    Raises SuiteError for what is no id, RequestError for a kind without a skeleton, and where the folder is there
    already, OSError where it can't be made.
    """
    name, digest = split_reference(name)
    if digest:
        raise RequestError("a new suite has no digest yet; give its id alone", path="ID")
    texts = CHECKED if own_checker else TEXTS
    if kind not in texts:
        of = " with a checker of its own" if own_checker else ""
        raise RequestError(f"has no skeleton{of}; kinds are {', '.join(texts)}", path=f"kind {kind!r}")
    folder = suites / name
    if folder.exists():
        raise RequestError("is there already; give another id, or remove it", path=str(folder))
    suites.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=suites))
    try:
        for path, text in texts[kind].items():
            file = made / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        made.chmod(0o755)
        made.rename(folder)  # all of it, or nothing
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return folder
