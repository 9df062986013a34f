"""Tests that come out otherwise than in plain pytest, each looked into, and the reason."""

from __future__ import annotations

_TEST = "test_solution.py::TestCases::test"
_CLOSED = (
    "design: the submission reads an attribute with an underscore of the tests' object, and those are closed to it"
)

_DEFAULTS = "design: it looks at defaults of the tests' functions, and is not told them: they may be answers"
_FILES = "needs files: it makes or looks for what the test has in its own folder, and a cell has none"

EXCEPTIONS: dict[str, dict[str, str]] = {
    "bigcodebench": {
        f"BigCodeBench/13:reference:{_TEST}_case_1": _FILES,
        f"BigCodeBench/765:reference:{_TEST}_empty_dict": _FILES,
        f"BigCodeBench/765:reference:{_TEST}_files_do_not_exist": _FILES,
        f"BigCodeBench/1041:reference:{_TEST}_internal_server_error": _FILES,
        f"BigCodeBench/541:reference:{_TEST}_package_module_addition": "design: the test replaces "
        "importlib.import_module, which the cell needs itself",
        f"BigCodeBench/562:reference:{_TEST}_system_info_printing": _CLOSED,
        f"BigCodeBench/565:reference:{_TEST}_dll_name_returned": _CLOSED,
        f"BigCodeBench/565:reference:{_TEST}_md5_hash_printed": _CLOSED,
        f"BigCodeBench/565:reference:{_TEST}_sha256_hash_printed": _CLOSED,
        f"BigCodeBench/569:reference:{_TEST}_function_with_multiple_defaults": _DEFAULTS,
        f"BigCodeBench/569:reference:{_TEST}_lambda_function": _DEFAULTS,
        f"BigCodeBench/569:reference:{_TEST}_lambda_in_defaults": _DEFAULTS,
        f"BigCodeBench/973:reference:{_TEST}_nonexist_path": _FILES,
        f"BigCodeBench/739:mutation 2: one more in line 30:{_TEST}_rounded_two_decimal": "data: by chance; the "
        "submission draws one of five numbers",
        f"BigCodeBench/991:reference:{_TEST}_correct_length": "design: test and submission draw from one sequence of "
        "random numbers; here each has its own, and the test's seed goes to both",
    },
}
"""Set -> `problem`, `problem:what` or `problem:what:test` -> reason."""


def reason_for(set_name: str, problem: str, what: str, test: str) -> str | None:
    known = EXCEPTIONS.get(set_name, {})
    return known.get(f"{problem}:{what}:{test}") or known.get(f"{problem}:{what}") or known.get(problem)
