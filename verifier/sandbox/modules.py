"""Which modules a cell can import, and from where once it can open no file any more.

A zygote is of one *environment*:

    lean       the modules that most programs import are loaded already; forking it is cheapest
    stdlib     more of them are loaded, every extension module of the standard library is mapped, and the source-less
               code of all others is held in memory, so that any import of the standard library works without a file
    packages   `stdlib` with some installed third-party packages imported on top

A cell finds out for itself what its submission imports, by looking through the compiled code, and says so before it
runs any of it; the keeper then starts it again in the environment that has it (see `needs`).

Standard library only: this module runs inside the jail.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import importlib.machinery
import marshal
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib._bootstrap_external import _LoaderBasics  # type: ignore[attr-defined]
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from importlib.util import MAGIC_NUMBER
from types import CodeType, ModuleType

from verifier.sandbox.adapted import ADAPTED

LEAN = (
    "bisect collections collections.abc copy datetime functools heapq itertools json math operator os random re "
    "string sys threading time typing"
).split()
"""Loaded in every zygote. Each costs every fork some 15 microseconds, so only what many submissions import."""

LEAN_ON_DEMAND = (
    "_strptime calendar locale encodings.idna encodings.punycode encodings.utf_16 encodings.utf_32"
).split()
"""Held in memory in the lean environment, since its modules import these lazily; with them, all of `encodings`."""

STDLIB = (
    "abc argparse array ast asyncio base64 binascii calendar cmath concurrent.futures.thread contextlib copyreg csv "
    "dataclasses decimal difflib enum errno fractions gc graphlib hashlib inspect io keyword locale logging numbers "
    "pathlib pprint queue resource secrets select selectors shlex signal socket statistics struct tempfile textwrap "
    "timeit tokenize traceback types unicodedata urllib.parse uuid warnings weakref zlib zoneinfo"
).split()
"""Loaded beside LEAN in the other environments."""

STDLIB_PATH = os.path.dirname(os.path.abspath(os.__file__))
"""Not from `sysconfig`, which would load the interpreter's whole build configuration into every fork."""

PACKAGE_MODULES = {
    "numpy": "numpy.fft numpy.lib.stride_tricks numpy.linalg numpy.ma numpy.polynomial numpy.random",
    "scipy": (
        "scipy.fft scipy.integrate scipy.interpolate scipy.linalg scipy.ndimage scipy.optimize scipy.signal "
        "scipy.sparse scipy.sparse.csgraph scipy.sparse.linalg scipy.spatial scipy.special scipy.stats"
    ),
}
"""Parts of packages that they load when first used, and that hold extension modules: loaded with the package."""

LEFT_OUT = frozenset(
    (
        "antigravity ensurepip idlelib lib2to3 pip setuptools site sitecustomize test this tkinter turtle turtledemo "
        "usercustomize venv"
    ).split()
)
"""Of the standard library, not importable in a cell: they open windows or browsers, or install things."""

DYNAMIC = frozenset({"__import__", "exec", "eval", "importlib"})
"""Names in a program's code that can import what no scan finds: such a program gets the whole standard library."""

CODECS = frozenset(
    (
        "base64 base64_codec big5 big5hkscs bz2 bz2_codec cp932 cp949 cp950 euc_jp euc_jis_2004 euc_kr gb18030 gb2312 "
        "gbk hex hex_codec hz idna iso2022_jp iso2022_kr johab namereplace punycode quopri rot13 rot_13 shift_jis sjis "
        "uu zip zlib zlib_codec"
    ).split()
)
"""Encodings, and ways to treat errors of them, that need modules which the lean environment lacks."""

LITTLE_CODE_BYTES = 1 << 20
"""Of held code: so much costs a fork less than one more module does."""

_IMPORT_NAME = importlib.import_module("opcode").opmap["IMPORT_NAME"]
_IMPORT_FROM = importlib.import_module("opcode").opmap["IMPORT_FROM"]
_EXTENDED_ARG = importlib.import_module("opcode").opmap["EXTENDED_ARG"]
_CO_COROUTINE = 0x0080 | 0x0200  # inspect.CO_COROUTINE | CO_ASYNC_GENERATOR, without importing inspect


def code_objects(code: CodeType) -> Iterator[CodeType]:
    """`code` and all that is nested in it."""
    stack = [code]
    while stack:
        code = stack.pop()
        yield code
        stack.extend(c for c in code.co_consts if isinstance(c, CodeType))


def imported_names(code: CodeType) -> set[str]:
    """Dotted names of the modules that `code` imports by statement, and DYNAMIC names that it mentions.

    The name of a rare encoding counts as an import of `codecs`, and an `async def` as one of asyncio: the cell drives a
    coroutine that an entry point returns.
    """
    found: set[str] = set()
    for part in code_objects(code):
        if part.co_flags & _CO_COROUTINE:
            found.add("asyncio")
        names = part.co_names
        if "Protocol" in names:  # its isinstance() needs `inspect`, from Python 3.12 on
            found.add("inspect")
        if any(_names_codec(constant) for constant in part.co_consts):
            found.add("codecs")
        found.update(DYNAMIC.intersection(names))
        raw, extended, package = part.co_code, 0, ""
        for position in range(0, len(raw), 2):
            op, argument = raw[position], raw[position + 1] | extended
            extended = argument << 8 if op == _EXTENDED_ARG else 0
            if op == _IMPORT_NAME:
                package = names[argument]
                found.add(package)
            elif op == _IMPORT_FROM and _is_module_in(package, names[argument]):
                found.add(f"{package}.{names[argument]}")
    return found


def _is_module_in(package: str, name: str) -> bool:
    """Whether `from package import name` imports a module, as far as the package is loaded."""
    loaded = sys.modules.get(package)
    return loaded is not None and "__path__" in vars(loaded) and name not in vars(loaded)


def _names_codec(constant: object) -> bool:
    if type(constant) is tuple:
        return any(_names_codec(part) for part in constant)
    return type(constant) is str and len(constant) < 16 and constant.lower().replace("-", "_") in CODECS


def needs(code: CodeType, environment: Environment) -> list[str]:
    """What must be loaded before `code` runs and isn't in `environment`: "stdlib", or names of allowed packages."""
    missing: set[str] = set()
    for name in imported_names(code):
        top = name.partition(".")[0]
        if name in DYNAMIC or top in sys.stdlib_module_names:
            wanted = name in DYNAMIC or name == "codecs" or not environment.has(name)
            if wanted and not environment.whole_stdlib:
                missing.add("stdlib")
        elif top in environment.allowed and top not in environment.packages:
            missing.update(("stdlib", top))
    return sorted(missing)


class Environment:
    """What a zygote has loaded, and the importer that serves the rest from memory."""

    def __init__(self, packages: Sequence[str], allowed: Sequence[str], *, whole_stdlib: bool) -> None:
        self.packages = frozenset(packages)
        self.allowed = frozenset(allowed)
        self.whole_stdlib = whole_stdlib
        self._code = HeldCode()
        self._extensions: dict[str, str] = {}

    def has(self, name: str) -> bool:
        return name in sys.modules or name in sys.builtin_module_names or name in self._code

    def load(self) -> None:
        """Imports, maps and reads what this environment promises. Raises ImportError naming what failed."""
        with no_fork_hooks():
            self._load()
        if "random" in sys.modules:
            sys.modules["random"].seed("")  # from Python 3.12 on, a text is the first thing that it needs a module for
            sys.modules["random"].seed(0)

    def _load(self) -> None:
        _import_all(LEAN)
        if not self.whole_stdlib:
            self._read_code(lambda name: name.startswith("encodings") or name in LEAN_ON_DEMAND)
            return
        _import_all(name for name in STDLIB if name in sys.modules or _exists(name))
        from verifier.sandbox import eventloop

        eventloop.install()
        _let_paths_be_missing()
        self._map_extensions()
        self._read_code(lambda name: True)  # what is loaded too: it may be loaded anew
        self._read_timezones()
        if self.packages:
            sys.path.extend(site_packages())
            _import_all(sorted(self.packages))
            for package in sorted(self.packages):
                for name in PACKAGE_MODULES.get(package, "").split():
                    with contextlib.suppress(ImportError):  # another version may lack it
                        importlib.import_module(name)

    def hold_stdlib(self) -> None:
        """Reads the code of the whole standard library, of which nothing more is loaded for that."""
        self._read_code(lambda name: name not in sys.modules)

    def hold_package(self, package: str) -> None:
        """Reads the code of all modules of a package that is loaded."""
        where = getattr(sys.modules[package], "__path__", None)
        for root in list(where or ()):
            for name, path, is_package in _sources(root, package + "."):
                if name not in sys.modules and ".tests" not in name:
                    with contextlib.suppress(OSError, ValueError, SyntaxError):
                        self._code.add(name, _bytecode(path), is_package)

    def seal(self) -> None:
        """After this, imports touch no file: what isn't loaded or held in memory is ModuleNotFoundError."""
        for package in self.packages:
            self.hold_package(package)  # the rest of it, which numpy and others import lazily
        self._code.seal()
        sys.meta_path[:] = [
            importlib.machinery.BuiltinImporter,
            importlib.machinery.FrozenImporter,
            MemoryImporter(self._code, self._extensions),
        ]
        sys.path_hooks.clear()
        sys.path_importer_cache.clear()
        sys.path.clear()

    def _read_code(self, wanted: Callable[[str], bool]) -> None:
        for name, path, is_package in _sources(STDLIB_PATH):
            if wanted(name) and name.partition(".")[0] not in LEFT_OUT:
                with contextlib.suppress(OSError, ValueError, SyntaxError):
                    self._code.add(name, _bytecode(path), is_package)

    def _map_extensions(self) -> None:
        """Maps every extension module without running it. The dynamic linker opens no file for a path it already
        holds, so that a cell can still import these after its descriptor lock."""
        import ctypes

        folder = os.path.join(STDLIB_PATH, "lib-dynload")
        for entry in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            name = entry.partition(".")[0]
            if "test" in name or name in ("_tkinter", "xxlimited", "xxlimited_35", "xxsubtype"):
                continue
            path = os.path.join(folder, entry)
            with contextlib.suppress(OSError):
                if name not in sys.modules:
                    ctypes.CDLL(path, mode=os.RTLD_NOW | os.RTLD_LOCAL)
                self._extensions[name] = path

    def _read_timezones(self) -> None:
        import zoneinfo

        data: dict[str, bytes] = {}
        for root in ("/usr/share/zoneinfo", os.path.join(site_packages()[0], "tzdata/zoneinfo")):
            if os.path.isdir(root) and not data:
                for folder, folders, files in os.walk(root):
                    folders[:] = [f for f in folders if f not in ("posix", "right")]
                    for file in files:
                        path = os.path.join(folder, file)
                        with contextlib.suppress(OSError), open(path, "rb") as stream:
                            content = stream.read(65_536)
                            if content.startswith(b"TZif"):
                                data[os.path.relpath(path, root)] = content
        zoneinfo.reset_tzpath(to=())

        def load_tzdata(key: str) -> object:
            import io

            if key not in data:
                raise zoneinfo.ZoneInfoNotFoundError(f"No time zone found with key {key}")
            return io.BytesIO(data[key])

        def available_timezones() -> set[str]:
            return data.keys() - {"localtime", "posixrules"}

        vars(zoneinfo._common)["load_tzdata"] = load_tzdata
        vars(zoneinfo)["available_timezones"] = available_timezones


class HeldCode:
    """Marshalled code of modules, in one mapping of a file that lies in memory: a fork copies no page tables for it, as
    it would for as much on the heap (some 0.05 ms a megabyte)."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[int, int, bool]] = {}
        self._size = 0
        self._parts: list[bytes] = []
        self._data: memoryview = memoryview(b"")
        try:
            self._fd = os.memfd_create("modules")
        except OSError:
            self._fd = -1

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def add(self, name: str, data: bytes, is_package: bool) -> None:
        self._places[name] = (self._size, len(data), is_package)
        self._size += len(data)
        if self._fd < 0:
            self._parts.append(data)
            return
        written = 0
        while written < len(data):
            written += os.write(self._fd, memoryview(data)[written:])

    def seal(self) -> None:
        """After this nothing can be added."""
        if self._fd < 0:
            self._data = memoryview(b"".join(self._parts))
            self._parts.clear()
            return
        if self._size < LITTLE_CODE_BYTES:
            self._data = memoryview(os.pread(self._fd, self._size, 0))
        else:
            import mmap

            # Private, so that what a cell writes to it nobody else sees.
            self._data = memoryview(mmap.mmap(self._fd, self._size, mmap.MAP_PRIVATE, mmap.PROT_READ))
        os.close(self._fd)

    def get(self, name: str) -> tuple[memoryview, bool]:
        start, size, is_package = self._places[name]
        return self._data[start : start + size], is_package


def _let_paths_be_missing() -> None:
    """In the empty root of a cell every path is refused with EACCES. `Path.exists()` shall be False for it, as
    os.path.exists() is."""
    for name in ("pathlib", "pathlib._abc"):
        ignored = getattr(sys.modules.get(name), "_IGNORED_ERRNOS", None)
        if ignored is not None:
            vars(sys.modules[name])["_IGNORED_ERRNOS"] = (*ignored, errno.EACCES)


class MemoryImporter:
    """Finds modules in code held in memory, and extension modules whose libraries are mapped already."""

    def __init__(self, code: HeldCode, extensions: dict[str, str]) -> None:
        self._code = code
        self._extensions = extensions

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name in self._code:
            data, is_package = self._code.get(name)
            return ModuleSpec(name, _CodeLoader(data), origin="memory", is_package=is_package)
        if name in self._extensions:
            where = self._extensions[name]
            return ModuleSpec(name, ExtensionFileLoader(name, where), origin=where)
        return None


class _CodeLoader(_LoaderBasics):  # type: ignore[misc]
    """The base class is what `importlib.abc` would give, which brings `tempfile`, `shutil` and what they import into
    every fork."""

    def __init__(self, data: memoryview) -> None:
        self._data = data

    def get_code(self, fullname: str) -> CodeType:
        code = marshal.loads(self._data)  # our own interpreter's bytecode, read by the zygote from its own files
        assert isinstance(code, CodeType)
        return code

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        adapt = ADAPTED.get(module.__name__)
        if adapt is not None:
            adapt(module)

    def get_source(self, fullname: str) -> None:
        return None


@contextlib.contextmanager
def no_fork_hooks() -> Iterator[None]:
    """Modules that are imported meanwhile can't register what to run after a fork.

    `threading` renews its locks there and `random` its seed, which doubles the cost of a fork. No lock is ever held
    in a zygote, which has one thread; and that all cells begin with the same seed makes a verdict repeatable.
    """
    register = os.register_at_fork
    os.register_at_fork = lambda **hooks: None
    try:
        yield
    finally:
        os.register_at_fork = register


def site_packages() -> list[str]:
    """Where third-party packages of this interpreter lie; worked out here since the zygote starts without `site`."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    prefix = os.path.dirname(os.path.dirname(sys.executable))
    found = [os.path.join(prefix, "lib", version, "site-packages")]
    if not os.path.exists(os.path.join(prefix, "pyvenv.cfg")):
        found += [os.path.join(STDLIB_PATH, "site-packages"), os.path.join(STDLIB_PATH, "dist-packages")]
        found += [f"/usr/local/lib/{version}/dist-packages", "/usr/lib/python3/dist-packages"]  # Debian's own
    return list(dict.fromkeys(found))


def installed(names: Sequence[str]) -> list[str]:
    """Those of `names` that lie in this interpreter's site-packages."""
    finder = importlib.machinery.PathFinder
    return [name for name in names if finder.find_spec(name, site_packages()) is not None]


def _exists(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names


def _import_all(names: Iterator[str] | Sequence[str]) -> None:
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise ImportError(f"{name}: {error}", name=name) from error


def _sources(root: str, prefix: str = "") -> Iterator[tuple[str, str, bool]]:
    """(module name, path of its source, whether it is a package) of all under `root`."""
    for entry in os.scandir(root):
        if entry.name.endswith(".py"):
            if entry.name != "__init__.py":
                yield prefix + entry.name[:-3], entry.path, False
        elif entry.name.isidentifier() and entry.name not in LEFT_OUT and os.path.exists(entry.path + "/__init__.py"):
            yield prefix + entry.name, entry.path + "/__init__.py", True
            yield from _sources(entry.path, f"{prefix}{entry.name}.")


def _bytecode(path: str) -> bytes:
    """The marshalled code of a source file, from its cached bytecode where that is of this interpreter."""
    try:
        with open(importlib.util.cache_from_source(path), "rb") as stream:
            data = stream.read()
        if data[:4] == MAGIC_NUMBER:
            return data[16:]
    except OSError:
        pass
    with open(path, "rb") as stream:
        return marshal.dumps(compile(stream.read(), path, "exec", dont_inherit=True))
