"""The filters of system calls, evaluated for both architectures by an interpreter of classic BPF that is written here.

It knows nothing of how the programs were made, so it is the proof for the architecture that the tests don't run on.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import struct
from pathlib import Path

import pytest

from verifier.sandbox import bpf, linux, seccomp, syscalls
from verifier.sandbox.syscalls import ARCHITECTURES, Architecture

X86, ARM = ARCHITECTURES["x86_64"], ARCHITECTURES["aarch64"]
BOTH = pytest.mark.parametrize("on", ARCHITECTURES.values(), ids=list(ARCHITECTURES))
PID = 4711

ALLOW, KILL, NOTIFY = "allow", "kill", "notify"
ACTIONS = {0x7FFF0000: ALLOW, 0x80000000: KILL, 0x7FC00000: NOTIFY}
AT_FDCWD = -100


def run(program: bytes, on: Architecture, number: int, args: tuple[int, ...] = (), audit: int | None = None) -> str:
    """What the kernel would do: an action by its name, or the name of an errno."""
    words = [arg & (1 << 64) - 1 for arg in (*args, 0, 0, 0, 0, 0, 0)[:6]]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, on.audit_number if audit is None else audit, 0, *words)
    instructions = list(struct.iter_unpack("<HBBI", program))
    position = accumulator = 0
    while True:
        code, if_true, if_false, k = instructions[position]
        position += 1
        if code == 0x20:
            assert k % 4 == 0 and k <= 60, "the kernel refuses other loads"
            (accumulator,) = struct.unpack_from("<I", data, k)
        elif code == 0x54:
            accumulator &= k
        elif code == 0x05:
            position += k
        elif code in (0x15, 0x35, 0x45):
            met = {0x15: accumulator == k, 0x35: accumulator >= k, 0x45: bool(accumulator & k)}[code]
            position += if_true if met else if_false
        else:
            assert code == 0x06, f"instruction {code:#x}"
            return ACTIONS[k] if k in ACTIONS else _errno_name(k)


def _errno_name(action: int) -> str:
    assert action >> 16 == 5
    return errno.errorcode[action & 0xFFFF]


def evaluate(program: bytes, on: Architecture, name: str, *args: int) -> str:
    return run(program, on, on.numbers[name], args)


# Tables


HEADERS = (
    (X86, ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h")),
    (ARM, ("/usr/include/asm-generic/unistd.h",)),
)


@pytest.mark.parametrize(("on", "paths"), HEADERS, ids=list(ARCHITECTURES))
def test_numbers_are_those_of_the_kernels_headers(on: Architecture, paths: tuple[str, ...]) -> None:
    header = next((Path(path) for path in paths if Path(path).exists()), None)
    if header is None:
        pytest.skip("no headers of the kernel here")
    found = re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)\s*$", header.read_text(), re.MULTILINE)
    in_header = {name: int(number) for name, number in found}
    if on is ARM:
        # The generic header has what only other architectures use, and a name of its own for one call.
        in_header["newfstatat"] = in_header.pop("fstatat")
        other = {"arch_specific_syscall", "sync_file_range2", "syscalls"}
        in_header = {n: k for n, k in in_header.items() if not (n in other or 403 <= k <= 423)}

    newest = max(in_header.values())
    assert len(in_header) > 300
    known = {name: number for name, number in on.numbers.items() if number <= newest}
    # x86-64's last ones before the gap came late: older headers lack them.
    assert {n: k for n, k in known.items() if n not in ("uretprobe", "uprobe")} == {
        n: k for n, k in in_header.items() if n not in ("uretprobe", "uprobe")
    }


@BOTH
def test_no_two_calls_have_the_same_number(on: Architecture) -> None:
    assert len(set(on.numbers.values())) == len(on.numbers)
    assert all(re.fullmatch("[a-z_][a-z0-9_]*", name) for name in on.numbers)


def test_numbers_of_the_newest_calls() -> None:
    for on in (X86, ARM):
        newest = {"cachestat": 451, "fchmodat2": 452, "futex_requeue": 456, "mseal": 462, "open_tree_attr": 467}
        assert {name: on.numbers[name] for name in newest} == newest


def test_names_of_calls() -> None:
    assert syscalls.call_name(59, X86) == "execve" and syscalls.call_name(221, ARM) == "execve"
    assert syscalls.call_name(198, ARM) == "socket"
    assert syscalls.call_name(9999, X86) == "call 9999"


@pytest.mark.parametrize("machine", ["riscv64", "i686", "aarch64_be", ""])
def test_an_unknown_architecture_is_refused(machine: str) -> None:
    with pytest.raises(syscalls.UnsupportedArchitecture) as raised:
        syscalls.architecture(machine)

    assert raised.value.errno == errno.ENOSYS and isinstance(raised.value, OSError)


def test_on_an_unknown_architecture_nothing_is_made_or_called(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = os.uname_result(("Linux", "here", "6", "1", "sparc64"))
    monkeypatch.setattr(os, "uname", lambda: unknown)
    monkeypatch.setattr(linux, "_numbers", {})

    for make in (lambda: seccomp.zygote_filter(True), lambda: seccomp.CellFilter(scratch=False), linux.landlock_abi):
        with pytest.raises(syscalls.UnsupportedArchitecture, match="sparc64"):
            make()


# The assembler


def test_rules_of_an_assembled_program_are_followed() -> None:
    chosen = bpf.is_one_of(1, (3, 5), 100, bpf.has_any_bit(1, 8, 101, bpf.is_at_least(2, 1 << 31, 102, 103)))
    code, _ = bpf.assemble(X86, {"read": chosen, "close": 104}, default=105, beyond=106)

    def action(number: int, *args: int) -> int:
        actions = {n: n for n in range(100, 107)}
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(globals(), "ACTIONS", actions)
            return int(run(code, X86, number, args))

    assert [action(0, 9, argument) for argument in (3, 5, 8, 12, 1)] == [100, 100, 101, 101, 103]
    assert action(0, 0, 0, -1) == 102
    assert [action(number) for number in (1, 2, 3, 4, 471, 472, 1 << 29)] == [105, 105, 104, 105, 105, 106, 106]


@BOTH
def test_every_number_finds_its_own_rule_in_a_long_program(on: Architecture) -> None:
    """Rules so many and long that conditional jumps don't reach: 255 instructions are the most."""
    rules: dict[str, bpf.Rule] = {
        name: bpf.is_one_of(0, range(k, k + 6), bpf.error(k % 30 + 1), bpf.ALLOW) for name, k in on.numbers.items()
    }
    code, _ = bpf.assemble(on, rules, default=bpf.ALLOW, beyond=bpf.ALLOW)

    assert len(code) // 8 > 1000
    for k in on.numbers.values():
        expected = _errno_name(0x50000 | (k % 30 + 1))
        assert [run(code, on, k, (argument,)) for argument in (k, k + 5, k + 6)] == [expected, expected, ALLOW]


@BOTH
def test_a_mask_leaves_what_is_compared_and_does_not_spoil_the_next_test(on: Architecture) -> None:
    rule = bpf.is_one_of(0, (0, 0x10), bpf.ALLOW, bpf.is_one_of(0, (0x77,), bpf.error(1), bpf.error(2)), mask=0xF0)
    code, _ = bpf.assemble(on, {"read": rule}, default=bpf.ALLOW, beyond=bpf.ALLOW)

    answers = [evaluate(code, on, "read", argument) for argument in (0x0F, 0x1F, 0x77, 0x70)]
    assert answers == [ALLOW, ALLOW, "EPERM", "ENOENT"]


# What both filters do with strangers


@BOTH
@pytest.mark.parametrize("which", ["zygote", "cell"])
def test_calls_by_a_foreign_architecture_are_killed(on: Architecture, which: str) -> None:
    program = seccomp.zygote_filter(True, on) if which == "zygote" else seccomp.cell_filter(PID, scratch=True, on=on)

    for audit in (0x40000003, 0x40000028, 0xC00000F3, (ARM if on is X86 else X86).audit_number):  # i386 arm riscv64
        assert run(program, on, on.numbers["read"], audit=audit) == KILL
    assert evaluate(program, on, "read") == ALLOW


@pytest.mark.parametrize("program", [seccomp.zygote_filter(True, X86), seccomp.cell_filter(PID, scratch=True, on=X86)])
def test_x32_numbers_are_killed(program: bytes) -> None:
    assert [run(program, X86, 0x40000000 | n) for n in (0, 39, 520)] == [KILL] * 3
    assert run(program, X86, 0x40000000 - 1) == "ENOSYS"


@BOTH
def test_numbers_above_the_known_ones_do_not_exist(on: Architecture) -> None:
    for program in (seccomp.zygote_filter(True, on), seccomp.cell_filter(PID, scratch=True, on=on)):
        assert [run(program, on, number) for number in (472, 520, 521, 1000)] == ["ENOSYS"] * 4


# The zygote's filter

BREAK_OUTS = """
    execve execveat ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp bpf io_uring_setup
    io_uring_enter io_uring_register userfaultfd perf_event_open add_key request_key keyctl pivot_root
    open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr open_tree_attr quotactl quotactl_fd swapon swapoff
    unshare setns init_module finit_module delete_module kexec_load kexec_file_load reboot sethostname setdomainname
    settimeofday clock_settime clock_adjtime adjtimex acct syslog fanotify_init open_by_handle_at name_to_handle_at
    shmget shmat shmctl shmdt semget semop semtimedop semctl msgget msgsnd msgrcv msgctl mq_open
    memfd_secret vhangup personality
""".split()

THE_ZYGOTES_OWN = """
    wait4 waitid kill pidfd_open ppoll sendmsg recvmsg getrlimit setrlimit prlimit64 openat read write close getdents64
    unlinkat chroot chdir setgroups setresuid setresgid setsid dup3 close_range prctl seccomp landlock_restrict_self
    capset exit_group mmap munmap brk socketpair sendto recvfrom epoll_create1 getsockname getsockopt pipe2 newfstatat
    clone
""".split()


@BOTH
def test_break_outs_are_told_or_killed_and_nothing_that_the_zygote_needs(on: Architecture) -> None:
    told, killed = seccomp.zygote_filter(True, on), seccomp.zygote_filter(False, on)

    assert {name: evaluate(told, on, name) for name in BREAK_OUTS} == dict.fromkeys(BREAK_OUTS, NOTIFY)
    assert {name: evaluate(killed, on, name) for name in BREAK_OUTS} == dict.fromkeys(BREAK_OUTS, KILL)
    for program in (told, killed):
        own = {name: evaluate(program, on, name) for name in THE_ZYGOTES_OWN}
        assert own == dict.fromkeys(THE_ZYGOTES_OWN, ALLOW)


# (call, arguments): with a listener, without.
OF_THE_ZYGOTE = [
    ("socket", (2, 1, 0), NOTIFY, "EPERM"),
    ("connect", (3,), NOTIFY, "EPERM"),
    ("bind", (3,), NOTIFY, "EPERM"),
    ("personality", (0xFFFFFFFF,), ALLOW, ALLOW),
    ("personality", (-1,), ALLOW, ALLOW),
    ("personality", (0x0040000,), NOTIFY, KILL),  # ADDR_NO_RANDOMIZE
    ("clone", (signal.SIGCHLD,), ALLOW, ALLOW),
    ("clone", (0x3D0F00,), ALLOW, ALLOW),
    *(("clone", (1 << bit | signal.SIGCHLD,), NOTIFY, KILL) for bit in (17, 25, 26, 27, 28, 29, 30)),
    ("clone", (1 << 32 | 1 << 28,), NOTIFY, KILL),
    ("clone3", (1,), "ENOSYS", "ENOSYS"),
    ("set_mempolicy", (0,), "EPERM", "EPERM"),
    ("move_pages", (0,), "EPERM", "EPERM"),
    ("mbind", (0,), ALLOW, ALLOW),
    ("get_mempolicy", (0,), ALLOW, ALLOW),
]


@BOTH
@pytest.mark.parametrize(("name", "args", "told", "alone"), OF_THE_ZYGOTE)
def test_the_zygotes_filter(on: Architecture, name: str, args: tuple[int, ...], told: str, alone: str) -> None:
    assert evaluate(seccomp.zygote_filter(True, on), on, name, *args) == told
    assert evaluate(seccomp.zygote_filter(False, on), on, name, *args) == alone
    assert evaluate(seccomp.zygote_filter(True, on, is_first=False), on, name, *args) == (
        told if name in seccomp.RECORDED else alone
    )


@BOTH
def test_what_is_only_recorded_is_told_apart_by_number(on: Architecture) -> None:
    names = {syscalls.call_name(number, on) for number in seccomp.recorded_numbers(on)}

    assert names == {"socket", "connect", "bind", "memfd_create"}


# The cell's filter


@BOTH
@pytest.mark.parametrize("scratch", [False, True])
def test_what_the_zygotes_filter_answers_the_cells_lets_through(on: Architecture, scratch: bool) -> None:
    """An errno would outrank the notification, and nobody would ever hear of it."""
    program, zygotes = seccomp.cell_filter(PID, scratch=scratch, on=on), seccomp.zygote_filter(True, on)
    told = [name for name in on.numbers if evaluate(zygotes, on, name) == NOTIFY]

    assert len(told) > 70
    assert [name for name in told if evaluate(program, on, name) != ALLOW] == []
    assert evaluate(program, on, "clone", 0x10000000) == ALLOW


O_CREAT, O_TMPFILE, EMPTY = 0o100, 0o20200000, 0x1000

# (call, arguments): without a scratch directory, with one. Calls that an architecture lacks are passed over.
OF_A_CELL = [
    # processes
    ("fork", (), KILL, KILL),
    ("vfork", (), "EPERM", "EPERM"),
    ("clone", (signal.SIGCHLD,), KILL, KILL),
    ("clone", (0x01200000 | signal.SIGCHLD,), KILL, KILL),  # how the C library forks
    ("clone", (0x4000 | signal.SIGCHLD,), KILL, KILL),  # CLONE_VFORK without shared memory
    ("clone", (0x4100 | signal.SIGCHLD,), "EPERM", "EPERM"),  # posix_spawn
    ("clone", (0x3D0F00,), ALLOW, ALLOW),  # a thread
    ("clone", (1 << 48 | signal.SIGCHLD,), KILL, KILL),
    # signals
    ("kill", (PID, 9), ALLOW, ALLOW),
    ("kill", (0, 15), ALLOW, ALLOW),
    ("kill", (1, 0), "EPERM", "EPERM"),
    ("kill", (1, 10), KILL, KILL),
    ("kill", (-1, 9), KILL, KILL),
    ("kill", (-PID, 9), KILL, KILL),
    ("kill", (PID + 1, 9), KILL, KILL),
    ("tgkill", (PID, 99, 6), ALLOW, ALLOW),
    ("tgkill", (99, PID, 6), KILL, KILL),
    ("tkill", (PID, 6), ALLOW, ALLOW),
    ("tkill", (99, 6), "EPERM", "EPERM"),
    ("rt_sigqueueinfo", (PID,), ALLOW, ALLOW),
    ("rt_sigqueueinfo", (0,), KILL, KILL),
    ("rt_tgsigqueueinfo", (PID, 99), ALLOW, ALLOW),
    ("rt_tgsigqueueinfo", (99, PID), KILL, KILL),
    ("pidfd_send_signal", (3,), "EPERM", "EPERM"),
    ("pidfd_open", (PID,), "EPERM", "EPERM"),
    # settings
    ("prlimit64", (0,), ALLOW, ALLOW),
    ("prlimit64", (PID,), ALLOW, ALLOW),
    ("prlimit64", (1,), "EPERM", "EPERM"),
    ("sched_setaffinity", (0,), ALLOW, ALLOW),
    ("sched_setaffinity", (1,), "EPERM", "EPERM"),
    ("setpriority", (0, 0, 5), ALLOW, ALLOW),
    ("setpriority", (0, 1, 5), "EPERM", "EPERM"),
    ("setpriority", (2, 0, 5), "EPERM", "EPERM"),
    ("prctl", (15,), ALLOW, ALLOW),
    ("prctl", (4, 1), "EPERM", "EPERM"),
    ("prctl", (22, 2), "EPERM", "EPERM"),
    *((name, (), "EPERM", "EPERM") for name in ("seccomp", "landlock_restrict_self", "setsid", "setpgid", "capset")),
    *((name, (), "EPERM", "EPERM") for name in ("setuid", "setresuid", "setgroups", "setgid", "setfsuid", "sync")),
    # descriptors
    ("fcntl", (0, 3), ALLOW, ALLOW),
    ("fcntl", (0, 1030), ALLOW, ALLOW),
    *(("fcntl", (0, command), "EPERM", "EPERM") for command in (8, 10, 15, 1024, 1026, 1031, 1 << 32 | 8)),
    ("ioctl", (1, 0x5413), ALLOW, ALLOW),
    *(("ioctl", (0, request), "EPERM", "EPERM") for request in (0x5412, 0x8901, 0x541C, 1 << 32 | 0x5412)),
    *((name, (0,), ALLOW, ALLOW) for name in ("read", "write", "mmap", "futex", "epoll_pwait", "ppoll", "getrandom")),
    *((name, (0,), ALLOW, ALLOW) for name in ("close_range", "fstat", "lseek", "poll", "select", "epoll_wait")),
    *((name, (0,), "EPERM", "EPERM") for name in ("socketpair", "sendto", "recvmsg", "splice", "io_setup", "listen")),
    *((name, (0,), "EPERM", "EPERM") for name in ("inotify_init1", "vmsplice", "remap_file_pages", "statmount")),
    # files
    ("open", (0, os.O_RDONLY), "ENOENT", ALLOW),
    ("open", (0, os.O_WRONLY | O_CREAT), "EACCES", ALLOW),
    ("openat", (AT_FDCWD, 0, os.O_RDONLY), "ENOENT", ALLOW),
    ("openat", (AT_FDCWD, 0, os.O_RDWR), "ENOENT", ALLOW),
    ("openat", (AT_FDCWD, 0, os.O_WRONLY | O_CREAT), "EACCES", ALLOW),
    ("openat", (AT_FDCWD, 0, os.O_WRONLY | O_TMPFILE), "EACCES", ALLOW),
    ("creat", (0,), "EACCES", ALLOW),
    ("newfstatat", (1, 0, 0, EMPTY), ALLOW, ALLOW),
    ("newfstatat", (AT_FDCWD, 0, 0, EMPTY), "ENOENT", ALLOW),
    ("newfstatat", (1, 0, 0, 0), "ENOENT", ALLOW),
    ("statx", (1, 0, EMPTY), ALLOW, ALLOW),
    ("statx", (AT_FDCWD, 0, EMPTY), "ENOENT", ALLOW),
    ("statx", (1, 0, 0, EMPTY), "ENOENT", ALLOW),
    *((name, (), "ENOENT", ALLOW) for name in ("stat", "lstat", "access", "faccessat", "faccessat2", "openat2")),
    *((name, (), "ENOENT", ALLOW) for name in ("readlink", "readlinkat", "chdir", "statfs")),
    *((name, (), "EACCES", ALLOW) for name in ("mkdir", "mkdirat", "unlink", "unlinkat", "rmdir", "rename", "linkat")),
    *((name, (), "EACCES", ALLOW) for name in ("renameat", "renameat2", "symlinkat", "fchmodat", "truncate", "utime")),
    *((name, (), "EACCES", "EPERM") for name in ("chroot", "chown", "fchownat", "lchown")),
    *((name, (), "EPERM", ALLOW) for name in ("ftruncate", "getdents64", "copy_file_range", "fchdir", "flock")),
    ("fchown", (), "EPERM", "EPERM"),
    ("getxattr", (), "ENOENT", "ENOTSUP"),
    ("setxattr", (), "EACCES", "ENOTSUP"),
    ("flistxattr", (), "ENOTSUP", "ENOTSUP"),
    ("mknodat", (0, 0, 0o100644), "EACCES", ALLOW),
    ("mknodat", (0, 0, 0o644), "EACCES", ALLOW),
    ("mknodat", (0, 0, 0o010644), "EACCES", ALLOW),
    ("mknodat", (0, 0, 0o020644), "EACCES", "EPERM"),
    ("mknodat", (0, 0, 0o140644), "EACCES", "EPERM"),
    ("mknod", (0, 0o060644), "EACCES", "EPERM"),
    ("mknod", (0, 0o010644), "EACCES", ALLOW),
]


@BOTH
@pytest.mark.parametrize(("name", "args", "without", "scratch"), OF_A_CELL)
def test_the_cells_filter(on: Architecture, name: str, args: tuple[int, ...], without: str, scratch: str) -> None:
    if name not in on.numbers:
        assert name in X86.numbers and on is ARM
        return
    expected = [answer.replace("ENOTSUP", "EOPNOTSUPP") for answer in (without, scratch)]
    answers = [evaluate(seccomp.cell_filter(PID, scratch=s, on=on), on, name, *args) for s in (False, True)]

    assert [answer.replace("ENOTSUP", "EOPNOTSUPP") for answer in answers] == expected


@BOTH
def test_the_process_id_is_put_in_anew_for_each_cell(on: Architecture) -> None:
    prepared = seccomp.CellFilter(scratch=False, on=on)

    first, second = prepared.program(100), prepared.program(2**22)

    assert [evaluate(first, on, "kill", pid, 9) for pid in (100, 2**22)] == [ALLOW, KILL]
    assert [evaluate(second, on, "kill", pid, 9) for pid in (100, 2**22)] == [KILL, ALLOW]


@BOTH
def test_every_name_in_the_rules_is_a_call_of_some_architecture(on: Architecture) -> None:
    """A misspelled one would be passed over in silence."""
    known = X86.numbers.keys() | ARM.numbers.keys()
    for rules in (seccomp._zygote_rules(True, bpf.KILL_PROCESS), seccomp._cell_rules(True), seccomp._cell_rules(False)):
        assert rules.keys() - known == set()


@BOTH
def test_programs_are_of_a_size_that_the_kernel_takes(on: Architecture) -> None:
    for program in (seccomp.zygote_filter(True, on), seccomp.cell_filter(PID, scratch=False, on=on)):
        assert len(program) % 8 == 0 and len(program) // 8 < 4096
