"""Whatever bytes a cell writes, the keeper reads values, refusals of its own, and nothing else."""

from __future__ import annotations

import json
import math
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from verifier.sandbox import protocol, values
from verifier.sandbox.facts import asked_modules
from verifier.suite.checkers import check_value
from verifier.suite.model import Checker

PLAIN = (type(None), bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, range, values.Opaque)
LIBRARY = ("Decimal", "Fraction", "date", "time", "datetime", "timedelta")
CHECKERS = [Checker(name=name) for name in ("exact", "float", "unordered", "set", "any_of", "json", "tokens", "lines")]
EXPECTED = (None, 1, 1.5, "text", [1, 2], {"a": [1]}, {1, 2}, (1, "x"), float("nan"), 10**30)

quickly = settings(max_examples=300)

TAGS = st.sampled_from([*"mdtsfibcrDFTx", "", "z", "mm"])
ATOMS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**19), 10**19)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["0x1", "-0x1f", "0x", "sNaN", "1e999999999", "-Infinity", "NaN", "zz", "2026-01-31", "date", "T"]
    )
)
TREES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(TAGS, inner, min_size=1, max_size=2)
        | st.builds(lambda tag, body: {tag: body}, TAGS, inner)
        | st.builds(lambda tag, body: {tag: body}, TAGS, st.lists(st.lists(inner, min_size=2, max_size=2), max_size=3))
    ),
    max_leaves=12,
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.complex_numbers(allow_nan=False)
    | st.fractions()
    | st.decimals(allow_nan=False)
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.timedeltas()
    | st.builds(range, st.integers(-9, 9), st.integers(-9, 9)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=4)
        | st.dictionaries(st.integers() | st.tuples(st.text()), inner, max_size=4)
        | st.sets(st.integers() | st.text(), max_size=4)
        | st.frozensets(st.integers(), max_size=4)
    ),
    max_leaves=12,
)


def _read(data: bytes) -> object:
    """The decoded value; `values.NotPlain` itself where it was refused."""
    try:
        return values.loads(data)
    except values.NotPlain:
        return values.NotPlain


def _is_exact(value: object) -> bool:
    kind = type(value)
    if kind in (list, tuple, set, frozenset):
        return all(map(_is_exact, value))
    if kind is dict:
        return all(map(_is_exact, value)) and all(map(_is_exact, value.values()))
    return kind in PLAIN or kind.__name__ in LIBRARY


@quickly
@given(st.binary(max_size=300))
@example(b"")
@example(b" 1")
@example(b"1 ")
@example(b"[" * 100_000)
@example(b'{"t":' * 100_000)
@example(b"9" * 100_000)
@example(b'{"i":"0x' + b"f" * 1_000_000 + b'"}')
@example(b'{"r":[0,{"i":"0x' + b"f" * 99 + b'"},1]}')
@example(b'{"F":["0x1","0x0"]}')
@example(b'{"s":[{"D":"sNaN"}]}')
@example(b'{"s":[[1]]}')
@example(b'{"d":[[1]]}')
@example(b'{"T":["timedelta",[1e400,0,0]]}')
@example(b'{"T":[["date"],"x"]}')
@example(b'{"c":["1",2]}')
@example(b'{"b":"\\ud800"}')
@example(b'"\\ud800"')
@example(b"\xff")
def test_any_bytes_are_a_value_or_refused(data):
    value = _read(data)
    assert value is values.NotPlain or _is_exact(value)


@quickly
@given(TREES)
def test_any_json_is_a_value_or_refused(tree):
    value = _read(json.dumps(tree).encode())
    assert value is values.NotPlain or _is_exact(value)


@quickly
@given(TREES, st.sampled_from(EXPECTED), st.sampled_from(CHECKERS))
@example({"D": "sNaN"}, 1, CHECKERS[0])
@example({"D": "1e999999999"}, 1.5, CHECKERS[1])
@example({"r": [0, 10**17, 1]}, [1, 2], CHECKERS[2])
@example({"x": "int"}, 1, CHECKERS[0])
def test_what_was_read_can_be_compared_with_anything(tree, expected, checker):
    value = _read(json.dumps(tree).encode())
    if value is not values.NotPlain:
        outcome = check_value(value, expected, checker)
        assert outcome.accepted in (True, False)
        assert outcome.reason.isprintable()


@quickly
@given(VALUES)
def test_what_is_written_is_read_back(value):
    assert values.loads(values.dumps(value)) == value


@quickly
@given(st.floats())
def test_every_float_is_read_back(value):
    found = values.loads(values.dumps([value]))[0]
    assert found == value or (math.isnan(found) and math.isnan(value))


@pytest.mark.parametrize("make", ['{"i":"0x%x"}', '{"D":"%d"}', '{"t":[{"i":"0x%x"}]}', '{"F":["0x%x","0x1"]}'])
@pytest.mark.parametrize("shape", ['{"s":[%s]}', '{"f":[%s]}', "keys"])
def test_numbers_that_share_a_hash_are_refused_in_sets_and_dicts(make, shape):
    numbers = [make % ((2**61 - 1) * n) for n in range(1, values.MAX_SAME_HASH + 3)]
    body = f'{{"d":[{",".join(f"[{n},1]" for n in numbers)}]}}' if shape == "keys" else shape % ",".join(numbers)
    assert _read(body.encode()) is values.NotPlain


def test_honest_elements_share_hashes_too():
    """Those of -1 and -2 are the same, so a grid around the origin has a pair of such points for each row."""
    grid = {(x, y) for x in range(-100, 100) for y in range(-100, 100)}
    assert len(grid) - len(set(map(hash, grid))) > values.MAX_SAME_HASH
    assert values.loads(values.dumps(grid)) == grid
    assert values.loads(values.dumps([dict.fromkeys(grid, 1), grid])) == [dict.fromkeys(grid, 1), grid]
    path = {frozenset((n, n + 1)) for n in range(60_000)}
    assert values.loads(values.dumps(path)) == path


def test_fractions_that_take_long_to_make_are_refused():
    assert _read(b'{"F":["0x%s","0x%s"]}' % (b"f1" * 10_000, b"e3" * 10_000)) is values.NotPlain
    large = Fraction(7**20_000, 2**60_000)
    assert values.loads(values.dumps(large)) == large
    with pytest.raises(values.NotPlain):
        values.dumps(Fraction(7**30_000, 2**60_000))


def test_large_integers_and_decimals_that_share_a_hash_are_refused():
    decimal, integer = b'{"D":"5"}', b'{"i":"0x%x"}' % (5 + (2**61 - 1) * (1 << 70_000))
    for body in (b'{"s":[%s,%s]}', b'{"s":[{"t":[%s]},{"t":[%s]}]}', b'{"d":[[%s,1],[%s,2]]}', b'{"f":[%s,%s]}'):
        assert _read(body % (decimal, integer)) is values.NotPlain
    assert len(_read(b"[%s,%s]" % (decimal, integer))) == 2
    assert len(_read(b'[%s,%s,{"s":[1,2,%s]}]' % (decimal, integer, integer))) == 3


def test_a_large_honest_set_is_read():
    large = set(range(50_000))
    assert values.loads(values.dumps(large)) == large


# Frames and control packets


@quickly
@given(st.lists(st.binary(max_size=40), max_size=8), st.data())
def test_frames_come_out_as_they_went_in_however_they_are_cut(payloads, data):
    stream = b"".join(map(protocol.frame, payloads))
    reader, found = protocol.FrameReader(64), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += reader.feed(stream[:size])
        stream = stream[size:]
    assert found == payloads


@quickly
@given(st.lists(st.binary(max_size=400), max_size=8), st.integers(0, 64))
@example([b"\xff\xff\xff\xff"], 64)
@example([b"\0\0\0\0" * 100], 0)
def test_any_stream_is_frames_within_the_bound_or_refused(pieces, bound):
    reader, held = protocol.FrameReader(bound), 0
    for piece in pieces:
        held += len(piece)
        try:
            frames = reader.feed(piece)
        except ValueError:
            return
        assert all(len(frame) <= bound for frame in frames)
        held -= sum(len(frame) + 4 for frame in frames)
        assert 0 <= held < bound + 4


@quickly
@given(st.binary(max_size=200) | TREES.map(lambda tree: json.dumps(tree).encode()))
@example(b"[" * 100_000)
def test_a_control_packet_is_an_object_or_refused(packet):
    try:
        message = protocol.unpack(packet)
    except ValueError:
        return
    assert type(message) is dict


@quickly
@given(st.binary(max_size=200) | TREES.map(lambda tree: json.dumps(tree).encode()))
@example(b'["numpy",5,["x"],null]')
@example(b"[" * 100_000)
def test_modules_that_are_asked_for_have_names(body):
    assert all(type(name) is str for name in asked_modules(b"N" + body))
