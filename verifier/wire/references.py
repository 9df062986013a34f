"""Test cases as they come with a sample, brought to this project's own suite form.

They are looked for in `reference_answer` (at the top, under `metadata` or `extra_info`), `reward_model.ground_truth`,
`verification_info`, or in `metadata` itself. The forms that are understood are those of
`verifier.suite.formats.fields`; our own is handed on untouched, so that `verifier.suite.model.parse_suite` refuses what
it must, and {"suite": "<id>"} or {"suite": "<id>@sha256:<hex>"} names a suite in a store.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from verifier.errors import RequestError
from verifier.suite.formats.fields import OWN_KEYS, find_suite, join_path, object_of

_SUITE_ID = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*)(?:@(sha256:[0-9a-f]{64}))?")


@dataclass(frozen=True, slots=True)
class Reference:
    """What to judge by: a suite that came along, or the name of one in a store. Exactly one of the two is set."""

    path: str
    """Where it stands in the request."""
    suite: Mapping[str, object] | None = None
    """A suite in our own form, not yet validated."""
    suite_id: str | None = None
    digest: str | None = None
    """With `suite_id`: the digest it must have, `sha256:<hex>`, where one was asked for."""


def find_reference(sample: Mapping[str, object], path: str = "") -> Reference | None:
    """The first reference among the places where a sample may hold one; None where all of them are empty.

    Raises RequestError where a place holds something, but none of them holds test cases.
    """
    refused: str | None = None  # the first place that holds something of no use
    for value, place in _places(sample, path):
        if value is None or value == "" or value == {} or value == []:
            continue
        reference = read_reference(value, place)
        if reference is not None:
            return reference
        refused = refused or place
    if refused is not None:
        raise RequestError(
            "holds no test cases in a known form, such as {'kind': 'function', ...} or {'suite': '<id>'}",
            path=refused,
        )
    return None


def _places(sample: Mapping[str, object], path: str) -> list[tuple[object, str]]:
    at = f"{path}." if path else ""
    metadata, extra = object_of(sample.get("metadata")), object_of(sample.get("extra_info"))
    places = [
        (sample.get("reference_answer"), f"{at}reference_answer"),
        (metadata.get("reference_answer"), f"{at}metadata.reference_answer"),
        (extra.get("reference_answer"), f"{at}extra_info.reference_answer"),
        (object_of(sample.get("reward_model")).get("ground_truth"), f"{at}reward_model.ground_truth"),
        (sample.get("verification_info"), f"{at}verification_info"),
        (metadata.get("verification_info"), f"{at}metadata.verification_info"),
    ]
    for holder, place in ((metadata, f"{at}metadata"), (sample, path)):
        if "test_cases" in holder or ("inputs" in holder and "outputs" in holder):
            keys = ("language", "test_cases", "fn_name", "inputs", "outputs")
            places.append(({key: holder[key] for key in keys if key in holder}, place))
    return places


def read_reference(value: object, path: str) -> Reference | None:
    """Bring a reference to a suite; None where it is something else, such as the text of a solution.

    Raises RequestError, with the path of the field, where a known form is broken.
    """
    found = find_suite(value, path)
    if found is None:
        return None
    place, suite = found
    if "suite" in suite and not any(key in suite for key in OWN_KEYS):
        return _named(suite, place)
    return Reference(place, suite)


def _named(value: Mapping[str, object], path: str) -> Reference:
    name = value["suite"]
    match = _SUITE_ID.fullmatch(name) if isinstance(name, str) else None
    if match is None:
        raise RequestError("must be a suite's id, or id@sha256:<64 hex digits>", path=join_path(path, "suite"))
    unknown = next((key for key in value if key != "suite"), None)
    if unknown is not None:
        raise RequestError("unknown key beside 'suite'", path=join_path(path, str(unknown)))
    return Reference(path, suite_id=match.group(1), digest=match.group(2))
