"""Reading an event: which samples it holds, and in each the id, the rollout and the reference.

An event comes in many wrappings (a list, one sample, `{"batch": [..]}`, an HTTP body), and a sample in many forms: the
contract's two (`reference_answer` at the top or under `metadata`), evaluation payloads, other trainers' rows. They are
told apart by their keys alone. One bad sample never costs the others: it becomes a `Malformed` in its place.

An event too large for a request names an object that holds it: `{"samples_s3": "s3://bucket/key"}`. That holds what
the event would have held, or one sample a line.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from verifier.errors import RequestError
from verifier.suite.formats.fields import join_path
from verifier.wire.references import Reference, find_reference

Envelope = Literal["raw", "http"]

ASSISTANT_ROLES = ("assistant", "nova_assistant")

MAX_WRAPPERS = 8
"""Wrappers around the samples that are opened; real events have at most three."""

_LISTS = ("batch", "samples", "trajectories")
_BY_REFERENCE = "samples_s3"
_ROLLOUT_KEYS = ("messages", "completion", "code", "model_response", "response", "prompt")
_SAMPLE_KEYS = (*_ROLLOUT_KEYS, "reference_answer", "reward_model", "metadata", "id", "my_key", "data_source")


@dataclass(frozen=True, slots=True)
class Sample:
    """One rollout to score."""

    index: int
    """Position in the event."""
    id: object
    """As it came, any JSON value."""
    path: str
    """Where it stands in the event; problems found later begin their path with it."""
    completion: str | None = None
    """What the model wrote, reasoning and all. None in a dataset row, which has no rollout (trainers' checks send
    such rows and want a result, 0.0), and in the short form."""
    code: str | None = None
    """Code of the short form, taken as it is. None in all other forms."""
    reference: Reference | None = None
    """The suite to judge by; None where the sample names none."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A sample that can't be read, in its place among the others. `id` is as good as could be had."""

    index: int
    id: object
    problem: RequestError


@dataclass(frozen=True, slots=True)
class Request:
    """What an event asks for. `samples` are in the event's order, none left out."""

    samples: list[Sample | Malformed]
    envelope: Envelope


def read_request(
    event: object, *, envelope: Envelope | None = None, fetch: Callable[[str], bytes] | None = None
) -> Request:
    """Read an event: a list of samples, one sample, any of them as JSON text, within wrappers.

    The envelope of the answer is `http` where the samples came in a `body` or `batch` (trainers of open-weight models
    send these and want it), else `raw`; `envelope` overrides that. `fetch` reads what `samples_s3` names; it
    decides which places may be read, and raises RequestError.

    Raises RequestError where there are no samples to be found; bad samples among others are `Malformed`.
    """
    value, path, found = event, "", "raw"
    for _ in range(MAX_WRAPPERS):
        if isinstance(value, (str, bytes, bytearray)):
            value = _parsed(value, path)
        if isinstance(value, list):
            entries = [sample_of(obj, index, path=f"{path}[{index}]") for index, obj in enumerate(value)]
            return Request(entries, envelope or cast(Envelope, found))
        if not isinstance(value, dict):
            raise RequestError(f"must be a list of samples, not {_kind(value)}", path=path)
        key = _wrapper(value)
        if key is None:
            if not any(name in value for name in _SAMPLE_KEYS):
                raise RequestError("is neither a list of samples, nor a sample, nor a wrapper of samples", path=path)
            return Request([sample_of(value, 0, path=path)], envelope or cast(Envelope, found))
        if key in ("body", "batch"):
            found = "http"
        inner = value[key]
        path = join_path(path, key)
        if key == _BY_REFERENCE:
            content = _fetched(inner, path, fetch)
            fetch = None
            try:
                value = _parsed(content, path)
            except RequestError:
                entries = _lines(content, path)
                if not any(isinstance(entry, Sample) for entry in entries):
                    raise
                return Request(entries, envelope or cast(Envelope, found))
            continue
        if key == "body" and value.get("isBase64Encoded") is True:
            inner = _from_base64(inner, path)
        value = inner
    raise RequestError(f"is wrapped more than {MAX_WRAPPERS} times", path=path)


def _wrapper(value: Mapping[str, object]) -> str | None:
    """The key that holds the samples, or None for a sample. A sample may have a column named like a wrapper, so a
    rollout or a reference beside it decides; but a list of objects under `batch` is plain enough."""
    for key in _LISTS:
        inner = value.get(key)
        if isinstance(inner, list) and not any(name in value for name in _ROLLOUT_KEYS):
            return key
    if any(name in value for name in (*_ROLLOUT_KEYS, "reference_answer", "reward_model")):
        return None
    return next((key for key in ("body", *_LISTS, "input", _BY_REFERENCE) if key in value), None)


def _fetched(url: object, path: str, fetch: Callable[[str], bytes] | None) -> bytes:
    if not isinstance(url, str):
        raise RequestError(f"must be text such as 's3://bucket/key', not {_kind(url)}", path=path)
    if fetch is None:
        raise RequestError(
            "samples by reference are read only where VERIFIER_EVENTS_PREFIX allows it, and not from within others",
            path=path,
        )
    return fetch(url).removeprefix(b"\xef\xbb\xbf")


def _lines(content: bytes, path: str) -> list[Sample | Malformed]:
    """One sample for each line that isn't blank."""
    entries: list[Sample | Malformed] = []
    for line in content.split(b"\n"):
        if line.strip():
            index = len(entries)
            try:
                entries.append(sample_of(_parsed(line, f"{path}[{index}]"), index, path=f"{path}[{index}]"))
            except RequestError as problem:
                entries.append(Malformed(index, _id(None, index), problem))
    return entries


def _parsed(text: str | bytes | bytearray, path: str) -> object:
    try:
        # json.loads, and not load_json: a key given twice is for the one sample to answer for, not for the batch.
        return json.loads(text.removeprefix("\ufeff") if isinstance(text, str) else text)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise RequestError(f"is not valid JSON: {why}", path=path) from None


def _from_base64(body: object, path: str) -> bytes:
    try:
        return base64.b64decode(cast(str, body), validate=False)
    except (binascii.Error, ValueError, TypeError):
        raise RequestError("is said to be base64, but is not", path=path) from None


def sample_of(obj: object, index: int, *, path: str | None = None) -> Sample | Malformed:
    """As `read_sample`, of what may have been read already; a sample that can't be read is Malformed."""
    if isinstance(obj, Sample | Malformed):
        return obj
    try:
        return read_sample(obj, index, path=path)
    except RequestError as problem:
        return Malformed(index, _id(obj, index), problem)


def read_sample(obj: object, index: int, *, path: str | None = None) -> Sample:
    """Read one sample; `path` is where it stands (`[index]` when not given). A sample without a rollout is valid.

    Raises RequestError, with the path of the field, for what is no sample or is no use in one.
    """
    path = f"[{index}]" if path is None else path
    if not isinstance(obj, dict):
        raise RequestError(f"a sample must be an object, not {_kind(obj)}", path=path)
    completion, code = _rollout(obj, path)
    try:
        reference = find_reference(obj, path)
    except RecursionError:
        raise RequestError("is nested too deeply", path=path) from None
    return Sample(index, _id(obj, index), path, completion, code, reference)


def _id(obj: object, index: int) -> object:
    """The sample's id just as it came, or what stands in for a missing one. An id that strict JSON in UTF-8 can't
    carry (NaN, half a surrogate pair) counts as missing: sent back it would cost the whole response."""
    if isinstance(obj, dict):
        metadata = obj.get("metadata")
        inner = metadata if isinstance(metadata, dict) else {}
        if "id" in obj and _sendable(obj["id"]):
            return obj["id"]
        for holder, key in ((obj, "my_key"), (inner, "my_key"), (inner, "key"), (inner, "id")):
            if holder.get(key) is not None and _sendable(holder[key]):
                return holder[key]
    return f"sample-{index}"


def _sendable(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError):
        return False
    return True


def _rollout(obj: Mapping[str, object], path: str) -> tuple[str | None, str | None]:
    """The completion and, in the short form, the code. The order matters: datasets have columns of these names that
    hold the *right answer* (`response` in SageMaker's evaluation, `completion` in LeetCodeDataset, `code` in MBPP), so
    the form that a trainer fills in comes first, and `code` counts only where nothing else could be the rollout."""
    messages = obj.get("messages")
    if messages is not None and not isinstance(messages, list):
        raise RequestError("must be a list of messages", path=join_path(path, "messages"))
    if messages:
        return _last_turn(messages, join_path(path, "messages")), None
    if "model_response" in obj:
        return _text(obj["model_response"], join_path(path, "model_response")), None
    if "response" in obj and ("data_source" in obj or "reward_model" in obj):
        return _text(obj["response"], join_path(path, "response")), None
    completion = obj.get("completion")
    if isinstance(completion, list) and any(isinstance(turn, dict) and "role" in turn for turn in completion):
        return _last_turn(completion, join_path(path, "completion")), None
    if completion is not None:
        return _text(completion, join_path(path, "completion")), None
    prompt = obj.get("prompt")
    if isinstance(prompt, list) and prompt and _is_assistant(prompt[-1]):
        return _last_turn(prompt, join_path(path, "prompt")), None
    if "code" in obj and not any(key in obj for key in _ROLLOUT_KEYS if key != "code"):
        code = obj["code"]
        if code is not None and not isinstance(code, str):
            raise RequestError(f"must be text, not {_kind(code)}", path=join_path(path, "code"))
        return None, code
    return None, None


def _is_assistant(turn: object) -> bool:
    return isinstance(turn, dict) and turn.get("role") in ASSISTANT_ROLES


def _last_turn(messages: list[object], path: str) -> str | None:
    """Text of the last assistant turn; None where there is none. Its reasoning, in a field of its own, is left out."""
    for number in range(len(messages) - 1, -1, -1):
        turn = messages[number]
        if not isinstance(turn, dict):
            raise RequestError(f"a message must be an object, not {_kind(turn)}", path=f"{path}[{number}]")
        if _is_assistant(turn):
            return _text(turn.get("content"), f"{path}[{number}].content")
    return None


def _text(content: object, path: str) -> str | None:
    """Text of a message's content: text, a list of parts, one part, or null. Parts that are not text are left out."""
    if content is None or isinstance(content, str):
        return content
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        raise RequestError(f"must be text or a list of parts, not {_kind(content)}", path=path)
    texts = []
    for number, part in enumerate(content):
        if isinstance(part, str):
            texts.append(part)
        elif not isinstance(part, dict):
            raise RequestError(f"a part must be an object, not {_kind(part)}", path=f"{path}[{number}]")
        elif part.get("type", "text") in ("text", "output_text"):
            text = part.get("text", "")
            if not isinstance(text, str):
                raise RequestError(f"must be text, not {_kind(text)}", path=f"{path}[{number}].text")
            texts.append(text)
    return "\n".join(texts)


def _kind(value: object) -> str:
    """What a JSON value is called in messages. Never the value itself: it may be an answer."""
    names = {type(None): "null", bool: "a boolean", int: "a number", float: "a number", str: "text", list: "a list"}
    return names.get(type(value), "an object" if isinstance(value, dict) else f"a {type(value).__name__}")
