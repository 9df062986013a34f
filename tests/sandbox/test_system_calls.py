"""Filters of system calls, Landlock and namespaces as this kernel answers: a test is a child that confines itself."""

# ruff: noqa: SIM115 - files that can't be opened need no closing

from __future__ import annotations

import ctypes
import errno
import faulthandler
import marshal
import os
import select
import shutil
import signal
import socket
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from verifier.sandbox import linux, notifications, seccomp

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # Python 3.12 and later, with threads

libc = ctypes.CDLL(None, use_errno=True)


def in_child(body: Callable[[], Any]) -> tuple[Any, int]:
    """What `body` returns in a forked child, and the signal that ended the child (0: none). An exception of `body` is
    returned as its type's name and text."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            result = body()
        except BaseException as error:
            result = f"{type(error).__name__}: {error}"
        os.write(writing, marshal.dumps(result))
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as stream:
        answer = stream.read()
    _, status = os.waitpid(pid, 0)
    return (marshal.loads(answer) if answer else None), os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def _has_filters() -> bool:
    def load() -> bool:
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        linux.load_filter(seccomp.zygote_filter(False))
        return True

    return in_child(load) == (True, 0)


def _abi() -> int:
    try:
        return linux.landlock_abi()
    except OSError:
        return 0


filters = pytest.mark.skipif(not _has_filters(), reason="no filters of system calls here")
landlock = pytest.mark.skipif(_abi() == 0, reason="no Landlock here")
root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may")


def in_cell(body: Callable[[], Any], *, scratch: bool = False) -> tuple[Any, int]:
    prepared = linux.PreparedFilter(*seccomp.CellFilter(scratch=scratch).template)

    def confined() -> Any:
        os.setsid()
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        assert linux.load_filter(seccomp.zygote_filter(False)) is None
        prepared.load(os.getpid())
        return body()

    return in_child(confined)


def errno_of(do: Callable[[], Any]) -> str:
    try:
        do()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "done"


def call(name: str, *args: int) -> int:
    """A system call by number, around the C library and Python. Raises OSError."""
    numbers = linux._numbers
    result = libc.syscall(ctypes.c_long(numbers[name]), *(ctypes.c_long(arg) for arg in args))
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return int(result)


# Processes and signals


@filters
def test_a_fork_is_killed() -> None:
    assert in_cell(os.fork) == (None, signal.SIGSYS)


@filters
def test_programs_that_share_memory_while_they_start_just_fail() -> None:
    def start() -> Any:
        return os.system("exit 7"), errno_of(lambda: os.posix_spawn("/bin/true", ["true"], {}))

    assert in_cell(start) == ((127 << 8, "EPERM"), 0)  # the status of a shell that could not be started


@filters
@pytest.mark.parametrize("scratch", [False, True])
def test_threads_work(scratch: bool) -> None:
    def start() -> Any:
        found: list[int] = []
        threads = [threading.Thread(target=found.append, args=(n,)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(found)

    assert in_cell(start, scratch=scratch) == (list(range(20)), 0)


@filters
@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGTERM])
def test_a_signal_to_someone_else_kills_the_sender(number: int) -> None:
    assert in_cell(lambda: os.kill(os.getppid(), number)) == (None, signal.SIGSYS)
    assert in_cell(lambda: os.kill(-1, number)) == (None, signal.SIGSYS)


@filters
def test_asking_whether_there_is_a_process_is_refused() -> None:
    assert in_cell(lambda: errno_of(lambda: os.kill(os.getppid(), 0))) == ("EPERM", 0)


@filters
def test_signals_to_itself_arrive() -> None:
    def send() -> Any:
        got: list[int] = []
        signal.signal(signal.SIGUSR1, lambda number, frame: got.append(number))
        os.kill(os.getpid(), 0)
        os.kill(0, 0)
        os.kill(os.getpid(), signal.SIGUSR1)
        signal.raise_signal(signal.SIGUSR1)
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
        return len(got)

    assert in_cell(send) == (3, 0)


@filters
def test_a_cell_that_aborts_does_so_by_its_own_signal() -> None:
    def abort() -> None:
        faulthandler.disable()  # pytest's, which would tell of it at length
        os.abort()

    assert in_cell(abort) == (None, signal.SIGABRT)


# Files and descriptors


@filters
def test_without_scratch_no_path_leads_anywhere() -> None:
    attempts: dict[str, Callable[[], Any]] = {
        "ENOENT open": lambda: open("/etc/passwd"),
        "ENOENT open to change": lambda: open("/etc/passwd", "r+"),
        "ENOENT os.stat": lambda: os.stat("/"),
        "ENOENT os.lstat": lambda: os.lstat("/"),
        "ENOENT os.readlink": lambda: os.readlink("/proc/self/exe"),
        "ENOENT os.chdir": lambda: os.chdir("/"),
        "ENOENT os.listdir": lambda: os.listdir("/"),
        "ENOENT os.statvfs": lambda: os.statvfs("/"),
        "ENOENT os.getxattr": lambda: os.getxattr("/", "user.x"),
        "EACCES open to write": lambda: open("/tmp/x", "w"),
        "EACCES os.mkdir": lambda: os.mkdir("/tmp/x"),
        "EACCES os.unlink": lambda: os.unlink("/tmp/x"),
        "EACCES os.rename": lambda: os.rename("/tmp/x", "/tmp/y"),
        "EACCES os.symlink": lambda: os.symlink("/tmp/x", "/tmp/y"),
        "EACCES os.chmod": lambda: os.chmod("/tmp", 0o777),
        "EACCES os.chown": lambda: os.chown("/tmp", 0, 0),
        "EACCES os.utime": lambda: os.utime("/tmp"),
        "EACCES os.truncate": lambda: os.truncate("/tmp/x", 0),
        "EACCES os.mkfifo": lambda: os.mkfifo("/tmp/x"),
        "EACCES os.chroot": lambda: os.chroot("/tmp"),
        "done os.fstat": lambda: os.fstat(1),
        "done fd stat": lambda: os.stat(1),
        "done isatty": lambda: os.isatty(1),
    }
    expected = {name: name.split()[0] for name in attempts}

    assert in_cell(lambda: {name: errno_of(do) for name, do in attempts.items()}) == (expected, 0)


@filters
def test_stat_of_a_path_by_the_working_directory_is_refused_like_any_other() -> None:
    """AT_EMPTY_PATH is let through for descriptors, and AT_FDCWD is none."""

    def attempt() -> Any:
        buffer = ctypes.create_string_buffer(512)
        path = ctypes.create_string_buffer(b"/etc/passwd")
        return errno_of(lambda: call("newfstatat", -100, ctypes.addressof(path), ctypes.addressof(buffer), 0x1000))

    assert in_cell(attempt) == ("ENOENT", 0)


@filters
def test_with_scratch_ordinary_work_on_files_works(tmp_path: Path) -> None:
    def work() -> Any:
        os.chdir(tmp_path)
        os.makedirs("a/b")
        Path("a/b/one").write_text("text")
        os.rename("a/b/one", "a/two")
        os.symlink("two", "a/link")
        os.link("a/two", "a/hard")
        os.chmod("a/two", 0o600)
        os.utime("a/two", (1, 2))
        shutil.copy2("a/two", "a/copy")
        shutil.copytree("a", "c")
        os.mkfifo("fifo")
        with open("a/two", "r+b") as stream:
            stream.truncate(2)
            os.fsync(stream.fileno())
        with tempfile.TemporaryDirectory(dir=".") as folder:
            Path(folder, "x").touch()
        shutil.rmtree("c")
        refused = errno_of(lambda: os.mknod("device", stat.S_IFCHR | 0o600, os.makedev(1, 3)))
        owner = errno_of(lambda: os.chown("a/two", 1, 1))
        return sorted(os.listdir(".")), sorted(os.listdir("a")), Path("a/hard").read_text(), refused, owner

    names, inside = ["a", "fifo"], ["b", "copy", "hard", "link", "two"]
    assert in_cell(work, scratch=True) == ((names, inside, "te", "EPERM", "EPERM"), 0)


@filters
def test_what_a_descriptor_could_do_to_others_is_refused() -> None:
    def attempt() -> Any:
        import fcntl

        return [
            errno_of(lambda: fcntl.fcntl(1, fcntl.F_SETOWN, os.getppid())),
            errno_of(lambda: fcntl.fcntl(1, 1031, 1 << 20)),
            errno_of(lambda: fcntl.ioctl(0, 0x5412, b"x")),
            errno_of(lambda: fcntl.ioctl(0, 0x8901, b"\0" * 4)),
            errno_of(lambda: fcntl.fcntl(1, fcntl.F_GETFL)),
        ]

    assert in_cell(attempt) == (["EPERM", "EPERM", "EPERM", "EPERM", "done"], 0)


# Break-outs and denials


@filters
def test_calls_refused_by_an_errno() -> None:
    def attempt() -> Any:
        return {
            "socket": errno_of(socket.socket),
            "socketpair": errno_of(socket.socketpair),
            "setuid": errno_of(lambda: os.setuid(os.getuid())),
            "another process's limit": errno_of(lambda: call("prlimit64", os.getppid(), 7, 0, 0)),
            "prctl": errno_of(lambda: linux.prctl(linux.PR_SET_DUMPABLE, 0)),
            "clone3": errno_of(lambda: call("clone3", 0, 88)),
            "another filter": errno_of(lambda: linux.load_filter(seccomp.zygote_filter(False))),
            "a call to come": errno_of(lambda: libc.syscall(ctypes.c_long(500)) < 0 and _raise_errno()),
        }

    assert in_cell(attempt) == (
        {
            "socket": "EPERM",
            "socketpair": "EPERM",
            "setuid": "EPERM",
            "another process's limit": "EPERM",
            "prctl": "EPERM",
            "clone3": "ENOSYS",
            "another filter": "EPERM",
            "a call to come": "ENOSYS",
        },
        0,
    )


def _raise_errno() -> None:
    raise OSError(ctypes.get_errno(), "")


@filters
@pytest.mark.parametrize("name", ["execve", "ptrace", "unshare", "memfd_secret", "io_uring_setup", "shmget"])
def test_a_break_out_is_killed_where_nobody_listens(name: str) -> None:
    assert in_cell(lambda: call(name, 0, 0, 0, 0)) == (None, signal.SIGSYS)


@filters
def test_a_program_of_the_older_architecture_is_killed() -> None:
    if linux.syscalls.architecture().machine != "x86_64":
        pytest.skip("x32 is x86-64's")
    assert in_cell(lambda: libc.syscall(ctypes.c_long(0x40000000 + 39))) == (None, signal.SIGSYS)


@filters
def test_a_listener_hears_of_calls_and_its_answer_counts(under_filter: bool) -> None:
    # A container's own filter may refuse the last of them, and then no listener hears of it.
    answers = (errno.EPERM, errno.EXDEV) if under_filter else (errno.EPERM, errno.EXDEV, errno.EDOM)
    ours, theirs = socket.socketpair()

    def told() -> Any:
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        listener = linux.load_filter(seccomp.zygote_filter(True), listener=True)
        assert listener is not None
        socket.send_fds(theirs, [b"x"], [listener])
        os.close(listener)
        linux.load_filter(seccomp.cell_filter(os.getpid(), scratch=False))
        return [
            errno_of(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)),
            errno_of(lambda: os.execv("/bin/true", ["true"])),
            errno_of(lambda: os.open("/", os.O_RDONLY)),
            errno_of(lambda: call("clone", 0x10000000 | 0x10000)),
        ]

    heard: list[notifications.Notification] = []
    listeners: list[int] = []

    def answer() -> None:
        listeners.extend(socket.recv_fds(ours, 1, 1)[1])
        for error in answers:
            if not select.select(listeners, [], [], 60)[0]:
                return
            heard.append(notifications.receive_notification(listeners[0]))
            notifications.answer_notification(listeners[0], heard[-1].id, error)

    answering = threading.Thread(target=answer)
    answering.start()
    result, ended_by = in_child(told)
    answering.join(200)

    assert (result[:3], ended_by) == (["EPERM", "EXDEV", "ENOENT"], 0)
    assert [seccomp.call_name(each.number) for each in heard] == ["socket", "execve", "clone"][: len(answers)]
    assert heard[0].args[:2] == (socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    assert all(each.pid > 0 for each in heard)
    if not under_filter:
        assert (result[3], heard[2].args[0]) == ("EDOM", 0x10010000)
    with pytest.raises(FileNotFoundError):  # the caller is gone
        notifications.answer_notification(listeners[0], heard[-1].id, errno.EPERM)
    with pytest.raises(ValueError):
        notifications.answer_notification(listeners[0], heard[-1].id, 0)
    os.close(listeners[0])
    ours.close()
    theirs.close()


@filters
def test_a_second_listener_is_refused() -> None:
    """A tester, which may still load filters, can't answer its own break-outs."""

    def load() -> Any:
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        linux.load_filter(seccomp.zygote_filter(True), listener=True)
        return errno_of(lambda: linux.load_filter(seccomp.zygote_filter(True), listener=True))

    assert in_child(load) == ("EBUSY", 0)


@filters
def test_the_zygotes_own_work_goes_on_behind_its_filter() -> None:
    def work() -> Any:
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        linux.load_filter(seccomp.zygote_filter(False))
        pid = os.fork()
        if pid == 0:
            os._exit(3)
        watched = os.pidfd_open(pid)
        poller = select.poll()
        poller.register(watched, select.POLLIN)
        poller.poll()
        _, status, _ = os.wait4(pid, 0)
        pair = socket.socketpair()
        pair[0].sendall(b"x")
        pair[1].recv(1)
        Path("/proc/self/status").read_text()
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "x").touch()
        return os.waitstatus_to_exitcode(status)

    assert in_child(work) == (3, 0)


@filters
def test_python_goes_on_in_a_cell() -> None:
    import asyncio
    import decimal
    import hashlib
    import random
    import resource

    pipe = os.pipe()
    loop = asyncio.new_event_loop()

    async def nap() -> int:
        await asyncio.sleep(0.001)
        return 5

    def compute() -> Any:
        big = [bytes(1 << 20) for _ in range(64)]
        del big
        time.sleep(0.001)
        select.select([], [pipe[1]], [], 1)
        os.write(pipe[1], b"x")
        random.SystemRandom().random()
        signal.setitimer(signal.ITIMER_REAL, 100)
        signal.setitimer(signal.ITIMER_REAL, 0)
        os.sched_setaffinity(0, os.sched_getaffinity(0))
        os.nice(1)
        os.uname(), os.times(), os.getcwd(), os.cpu_count(), os.getpriority(os.PRIO_PROCESS, 0)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.prlimit(0, resource.RLIMIT_CORE)
        resource.getrusage(resource.RUSAGE_SELF)
        digest = hashlib.sha256(b"x").hexdigest()[:4]
        return os.read(pipe[0], 1), str(decimal.Decimal(2).sqrt())[:4], digest, loop.run_until_complete(nap())

    result = in_cell(compute)
    loop.close()
    for fd in pipe:
        os.close(fd)
    assert result == ((b"x", "1.41", "2d71", 5), 0)


@filters
def test_numpy_goes_on_in_a_cell() -> None:
    numpy = pytest.importorskip("numpy")

    def compute() -> Any:
        matrix = numpy.arange(90_000.0).reshape(300, 300) + numpy.eye(300)
        return float((numpy.linalg.inv(matrix) @ matrix).trace()), int(numpy.sort(numpy.arange(1e6)[::-1])[7])

    (trace, seventh), ended_by = in_cell(compute)
    assert (round(trace), seventh, ended_by) == (300, 7, 0)


# Errors of load_filter


@filters
def test_a_program_that_the_kernel_refuses_is_an_error() -> None:
    def load() -> Any:
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        wrong = linux.PreparedFilter(b"\xff" * 8, ())
        return [
            errno_of(lambda: linux.load_filter(b"\xff" * 8)),
            errno_of(lambda: linux.load_filter(b"")),
            errno_of(lambda: wrong.load(1)),
        ]

    assert in_child(load) == (["EINVAL"] * 3, 0)


@filters
@root
def test_an_ordinary_user_needs_the_promise_of_no_new_privileges() -> None:
    def load() -> Any:
        os.setresuid(60_000, 60_000, 60_000)
        return errno_of(lambda: linux.load_filter(seccomp.zygote_filter(False)))

    assert in_child(load) == ("EACCES", 0)


# Landlock


def in_domain(body: Callable[[], Any], folder: Path | None = None) -> tuple[Any, int]:
    abi = linux.landlock_abi()
    ruleset = linux.landlock_ruleset(abi)
    if folder is not None:
        place = os.open(folder, os.O_PATH)
        linux.landlock_add_path(ruleset, place, linux.landlock_file_rights(abi))
        os.close(place)

    def confined() -> Any:
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        linux.landlock_restrict_self(ruleset)
        return body()

    result = in_child(confined)
    os.close(ruleset)
    return result


@landlock
def test_a_domain_has_the_files_of_its_folder_only(tmp_path: Path) -> None:
    def work() -> Any:
        (tmp_path / "a").mkdir()
        (tmp_path / "b").mkdir()
        (tmp_path / "a" / "one").write_text("text")
        (tmp_path / "a" / "one").rename(tmp_path / "b" / "two")
        os.truncate(tmp_path / "b" / "two", 2)
        return [
            (tmp_path / "b" / "two").read_text(),
            errno_of(lambda: open("/etc/passwd")),
            errno_of(lambda: os.listdir("/")),
            errno_of(lambda: (tmp_path.parent / "x").touch()),
            errno_of(lambda: os.mknod(tmp_path / "device", stat.S_IFCHR, os.makedev(1, 3))),
            errno_of(lambda: os.execv("/bin/true", ["true"])),
        ]

    moved = "te" if linux.landlock_abi() >= 2 else "EXDEV"
    assert in_domain(work, tmp_path) == ([moved, "EACCES", "EACCES", "EACCES", "EACCES", "EACCES"], 0)


@landlock
def test_without_a_folder_a_domain_has_no_file() -> None:
    assert in_domain(lambda: errno_of(lambda: open("/etc/passwd"))) == ("EACCES", 0)


@pytest.fixture
def abstract_server() -> Iterator[str]:
    name = f"\0verifier-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()
        yield name


@landlock
def test_a_domain_reaches_no_port_no_abstract_socket_and_no_other_process(abstract_server: str) -> None:
    abi = linux.landlock_abi()

    def reach() -> Any:
        return [
            errno_of(lambda: socket.socket().connect(("127.0.0.1", 9))),
            errno_of(lambda: socket.socket().bind(("127.0.0.1", 0))),
            errno_of(lambda: socket.socket(socket.AF_UNIX).connect(abstract_server)),
            errno_of(lambda: os.kill(os.getppid(), 0)),
            errno_of(lambda: os.kill(os.getpid(), 0)),
        ]

    network = ["EACCES", "EACCES"] if abi >= 4 else ["ECONNREFUSED", "done"]
    scoped = ["EPERM", "EPERM"] if abi >= 6 else ["done", "done"]
    assert in_domain(reach) == ([*network, *scoped, "done"], 0)


@landlock
@pytest.mark.parametrize("older", range(1, 8))
def test_rulesets_of_older_versions_are_taken(older: int, tmp_path: Path) -> None:
    if older > linux.landlock_abi():
        pytest.skip("not known here")
    ruleset, place = linux.landlock_ruleset(older), os.open(tmp_path, os.O_PATH)
    try:
        linux.landlock_add_path(ruleset, place, linux.landlock_file_rights(older))
    finally:
        os.close(ruleset)
        os.close(place)


@landlock
def test_rights_that_a_ruleset_lacks_are_an_error(tmp_path: Path) -> None:
    ruleset, place = linux.landlock_ruleset(1), os.open(tmp_path, os.O_PATH)
    try:
        with pytest.raises(OSError) as raised:
            linux.landlock_add_path(ruleset, place, 1 << 14)
    finally:
        os.close(ruleset)
        os.close(place)
    assert raised.value.errno == errno.EINVAL


# Capabilities and mounts


@root
def test_all_capabilities_are_given_up() -> None:
    def give_up() -> Any:
        linux.capset_none()
        lines = Path("/proc/self/status").read_text().splitlines()
        return {line.split()[0]: int(line.split()[1], 16) for line in lines if line.startswith("Cap")}

    result, ended_by = in_child(give_up)
    assert ended_by == 0
    result.pop("CapBnd:")
    assert result == {"CapInh:": 0, "CapPrm:": 0, "CapEff:": 0, "CapAmb:": 0}


@root
def test_a_file_system_in_memory_is_bounded_and_seen_in_its_namespace_only(tmp_path: Path) -> None:
    def mount() -> Any:
        linux.unshare(linux.CLONE_NEWNS)
        linux.make_mounts_private()
        linux.mount_tmpfs(str(tmp_path), 1 << 20, 10, 60_001, 0o700)
        found = os.stat(tmp_path)
        os.chdir(tmp_path)
        os.setresuid(60_001, 60_001, 60_001)  # who it is for
        Path("a").write_bytes(bytes(1 << 19))
        full = errno_of(lambda: Path("b").write_bytes(bytes(1 << 20)))
        many = errno_of(lambda: [Path(f"n{n}").touch() for n in range(20)])
        return found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode), full, many, os.statvfs(".").f_flag & 14

    no_suid_dev_exec = 2 | 4 | 8
    assert in_child(mount) == ((60_001, 60_001, 0o700, "ENOSPC", "ENOSPC", no_suid_dev_exec), 0)
    assert os.listdir(tmp_path) == []


@root
def test_an_unmounted_file_system_is_gone_though_a_file_in_it_is_open(tmp_path: Path) -> None:
    def mount() -> Any:
        linux.unshare(linux.CLONE_NEWNS)
        linux.make_mounts_private()
        linux.mount_tmpfs(str(tmp_path), 1 << 20, 10, 0, 0o700)
        with open(tmp_path / "a", "w"):
            linux.unmount(str(tmp_path))
            return os.listdir(tmp_path), errno_of(lambda: linux.unmount(str(tmp_path)))

    assert in_child(mount) == (([], "EINVAL"), 0)


def test_errors_of_mounts_have_their_errno(tmp_path: Path) -> None:
    def mount() -> Any:
        if os.geteuid() == 0:
            linux.capset_none()
        return [
            errno_of(linux.make_mounts_private),
            errno_of(lambda: linux.mount_tmpfs(str(tmp_path), 1, 1, 0, 0)),
            errno_of(lambda: linux.unmount(str(tmp_path))),
            errno_of(lambda: linux.unshare(linux.CLONE_NEWNS)),
        ]

    assert sys.platform == "linux"
    assert in_child(mount) == (["EPERM"] * 4, 0)
