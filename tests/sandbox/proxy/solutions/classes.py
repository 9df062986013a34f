"""A submission: classes of all kinds."""

# ruff: noqa
import functools, abc


class V:
    """A vector."""

    dims = 2
    made = 0

    def __init__(self, x, y):
        self.x, self.y = (x, y)
        V.made += 1

    def __repr__(self):
        return f"V({self.x}, {self.y})"

    def __add__(self, o):
        return (
            V(self.x + o.x, self.y + o.y)
            if isinstance(o, V)
            else V(self.x + o, self.y + o)
            if isinstance(o, int)
            else NotImplemented
        )

    def __radd__(self, o):
        return V(o + self.x, o + self.y) if isinstance(o, int) else NotImplemented

    def __iadd__(self, o):
        self.x += o.x
        self.y += o.y
        return self

    def __sub__(self, o):
        return V(self.x - o.x, self.y - o.y)

    def __rsub__(self, o):
        return V(o - self.x, o - self.y)

    def __mul__(self, k):
        return V(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __matmul__(self, o):
        return V(self.x * o.x, self.y * o.y)

    def __neg__(self):
        return V(-self.x, -self.y)

    def __pos__(self):
        return self

    def __abs__(self):
        return (self.x**2 + self.y**2) ** 0.5

    def __invert__(self):
        return V(self.y, self.x)

    def __bool__(self):
        return bool(self.x or self.y)

    def __eq__(self, o):
        return (self.x, self.y) == (o.x, o.y) if isinstance(o, V) else NotImplemented

    def __hash__(self):
        return hash((self.x, self.y))

    def __lt__(self, o):
        return (self.x, self.y) < (o.x, o.y)

    def __le__(self, o):
        return (self.x, self.y) <= (o.x, o.y)

    def __len__(self):
        return 2

    def __getitem__(self, i):
        return (self.x, self.y)[i]

    def __setitem__(self, i, v):
        setattr(self, "xy"[i], v)

    def __delitem__(self, i):
        setattr(self, "xy"[i], None)

    def __iter__(self):
        return iter((self.x, self.y))

    def __reversed__(self):
        return iter((self.y, self.x))

    def __contains__(self, v):
        return v in (self.x, self.y)

    def __call__(self, *a, **k):
        return (self.x, a, k)

    def __format__(self, spec):
        return f"<{self.x:{spec}}>"

    def __int__(self):
        return int(self.x)

    def __float__(self):
        return float(self.x)

    def __index__(self):
        return self.x

    def __complex__(self):
        return complex(self.x, self.y)

    def __round__(self, n=None):
        return V(round(self.x, n), round(self.y, n))

    def __divmod__(self, k):
        return (V(self.x // k, self.y // k), V(self.x % k, self.y % k))

    def __floordiv__(self, k):
        return V(self.x // k, self.y // k)

    def __truediv__(self, k):
        return V(self.x / k, self.y / k)

    def __mod__(self, k):
        return V(self.x % k, self.y % k)

    def __pow__(self, k, m=None):
        return V(pow(self.x, k, m), pow(self.y, k, m))

    def __lshift__(self, k):
        return V(self.x << k, self.y << k)

    def __and__(self, o):
        return V(self.x & o.x, self.y & o.y)

    def __or__(self, o):
        return V(self.x | o.x, self.y | o.y)

    def __xor__(self, o):
        return V(self.x ^ o.x, self.y ^ o.y)

    def __bytes__(self):
        return bytes([self.x, self.y])

    def __dir__(self):
        return ["x", "y", "zz"]

    def __trunc__(self):
        return 7

    def __floor__(self):
        return 8

    def __ceil__(self):
        return 9

    @property
    def norm(self):
        """The norm."""
        return abs(self.x) + abs(self.y)

    @norm.setter
    def norm(self, v):
        self.x, self.y = (v, 0)

    @norm.deleter
    def norm(self):
        self.x = self.y = 0

    @property
    def ro(self):
        return 1

    @functools.cached_property
    def slow(self):
        return [self.x]

    @classmethod
    def zero(cls):
        return cls(0, 0)

    @staticmethod
    def twice(n):
        return 2 * n

    def method(self, a, b=2, *, c=3):
        """Doc."""
        return (a, b, c)


class W(V):
    def __init__(self, x, y, z=0):
        super().__init__(x, y)
        self.z = z

    def __repr__(self):
        return f"W({self.x}, {self.y}, {self.z})"


class Plain:
    def __init__(self, v=None):
        self.v = v


class Slots:
    __slots__ = ("a", "b")

    def __init__(self, a):
        self.a = a


class Get:
    def __init__(self):
        self.real = 1

    def __getattr__(self, n):
        if n.startswith("x"):
            return n * 2
        raise AttributeError(f"no {n}")


class GetAll:
    def __getattribute__(self, n):
        return "got " + n if not n.startswith("__") else object.__getattribute__(self, n)


class Set:
    def __setattr__(self, n, v):
        if n == "bad":
            raise ValueError("not bad")
        object.__setattr__(self, n, v)

    def __delattr__(self, n):
        raise TypeError("kept " + n)


class Desc:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, obj, owner=None):
        return self if obj is None else obj.__dict__.get("_" + self.name, 0)

    def __set__(self, obj, v):
        if v < 0:
            raise ValueError("negative")
        obj.__dict__["_" + self.name] = v


class HasDesc:
    d = Desc()


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...

    def twice(self):
        return 2 * self.area()


class Square(Shape):
    def __init__(self, a):
        self.a = a

    def area(self):
        return self.a**2


class Reg:
    known = []

    def __init_subclass__(cls, tag=None, **k):
        super().__init_subclass__(**k)
        cls.tag = tag
        Reg.known.append(cls.__name__)


class RegA(Reg, tag="a"):
    pass


class Meta(type):
    def __new__(m, n, b, ns):
        c = super().__new__(m, n, b, ns)
        c.stamp = n.lower()
        return c

    def __call__(cls, *a):
        o = super().__call__(*a)
        o.via = "meta"
        return o

    def __len__(cls):
        return 42

    def shout(cls):
        return cls.__name__ + "!"

    @property
    def mp(cls):
        return 11


class WithMeta(metaclass=Meta):
    def __init__(self, v=1):
        self.v = v


class Single:
    _it = None

    def __new__(cls):
        if cls._it is None:
            cls._it = super().__new__(cls)
        return cls._it


class Cmp:
    def __init__(self, v):
        self.v = v

    def __lt__(self, o):
        return self.v < o.v


@functools.total_ordering
class Tot:
    def __init__(self, v):
        self.v = v

    def __eq__(self, o):
        return self.v == o.v

    def __lt__(self, o):
        return self.v < o.v

    def __repr__(self):
        return f"Tot({self.v})"


class Outer:
    class Inner:
        n = 5

        def __init__(self, q=1):
            self.q = q

    def make(self):
        return self.Inner(9)


class Mixin:
    def who(self):
        return "mixin " + self.name()


class Chain:
    def __init__(self):
        self.log = []

    def a(self):
        self.log.append("a")
        return self

    def b(self):
        self.log.append("b")
        return self


class NoEq:
    pass


class EqAll:
    def __eq__(self, o):
        return True


class UnHash:
    def __eq__(self, o):
        return isinstance(o, UnHash)


class Stat:
    items = []
    conf = {"a": 1}

    def add(self, x):
        self.items.append(x)


class Priv:
    def __init__(self):
        self.__secret = 5
        self._prot = 6

    def __hidden(self):
        return 7


class Length:
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n


class Seq:
    def __init__(self, *v):
        self.v = v

    def __getitem__(self, i):
        return self.v[i]

    def __len__(self):
        return len(self.v)


class It:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n


class Hint:
    def __iter__(self):
        return iter([1, 2])

    def __length_hint__(self):
        return 2


class Missing(dict):
    def __missing__(self, k):
        return k * 2


class Path:
    def __fspath__(self):
        return "/tmp/x"


class Ctx:
    def __init__(self):
        self.log = []

    def __enter__(self):
        self.log.append("in")
        return self

    def __exit__(self, k, e, t):
        self.log.append(k.__name__ if k else None)
        return k is not None and issubclass(k, KeyError)


class G:
    def __class_getitem__(cls, k):
        return ("cgi", k)


class Str:
    def __str__(self):
        return "as str"


class Rep:
    def __repr__(self):
        return "as repr"
