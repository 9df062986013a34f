"""Every format that can be imported, by its name on the command line."""

from __future__ import annotations

from collections.abc import Mapping

from verifier.suite.formats.base import Importer
from verifier.suite.formats.code_contests import CODE_CONTESTS
from verifier.suite.formats.codeforces import CODEFORCES
from verifier.suite.formats.contests import APPS, TACO
from verifier.suite.formats.dmoj import DMOJ
from verifier.suite.formats.evalplus import HUMANEVAL_PLUS, MBPP_PLUS
from verifier.suite.formats.exercism import EXERCISM
from verifier.suite.formats.humaneval import HUMANEVAL, HUMANEVALPACK
from verifier.suite.formats.kattis import KATTIS
from verifier.suite.formats.livecodebench import LIVECODEBENCH
from verifier.suite.formats.mbpp import MBPP
from verifier.suite.formats.quixbugs import QUIXBUGS
from verifier.suite.formats.test_texts import ACECODE, BIGCODEBENCH, KODCODE, LEETCODE
from verifier.suite.formats.training_rows import DEEPCODER, SYNTHETIC, VERL

_ROWS = (
    ACECODE, APPS, BIGCODEBENCH, CODE_CONTESTS, CODEFORCES, DEEPCODER, HUMANEVAL, HUMANEVAL_PLUS, HUMANEVALPACK,
    KODCODE, LEETCODE, LIVECODEBENCH, MBPP, MBPP_PLUS, SYNTHETIC, TACO, VERL,
)  # fmt: skip
_PACKAGES = (DMOJ, EXERCISM, KATTIS, QUIXBUGS)

FORMATS: Mapping[str, Importer] = {importer.name: importer for importer in (*_ROWS, *_PACKAGES)}
