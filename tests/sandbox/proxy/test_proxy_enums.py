"""Enums and dataclasses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = "import solution\nfrom solution import *\nimport solution as s\n"

CASES = {
    "enum basic": """
show(Color.RED.name, Color.RED.value, Color(2) is Color.GREEN, Color['RED'] is Color.RED)
show([c.name for c in Color], len(Color), Color.RED in Color, Color.RED is Color.RED)
show(Color.RED == Color.RED, Color.RED != Color.GREEN, Color.RED == 1, isinstance(Color.RED, Color))
""",
    "enum repr": """
show(repr(Color.RED), str(Color.RED), f'{Color.RED}', repr(Auto.A), str(Auto.A), repr(IC.LOW))
show(str(IC.LOW), repr(Perm.R), str(Sz.S), f'{IC.LOW}', '%s' % Sz.S)
""",
    "enum alias": """
show(Color.CRIMSON is Color.RED, list(Color.__members__), Color['CRIMSON'].name)
""",
    "enum methods": """
show(Color.RED.nice, Color.RED.next() is Color.GREEN, Color.parse('green').value)
""",
    "enum bad": """
try:
    Color(9)
except ValueError as e:
    show(str(e))
try:
    Color['X']
except KeyError as e:
    show(str(e))
try:
    Color.X
except AttributeError as e:
    show('X' in str(e))
""",
    "enum set": """
try:
    Color.RED.value = 3
except AttributeError as e:
    show(str(e))
try:
    Color.RED = 3
except AttributeError as e:
    show(str(e))
""",
    "enum isinstance": """
import enum
show(isinstance(Color.RED, enum.Enum), issubclass(Color, enum.Enum), isinstance(IC.LOW, int))
show(isinstance(IC.LOW, enum.IntEnum), issubclass(IC, int), isinstance(Perm.R, enum.Flag), isinstance(Sz.S, str))
show(issubclass(Color, enum.Flag), isinstance(Perm.R, enum.IntFlag))
""",
    "enum class": """
show(Color.RED.__class__ is Color, type(Color.RED) is Color, type(Color.RED).__name__)
""",
    "enum hash": """
show({Color.RED: 1}[Color.RED], Color.RED in {Color.RED})
show(len({Color.RED, Color.GREEN, Color.CRIMSON}), hash(Color.RED) == hash(Color.RED))
""",
    "enum iter": """
show(list(Color) == [Color.RED, Color.GREEN], [a.value for a in Auto])
show(sorted(Color, key=lambda c: -c.value)[0].name, list(reversed(Color))[0].name)
show(dict(((c.name, c.value) for c in Color)))
""",
    "enum members": """
show({k: v.value for k, v in Color.__members__.items()})
""",
    "enum in": """
show(Color.RED in (Color.RED, Color.GREEN), Color.RED in [Color.GREEN])
""",
    "enum contains": """
import sys
try:
    show(1 in IC)
except TypeError as e:
    show(type(e).__name__)
""",
    "int enum": """
show(IC.LOW == 1, IC.LOW < IC.HIGH, IC.HIGH + 1, sorted([IC.HIGH, IC.LOW])[0].name, IC(10).name)
show(max(IC).name, IC.LOW < 5, [0, 1, 2][IC.LOW], IC.HIGH > IC.LOW, int(IC.HIGH), 1 == IC.LOW)
show(IC.LOW in [1], {1: 'a'}[IC.LOW])
""",
    "flag": """
p = Perm.R | Perm.W
show(Perm.R in p, Perm.X in p, p.value, p == Perm.W | Perm.R, p & Perm.R is Perm.R)
show(bool(Perm.R & Perm.X), (~Perm.R).value, p ^ Perm.R is Perm.W, Perm(6) == p, Perm(0).value)
show(repr(p), str(p))
""",
    "flag iter": """
show([m.name for m in Perm.R | Perm.X], len(Perm.R | Perm.X))
""",
    "int flag": """
show(IP.A | IP.B == 3, IP.A | IP.B, bool(IP.A & 2), isinstance(IP.A | IP.B, IP))
show((IP.A | IP.B).value, (IP.A | IP.B) - 1)
""",
    "str enum": """
show(Sz.S == 'small', Sz.L, Sz.S.upper(), Sz('small') is Sz.S, 'x' + Sz.S, Sz.S in ['small'])
show(Mode.ON == 'on', Mode('on') is Mode.ON, Mode.ON.value, len(Sz.S), {'small': 1}[Sz.S])
""",
    "enum init": """
show(Planet.EARTH.m, Planet.MARS.value, Planet((1.0, 2.0)) is Planet.EARTH)
""",
    "enum arg": """
show(ident(Color.RED) is Color.RED, isin(Color.RED, Color), add(IC.LOW, 2))
""",
    "enum match": """
match Color.RED:
    case Color.GREEN:
        show('g')
    case Color.RED:
        show('r')
""",
    "enum attrs name": """
show(IC.LOW.name, IC.LOW.value, Perm.R.name, Sz.S.name)
""",
    "enum doc dir": """
show([n for n in dir(Color) if not n.startswith('_')], Color.__name__)
""",
    "enum functional sub": """
import enum
class E(enum.Enum):
    A = s.Color.RED
show(E.A.value is Color.RED)
""",
    "dc basic": """
p = P(1)
show(p, p == P(1), p != P(2), p.x, p.tags, p == (1, 2, []), P(1, 3) == P(1, 3), repr(p))
p.x = 5
show(p)
""",
    "dc dataclasses": """
import dataclasses as d
p = P(1)
show(d.is_dataclass(p), d.is_dataclass(P), d.asdict(p), d.astuple(p), [f.name for f in d.fields(P)])
show(d.replace(p, x=7), [f.name for f in d.fields(p)], d.replace(F(1), a=2))
""",
    "dc fields": """
import dataclasses as d
show([(f.name, f.type) for f in d.fields(F)], [f.default for f in d.fields(F)][1])
show(d.fields(Post)[1].init, d.fields(Post)[2].repr, d.fields(P)[0].default is d.MISSING)
""",
    "dc fields factory": """
import dataclasses as d
show(d.fields(P)[2].default_factory())
""",
    "dc nested": """
import dataclasses as d
n = Nest(P(1), [P(2), {'a': P(3)}])
show(d.asdict(n), n.p.y, n == Nest(P(1), [P(2), {'a': P(3)}]))
""",
    "dc frozen": """
f = F(1)
try:
    f.a = 2
except Exception as e:
    show(type(e).__name__, str(e))
import dataclasses
try:
    f.a = 3
except dataclasses.FrozenInstanceError:
    show('frozen')
try:
    del f.a
except AttributeError:
    show('ae')
show(hash(F(1)) == hash(F(1)), {F(1): 2}[F(1)])
""",
    "dc frozen pytest": """
import pytest, dataclasses
with pytest.raises(dataclasses.FrozenInstanceError):
    F(1).a = 2
show('ok')
""",
    "dc params": """
show(F.__dataclass_params__.frozen, F.__dataclass_params__.order, P.__dataclass_params__.frozen)
""",
    "dc order": """
show(F(1) < F(2), F(1, 'a') <= F(1, 'b'), sorted([F(3), F(1)]), max(F(1), F(2)))
try:
    P(1) < P(2)
except TypeError as e:
    show(str(e))
""",
    "dc slots": """
v = Sl(1)
show(v.a, v == Sl(1), Sl.__slots__)
try:
    v.q = 1
except AttributeError:
    show('no')
""",
    "dc post": """
v = Post(4)
show(v, v.b, v.secret, Post.K, v == Post(4))
""",
    "dc match_args": """
match P(1, 5):
    case P(x, y):
        show(x, y)
show(P.__match_args__)
""",
    "dc vars": """
show(vars(P(1)), P.__annotations__)
""",
    "dc unhash": """
try:
    hash(P(1))
except TypeError as e:
    show(str(e))
""",
    "dc bad": """
try:
    P()
except TypeError as e:
    show(str(e))
""",
    "dc sub": """
import dataclasses
@dataclasses.dataclass
class Q(P):
    z: int = 4
q = Q(1, z=6)
show(q.z, q.x, q == Q(1, z=6), dataclasses.asdict(q), repr(q))
""",
    "dc shared default": """
p = P(1)
p.tags.append('t')
show(p.tags, P(1).tags)
""",
    "dc copy": """
import copy
p = P(1, tags=[1])
c = copy.copy(p)
d = copy.deepcopy(p)
show(c == p, d == p, c is p)
""",
}


@pytest.mark.parametrize("case", CASES)
def test_enums_and_dataclasses_work_as_beside_the_plain_module(same: Callable[[str, str], None], case: str) -> None:
    same("data", PRELUDE + CASES[case])
