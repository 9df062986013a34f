"""Events in every form that trainers send, the test-case formats of the field, and the contract's response."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import RequestError, SuiteError
from verifier.submission import extract_code
from verifier.suite.model import parse_suite
from verifier.wire import Malformed, Sample, read_reference, read_request, read_sample, respond, response_entry

EVENTS = Path(__file__).parent.parent / "doors" / "events"
CODE = "def add(a, b):\n    return a + b\n"
SUITE = {"kind": "function", "entry_point": "add", "cases": [{"args": [1, 2], "expected": 3}]}


def sdk_problems(response: Any, samples: int, *, is_nova: bool | None = None) -> list[str]:
    """What the two AWS SDKs' reward verifiers refuse in a response, and what a trainer can't use.

    As they do: an HTTP answer is opened first; every result needs `id` and a number as `aggregate_reward_score`;
    `metrics_list` is optional, its entries have `name`, `value` and a type of exactly "Reward" or "Metric"; fewer
    results than samples fail. Training of Nova takes the list itself and nothing else (`is_nova`), that of open weights
    an HTTP answer and nothing else, evaluation both (None). Beyond them: more results fail too, and all numbers are
    finite.
    """
    if is_nova is not None and is_nova != isinstance(response, list):
        return ["not the list itself" if is_nova else "not an HTTP answer"]
    if isinstance(response, dict):
        if response.get("statusCode") != 200 or not isinstance(response.get("body"), str):
            return ["no HTTP answer with status 200 and a body of text"]
        response = json.loads(response["body"], parse_constant=lambda name: math.nan)
    if not isinstance(response, list):
        return ["not a list"]
    problems = [] if len(response) == samples else [f"{len(response)} results for {samples} samples"]

    def number(value: object) -> bool:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)

    for index, result in enumerate(response):
        if not isinstance(result, dict) or "id" not in result or not number(result.get("aggregate_reward_score")):
            problems.append(f"[{index}] lacks an id or a score")
            continue
        for metric in result.get("metrics_list") or []:
            named = isinstance(metric.get("name"), str) and number(metric.get("value"))
            if not named or metric.get("type") not in ("Reward", "Metric"):
                problems.append(f"[{index}] has a bad metric {metric}")
    return problems


def event(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text())


def only(event: object) -> Sample:
    [sample] = read_request(event).samples
    assert isinstance(sample, Sample), sample
    return sample


def problem(event: object) -> RequestError:
    [sample] = read_request(event).samples
    assert isinstance(sample, Malformed), sample
    return sample.problem


FORMS = {
    "top_level": "raw",
    "metadata": "raw",
    "single_dict": "raw",
    "reference_json_string": "raw",
    "reference_text_wrapped": "raw",
    "content_parts": "raw",
    "content_dict": "raw",
    "nova_assistant": "raw",
    "two_trailing_assistants": "raw",
    "batch_wrapper": "http",
    "body_batch_wrapper": "http",
    "body_list": "http",
    "body_base64": "http",
    "samples_wrapper": "raw",
    "trajectories_wrapper": "raw",
    "input_wrapper": "raw",
    "verl_evaluation": "raw",
    "verl_prompt_only": "raw",
    "hf_prompt_completion": "raw",
    "trl_conversational": "raw",
    "sagemaker_evaluation": "raw",
    "short_form": "raw",
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same_code_and_suite(name: str) -> None:
    """The form of a request changes nothing but the envelope of the answer."""
    request = read_request(event(name))
    sample = only(event(name))

    assert request.envelope == FORMS[name]
    assert (sample.code or extract_code(sample.completion or "").code) == CODE
    assert sample.reference is not None
    suite = parse_suite(sample.reference.suite, path=sample.reference.path)
    assert [case.args for case in suite.cases] == [[1, 2], [-1, 1]]  # type: ignore[union-attr]
    assert sample.id == {"verl_evaluation": "sample-0", "verl_prompt_only": "row-7"}.get(name, "123")
    assert read_request(json.dumps(event(name))).samples == request.samples
    assert read_request(event(name), envelope="http").envelope == "http"


def test_every_event_file_is_tested() -> None:
    """No event file stands beside the tests."""
    others = {
        "suite_by_id", "raw_dataset_row", "prime_code", "codeforces_test_cases", "one_malformed",
    }  # fmt: skip
    assert {path.stem for path in EVENTS.glob("*.json")} >= set(FORMS) | others


def test_suite_by_id() -> None:
    """A reference may name a stored suite, with its digest."""
    reference = only(event("suite_by_id")).reference
    assert reference is not None
    assert (reference.suite, reference.suite_id, reference.digest) == (None, "add-two", "sha256:" + "0" * 64)


@pytest.mark.parametrize("name", ["", "../x", "a/../b", "/a", "a@sha256:12", "a b", "a@md5:0", 7, None])
def test_suite_ids_that_are_none(name: object) -> None:
    """An id that could leave the store, or half a digest, is refused with its path."""
    assert problem([{"reference_answer": {"suite": name}}]).path == "[0].reference_answer.suite"


def test_dataset_rows_are_valid_samples() -> None:
    """Trainers' checks send rows without a rollout and without an id."""
    first, second = read_request(event("raw_dataset_row")).samples
    assert isinstance(first, Sample) and isinstance(second, Sample)
    assert (first.id, first.completion, first.code) == ("sample-0", None, None)
    assert (second.id, second.completion, second.code) == ("sample-1", None, None)
    assert first.reference is not None and second.reference is not None


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [{"role": "user", "content": "x"}], "code": CODE, "completion": CODE, "response": CODE},
        {"prompt": [{"role": "user", "content": "x"}], "code": CODE},
        {"prompt": [{"role": "assistant", "content": CODE}, {"role": "user", "content": "x"}]},
        {"prompt": "x", "response": CODE},
    ],
)
def test_gold_columns_are_no_rollouts(row: dict[str, object]) -> None:
    """A dataset's own solution is never scored as if the model had written it."""
    sample = only([{**row, "reference_answer": SUITE}])
    assert (sample.completion, sample.code) == (None, None)


def test_conversation_that_ends_with_the_user() -> None:
    """The last assistant turn counts wherever it stands."""
    messages = [{"role": "assistant", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user"}]
    assert only([{"messages": messages}]).completion == "b"
    assert only([{"messages": [{"role": "assistant", "content": None}]}]).completion is None


@pytest.mark.parametrize("value", ["x", 0, 7, 1.5, None, True, [], [1, {"a": None}], {"k": "v"}, ""])
def test_ids_come_back_as_they_came(value: object) -> None:
    """Any JSON value may be an id."""
    got = only([{"id": value, "completion": "x"}]).id
    assert got == value and type(got) is type(value)


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ({"my_key": "k"}, "k"),
        ({"metadata": {"my_key": "k", "key": "l"}}, "k"),
        ({"metadata": {"key": "k", "id": "l"}}, "k"),
        ({"metadata": {"id": 3}}, 3),
        ({"metadata": {"id": None}}, "sample-0"),
        ({"metadata": "text"}, "sample-0"),
        ({"id": math.nan, "my_key": "k"}, "k"),
        ({"id": "\ud800"}, "sample-0"),
    ],
)
def test_missing_ids(sample: dict[str, object], expected: object) -> None:
    """What stands in for an id that is missing, or that no response could carry."""
    assert only([{"completion": "x", **sample}]).id == expected


def test_malformed_samples_keep_their_place() -> None:
    """One bad sample costs nobody else anything."""
    samples = read_request(event("one_malformed")).samples
    assert [type(s).__name__ for s in samples] == ["Sample", "Malformed", "Malformed", "Sample"]
    assert [s.id for s in samples] == ["123", "bad", "sample-2", "456"]
    assert [str(s.problem) for s in samples if isinstance(s, Malformed)] == [
        "[1].messages: must be a list of messages",
        "[2]: a sample must be an object, not a number",
    ]


@pytest.mark.parametrize(
    ("sample", "path"),
    [
        ({"messages": [7]}, "[0].messages[0]"),
        ({"messages": [{"role": "assistant", "content": 7}]}, "[0].messages[0].content"),
        ({"messages": [{"role": "assistant", "content": [{"text": 7}]}]}, "[0].messages[0].content[0].text"),
        ({"completion": 7}, "[0].completion"),
        ({"code": ["x"]}, "[0].code"),
        ({"reference_answer": {"compliant": "No"}}, "[0].reference_answer"),
        ({"reference_answer": {"text": "Paris"}}, "[0].reference_answer"),
        ({"reference_answer": "my-suite"}, "[0].reference_answer"),
        ({"reference_answer": '{"kind": '}, "[0].reference_answer"),
        ({"metadata": {"reference_answer": {"test_cases": []}}}, "[0].metadata.reference_answer.test_cases"),
        ({"metadata": {"inputs": ["1", "2"], "outputs": ["1"]}}, "[0].metadata.outputs"),
        ({"metadata": {"inputs": ["1"], "outputs": [7]}}, "[0].metadata.outputs[0]"),
        ({"metadata": {"fn_name": "f", "inputs": ["1", "x"], "outputs": ["1", "1"]}}, "[0].metadata.inputs[1]"),
        ({"metadata": {"fn_name": "f", "inputs": ["1"], "outputs": ["x"]}}, "[0].metadata.outputs[0]"),
        ({"reward_model": {"ground_truth": {"test_cases": [{"input": ""}]}}},
         "[0].reward_model.ground_truth.test_cases[0]"),
        ({"verification_info": {"language": "cpp", "test_cases": [{}]}}, "[0].verification_info.language"),
    ],
)  # fmt: skip
def test_problems_name_their_path(sample: dict[str, object], path: str) -> None:
    """Whoever reads the result finds the field."""
    assert problem([sample]).path == path


def test_nesting_is_a_problem_of_the_sample() -> None:
    """Also where a sample is read by itself."""
    nested: object = {}
    for _ in range(900):
        nested = {"tests": nested}
    assert str(problem([{"reference_answer": nested}])) == "[0]: is nested too deeply"
    with pytest.raises(RequestError, match="nested too deeply"):
        read_sample({"reference_answer": nested}, 0)


def test_our_own_form_is_handed_on() -> None:
    """A misspelt key is refused by the suite's own reader, with the whole path."""
    samples = [{"completion": "x"}] * 3 + [{"reference_answer": {**SUITE, "cases": [{"argz": [1], "expected": 1}]}}]
    sample = read_request(samples).samples[3]
    assert isinstance(sample, Sample) and sample.reference is not None
    with pytest.raises(SuiteError) as caught:
        parse_suite(sample.reference.suite, path=sample.reference.path)
    assert caught.value.path == "[3].reference_answer.cases[0].argz"


def suite_of(reference: object) -> dict[str, Any]:
    got = read_reference(reference, "r")
    assert got is not None and got.suite is not None
    parse_suite(got.suite, path=got.path)
    return dict(got.suite)


ASSERTS = {"kind": "asserts", "asserts": ["assert add(1, 2) == 3"]}
CHECK = "def check(candidate):\n    assert candidate(1, 2) == 3\n"


@pytest.mark.parametrize(
    ("reference", "suite"),
    [
        (["assert add(1, 2) == 3"], ASSERTS),
        ({"asserts": ["assert add(1, 2) == 3"]}, ASSERTS),
        ({"assert_case": ["assert add(1, 2) == 3"], "fn_name": "add", "inputs": [""], "outputs": [""]}, ASSERTS),
        ({"text": "Write it.", "code": "x", "test_list": ["assert add(1, 2) == 3"], "test_setup_code": ""}, ASSERTS),
        ({"test_list": ["assert add(1, 2) == 3"], "test_imports": ["import math", "import re"], "setup": "x = 1"},
         {**ASSERTS, "setup": "x = 1\nimport math\nimport re"}),
        ({"asserts": ["assert add(1, 2) == 3"], "test_setup_code": "import re"}, {**ASSERTS, "setup": "import re"}),
        ({"test": CHECK, "entry_point": "add"}, {"kind": "asserts", "entry_point": "add", "code": CHECK}),
        ({"test": CHECK + "check(add)"}, {"kind": "asserts", "code": CHECK + "check(add)"}),
        ({"functional": "assert add(1, 2) == 3"}, {"kind": "asserts", "code": "assert add(1, 2) == 3"}),
        ({"functional": "def test_a():\n    assert add(1, 2) == 3\ntest_a()"},
         {"kind": "asserts", "code": "def test_a():\n    assert add(1, 2) == 3\ntest_a()"}),
    ],
)  # fmt: skip
def test_asserts_formats(reference: object, suite: object) -> None:
    """Scripts and lists of asserts, with what is to be run before."""
    assert suite_of(reference) == suite
    assert suite_of(json.dumps(reference)) == suite


TEST = "def test_add():\n    assert add(1, 2) == 3\n"
CLASS = "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(add(1, 2), 3)\n"
FROM, STAR = "from solution import add\n", "from solution import *\n"


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ({"pytest": FROM + TEST}, FROM + TEST),
        ({"pytest": "import solution\n" + TEST}, "import solution\n" + TEST),
        ({"pytest": TEST}, STAR + TEST),
        ({"pytest": "assert add(1, 2) == 3"}, STAR + "assert add(1, 2) == 3"),
        ({"test": FROM + TEST, "test_info": [{"function_name": "add"}]}, FROM + TEST),
        ({"functional": TEST}, STAR + TEST),
        ({"test": CLASS, "entry_point": "add"}, STAR + CLASS),
        ({"test": "\"\"\"docs\"\"\"\nfrom __future__ import annotations\n" + TEST, "setup": "import math"},
         "\"\"\"docs\"\"\"\nfrom __future__ import annotations\nimport math\n" + STAR + TEST),
    ],
)  # fmt: skip
def test_pytest_formats(reference: object, text: str) -> None:
    """Texts that define tests go to pytest, and find what the submission defines."""
    assert suite_of(reference) == {"kind": "pytest", "module": "solution", "files": {"test_solution.py": text}}


def test_tests_that_are_broken_are_refused_by_the_suite() -> None:
    """With the path of the field, so that whoever made the data finds it."""
    for bad, path in (({"pytest": "def f(:"}, "r.files.test_solution.py"), ({"test": "assert ("}, "r.code")):
        with pytest.raises(SuiteError) as caught:
            suite_of(bad)
        assert caught.value.path == path
    with pytest.raises(RequestError) as refused:
        read_reference({"asserts": ["assert f(1)"], "setup": 3}, "r")
    assert refused.value.path == "r.setup"
    own = {"kind": "pytest", "files": {"test_x.py": TEST}, "skips": "pass"}
    assert suite_of(own) == own


STDIO = {"kind": "stdio", "cases": [{"stdin": "1 2\n", "stdout": "3\n"}]}


@pytest.mark.parametrize(
    "reference",
    [
        {"test_cases": [{"input": "1 2\n", "output": "3\n"}]},
        {"test_cases": [{"input": "1 2\n", "output": "3\n", "type": "stdin_stdout"}], "language": "python"},
        [{"input": "1 2\n", "output": "3\n", "testtype": "stdin"}],
        {"tests": [{"input": "1 2\n", "output": "3\n", "testtype": "stdin", "metadata": {"func_name": None}}]},
        {"tests": '{"inputs": ["1 2\\n"], "outputs": ["3\\n"]}'},
        {"inputs": ["1 2\n"], "outputs": ["3\n"], "fn_name": None},
        {"inputs": [["1 2", ""]], "outputs": [["3", ""]]},
        '"{\\"inputs\\": [\\"1 2\\\\n\\"], \\"outputs\\": [\\"3\\\\n\\"]}"',
    ],
)
def test_stdio_formats(reference: object) -> None:
    """Programs: text in, text out."""
    assert suite_of(reference) == STDIO
    assert suite_of(json.dumps(reference)) == STDIO
    assert suite_of({"text": json.dumps(reference)}) == STDIO


@pytest.mark.parametrize(
    ("reference", "args", "expected"),
    [
        ({"fn_name": "f", "inputs": ["5"], "outputs": ["[1, 2]"]}, [[5]], [[1, 2]]),
        ({"fn_name": "f", "inputs": ["[1]\n2\n"], "outputs": ["3"]}, [[[1], 2]], [3]),
        ({"fn_name": "f", "inputs": [[[2, 3], 5]], "outputs": [9]}, [[[2, 3], 5]], [9]),
        ({"fn_name": "f", "inputs": [[], ""], "outputs": [9, "null"]}, [[], []], [9, None]),
        ({"fn_name": "f", "inputs": [[1], [2]], "outputs": [[9], [9, 8]]}, [[1], [2]], [[9], [9, 8]]),
        ({"fn_name": "f", "inputs": [[{"1": 2}]], "outputs": [{"-3": [4]}]}, [[{1: 2}]], [{-3: [4]}]),
        ({"fn_name": "f", "inputs": [[{"01": 2}]], "outputs": [{}]}, [[{"01": 2}]], [{}]),
        ([{"input": "1\n\"a\"", "output": "[7]", "testtype": "functional", "metadata": {"func_name": "f"}}],
         [[1, "a"]], [[7]]),
        ({"test_cases": [{"input": [1], "output": 2, "type": "function_call", "fn_name": "f"}]}, [[1]], [2]),
    ],
)  # fmt: skip
def test_function_formats(reference: object, args: object, expected: object) -> None:
    """Calls: one JSON value a line or a list of arguments; the output is meant literally."""
    suite = suite_of(reference)
    assert suite["entry_point"] == "f"
    assert [case["args"] for case in suite["cases"]] == args
    assert [case["expected"] for case in suite["cases"]] == expected
    assert "checker" not in suite


def test_wrapped_outputs() -> None:
    """Where every output is a list of one, the element is accepted as well as the list; nothing else is."""
    suite = suite_of({"fn_name": "f", "inputs": [[1], [2]], "outputs": [[9], "[[1, 2]]"]})
    assert suite["checker"] == {"name": "any_of"}
    assert [case["expected"] for case in suite["cases"]] == [[[9], 9], [[[1, 2]], [1, 2]]]
    suite = suite_of({"fn_name": "f", "inputs": [[1]], "outputs": [[{"1": 2}]]})
    assert suite["cases"][0]["expected"] == [[{1: 2}], {1: 2}]


def test_test_cases_in_metadata() -> None:
    """AWS's own sample and its prime_code shape keep the cases in `metadata`, beside other columns."""
    for name, kind in (("codeforces_test_cases", "stdio"), ("prime_code", "function")):
        reference = only(event(name)).reference
        assert reference is not None and reference.suite is not None
        assert reference.suite["kind"] == kind
    with_text = {**event("codeforces_test_cases")[0], "reference_answer": {"text": "print(3)"}}
    reference = only([with_text]).reference
    assert reference is not None and reference.path == "[0].metadata.test_cases"


@pytest.mark.parametrize(
    ("bad", "path"),
    [
        (None, ""), (7, ""), ("[1", ""), ("text", ""), (b"\xff", ""), ({}, ""), ({"foo": 1}, ""),
        ({"body": None}, "body"), ({"body": "x"}, "body"), ({"body": "!", "isBase64Encoded": True}, "body"),
        ({"batch": 7}, "batch"), ({"body": {"batch": 7}}, "body.batch"), ("[" * 100_000, ""),
        ({"input": {"input": {"input": {"input": {"input": {"input": {"input": {"input": []}}}}}}}}, None),
    ],
)  # fmt: skip
def test_no_request(bad: object, path: str | None) -> None:
    """What holds no samples at all is an error, and says where."""
    with pytest.raises(RequestError) as caught:
        read_request(bad)
    if path is not None:
        assert caught.value.path == path


def test_wrappers_and_columns_of_the_same_name() -> None:
    """A sample may have columns named like wrappers; paths lead through real wrappers."""
    sample = {"messages": [{"role": "assistant", "content": "x"}], "input": "1", "batch": [1], "body": "2"}
    assert only(sample).completion == "x"
    assert read_request([]).samples == []
    [bad] = read_request({"body": json.dumps({"batch": [7]})}).samples
    assert isinstance(bad, Malformed) and bad.problem.path == "body.batch[0]"


_KEYS = st.sampled_from(
    ["id", "messages", "role", "content", "text", "type", "completion", "prompt", "response", "code", "model_response",
     "reference_answer", "metadata", "extra_info", "reward_model", "ground_truth", "data_source", "body", "batch",
     "input", "output", "inputs", "outputs", "fn_name", "test_cases", "tests", "kind", "cases", "suite", "testtype",
     "verification_info", "language", "my_key", "isBase64Encoded", "samples"]
)  # fmt: skip
_WORDS = st.sampled_from(["assistant", "text", "function", "{", "[]", '{"kind": 1}', "[1, 2]", "stdin", '"x"', "1\n2"])
_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), _WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS | st.text(max_size=3), inner, max_size=5),
    max_leaves=25,
)


@given(_JSON)
def test_any_event_is_read_or_refused(value: Any) -> None:
    """Whatever the event, each sample gets its entry, or the whole is refused with RequestError."""
    try:
        samples = read_request(value).samples
    except RequestError:
        assert not isinstance(value, list)
        return
    if isinstance(value, list):
        assert len(samples) == len(value)
    assert [sample.index for sample in samples] == list(range(len(samples)))
    response = respond([response_entry(sample.id, 0.0, {}) for sample in samples], "http")
    assert sdk_problems(response, len(samples)) == []


METRICS = {
    "correctness": 0.5, "passed": 1, "total": 2, "time_penalty": 0.0, "memory_penalty": 0.0, "cpu_time_s": 0.1,
    "peak_memory_bytes": 1024,
}  # fmt: skip


def test_response_shape() -> None:
    """A result is exactly what the contract says, in both envelopes."""
    entry = response_entry("123", 0.5, METRICS, components={"format": 1.0})
    assert list(entry) == ["id", "aggregate_reward_score", "metrics_list"]
    metrics: Any = entry["metrics_list"]
    told = ["judge_error", "security_violation", "attempts", "isolation_level"]
    assert [m["name"] for m in metrics] == [*METRICS, *told, "format"]
    assert [m["name"] for m in metrics if m["type"] == "Reward"] == ["correctness", "format"]
    assert metrics[0] == {"name": "correctness", "value": 0.5, "type": "Reward"}
    raw, http = respond([entry], "raw"), respond([entry], "http")
    assert raw == [entry]
    assert isinstance(http, dict)
    assert (http["statusCode"], http["headers"]) == (200, {"Content-Type": "application/json"})
    assert json.loads(str(http["body"])) == raw
    assert sdk_problems(raw, 1) == sdk_problems(http, 1) == []
    assert sdk_problems(raw, 1, is_nova=True) == sdk_problems(http, 1, is_nova=False) == []
    assert sdk_problems(raw, 1, is_nova=False) and sdk_problems(http, 1, is_nova=True)
    of_ours: Any = response_entry("1", 0.0, {}, judge_error=True, violation=True, attempts=2, isolation_level=3)
    assert [(m["value"], m["type"]) for m in of_ours["metrics_list"]] == [(n, "Metric") for n in (1.0, 1.0, 2.0, 3.0)]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 10**400])
def test_numbers_that_are_not_finite_never_leave(number: float) -> None:
    """A reward of NaN is our bug, and stops here."""
    with pytest.raises(ValueError, match="reward"):
        response_entry("1", number, {})
    with pytest.raises(ValueError, match="passed"):
        response_entry("1", 0.0, {"passed": number})
    with pytest.raises(ValueError, match="style"):
        response_entry("1", 0.0, {}, components={"style": number})


def test_envelope_must_be_known() -> None:
    """A misspelt setting is an error, not a third shape."""
    with pytest.raises(ValueError, match="envelope"):
        respond([], "htpp")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "response",
    [
        [], {"statusCode": 500, "body": "[]"}, [{"aggregate_reward_score": 0}], [{"id": 1}],
        [{"id": 1, "aggregate_reward_score": math.nan}], [{"id": 1, "aggregate_reward_score": "1"}],
        [{"id": 1, "aggregate_reward_score": 1, "metrics_list": [{"metric": "x", "value": 1}]}],
        [{"id": 1, "aggregate_reward_score": 1, "metrics_list": [{"name": "x", "value": 1, "type": "reward"}]}],
    ],
)  # fmt: skip
def test_the_check_of_responses_can_fail(response: object) -> None:
    """The helper that stands for the SDKs refuses what they refuse."""
    assert sdk_problems(response, 1)
