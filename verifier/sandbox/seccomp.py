"""Which system calls the kernel answers, and how: two filters, one upon the other.

The *zygote's filter* is loaded once, before any fork, and inherited by all cells and testers. It allows everything but
what no honest program does: *break-outs*, such as `execve`, `ptrace`, `mount`, a new namespace. A few calls more are
*recorded*, since they may be honest (looking up a user's name tries a socket) but shall be counted. Where there is a
listener, both go to it, and it answers; otherwise the kernel kills the process, or refuses what is only recorded.

The *cell's filter* comes last of all layers, before any of the submission's code. It lists what is allowed, because a
list of what is forbidden ages: each kernel brings new calls, and a new one must be refused until somebody has thought
about it. Of two filters' answers the stricter one counts, in the order killed, errno, told to the listener, allowed.
So the cell's filter allows what the zygote's answers itself: alone, it does not confine.

What refuses is chosen so that honest programs learn what they would elsewhere: a file to read does not exist, one to
write is not permitted, `os.system` fails with EPERM. Killed is who forks or signals others around Python's own
functions. What a filter can't see is behind pointers: `stat` by descriptor must be allowed (it is how the C library
writes `fstat`), and with it comes asking whether a path exists, for a program that makes its calls by itself.

Standard library only: this module is loaded inside the jail.
"""

from __future__ import annotations

import errno
import struct

from verifier.sandbox.bpf import (
    ALLOW,
    KILL_PROCESS,
    OWN_PID,
    USER_NOTIF,
    Rule,
    assemble,
    error,
    has_any_bit,
    is_at_least,
    is_one_of,
)
from verifier.sandbox.syscalls import Architecture, UnsupportedArchitecture, architecture, call_name

__all__ = ["CellFilter", "UnsupportedArchitecture", "call_name", "cell_filter", "recorded_numbers", "zygote_filter"]

_EPERM = error(errno.EPERM)
_NO_SUCH_CALL = error(errno.ENOSYS)
"""What a kernel says to a number that it doesn't know. The zygote's filter says it too, to all that is newer than our
tables, and to x32's `execve` and `ptrace`, which older x86-64 kernels have among those numbers."""

# linux/sched.h
_CLONE_VM = 0x0000_0100
_CLONE_THREAD = 0x0001_0000
_CLONE_NAMESPACES = 0x7E02_0000  # NEWNS NEWCGROUP NEWUTS NEWIPC NEWUSER NEWPID NEWNET

BREAK_OUTS = (
    "execve execveat ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp bpf io_uring_setup "
    "io_uring_enter io_uring_register userfaultfd perf_event_open add_key request_key keyctl pivot_root "
    "open_tree open_tree_attr move_mount fsopen fsconfig fsmount fspick mount_setattr quotactl quotactl_fd swapon "
    "swapoff unshare setns create_module init_module finit_module delete_module kexec_load kexec_file_load reboot "
    "sethostname setdomainname settimeofday clock_settime clock_adjtime adjtimex acct syslog fanotify_init "
    "fanotify_mark open_by_handle_at name_to_handle_at lookup_dcookie iopl ioperm modify_ldt shmget shmat shmctl shmdt "
    "semget semop semtimedop semctl msgget msgsnd msgrcv msgctl mq_open mq_unlink mq_timedsend mq_timedreceive "
    "mq_notify mq_getsetattr memfd_secret vhangup"
).split()
"""Neither an honest submission nor a test nor the zygote makes these; `personality` and `clone` are added for some of
their arguments."""

RECORDED = "socket connect bind memfd_create".split()

_OTHER_NUMA_NODES = "migrate_pages move_pages set_mempolicy set_mempolicy_home_node".split()
"""Numerical libraries try such calls, and do without."""

_ALLOWED = (
    # memory
    "brk munmap mremap mprotect madvise msync mincore mlock mlock2 munlock mlockall munlockall pkey_alloc "
    "pkey_free pkey_mprotect mseal map_shadow_stack get_mempolicy "
    # descriptors that stand; new ones are the descriptor lock's matter
    "read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close close_range fstat fstatfs "
    "fsync fdatasync fadvise64 dup dup2 dup3 pipe pipe2 eventfd eventfd2 signalfd signalfd4 timerfd_create "
    "timerfd_settime timerfd_gettime poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait "
    "epoll_pwait epoll_pwait2 getcwd umask "
    # threads, time, signals to itself
    "futex futex_waitv futex_wake futex_wait futex_requeue set_tid_address set_robust_list rseq membarrier arch_prctl "
    "exit exit_group wait4 waitid restart_syscall nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday "
    "time times getitimer setitimer alarm pause timer_create timer_settime timer_gettime timer_getoverrun "
    "timer_delete rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack "
    # about itself and the machine
    "getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid getgroups getpgid getpgrp getsid capget "
    "getpriority ioprio_get getrlimit setrlimit getrusage uname sysinfo getcpu getrandom sched_yield sched_getparam "
    "sched_getscheduler sched_getattr sched_getaffinity sched_get_priority_max sched_get_priority_min "
    "sched_rr_get_interval"
).split()

# linux/fcntl.h and asm-generic/ioctls.h, the same on both architectures. Left out are those that send signals to a
# process of choice, that take up the kernel's memory, or that type into a terminal.
_FCNTL_COMMANDS = (
    *range(8),  # F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_GETLK F_SETLK F_SETLKW
    *(9, 11),  # F_GETOWN F_GETSIG
    *(36, 37, 38),  # F_OFD_GETLK F_OFD_SETLK F_OFD_SETLKW
    *(1030, 1032, 1034),  # F_DUPFD_CLOEXEC F_GETPIPE_SZ F_GET_SEALS
)
_IOCTL_REQUESTS = (
    *(0x5401, 0x802C542A, 0x5413, 0x540F),  # TCGETS TCGETS2 TIOCGWINSZ TIOCGPGRP
    *(0x541B, 0x5421, 0x5450, 0x5451),  # FIONREAD FIONBIO FIONCLEX FIOCLEX
)
_PRCTL_OPTIONS = (
    *(15, 16),  # PR_SET_NAME PR_GET_NAME
    *(2, 3, 7, 21, 23, 30, 39, 42),  # reading: pdeathsig dumpable keepcaps seccomp capbset timerslack nnp thp
)

_READS_A_PATH = (
    "openat2 stat lstat access faccessat faccessat2 readlink readlinkat chdir statfs getxattr lgetxattr listxattr "
    "llistxattr getxattrat listxattrat"
).split()
_CHANGES_A_PATH = (
    "creat mkdir mkdirat link linkat symlink symlinkat unlink unlinkat rename renameat renameat2 rmdir chmod fchmodat "
    "fchmodat2 truncate utime utimes futimesat utimensat"
).split()
_CHANGES_A_PATH_EVER_DENIED = (
    "mknod mknodat chown lchown fchownat chroot setxattr lsetxattr removexattr lremovexattr setxattrat removexattrat"
).split()
_NEEDS_OPEN_FILES = (
    "open openat newfstatat statx ftruncate fallocate getdents getdents64 fchdir fchmod flock readahead "
    "sync_file_range sendfile copy_file_range"
).split()
_EXTENDED_ATTRIBUTES = tuple(
    before + name + after
    for name in ("getxattr", "setxattr", "listxattr", "removexattr")
    for before, after in (("", ""), ("l", ""), ("f", ""), ("", "at"))
)

_MAP_SHARED, _MAP_SHARED_VALIDATE, _MAP_TYPE, _MAP_ANONYMOUS = 0x01, 0x03, 0x0F, 0x20  # linux/mman.h
_PRIVATE_MEMORY = is_one_of(3, (_MAP_SHARED, _MAP_SHARED_VALIDATE), _EPERM, ALLOW, mask=_MAP_TYPE)
"""Shared memory without a file keeps its pages when they are unmapped, and is no part of what a process is charged."""

_O_CREAT_OR_TMPFILE = 0o20_000_100
_AT_EMPTY_PATH = 0x1000
_FIRST_NEGATIVE = 0x8000_0000
_S_IFMT, _S_IFREG, _S_IFIFO = 0o170_000, 0o100_000, 0o010_000


def zygote_filter(listener: bool, on: Architecture | None = None, *, is_first: bool = True) -> bytes:
    """The program for the zygote, which loads it when its own namespaces, mounts and memory files stand.

    With `listener`, break-outs and recorded calls wait for an answer from whom `linux.load_filter` gave the listener's
    descriptor to. Where it `is_first` not, and a container's filter refuses some break-outs, nobody would hear of
    those, since a refusal outranks a listener: all are killed then. Raises UnsupportedArchitecture.
    """
    rules = _zygote_rules(listener, USER_NOTIF if listener and is_first else KILL_PROCESS)
    return assemble(on or architecture(), rules, default=ALLOW, beyond=_NO_SUCH_CALL).code


def recorded_numbers(on: Architecture | None = None) -> frozenset[int]:
    """Of the calls that a listener hears of and that are no break-outs. Raises UnsupportedArchitecture."""
    numbers = (on or architecture()).numbers
    return frozenset(numbers[name] for name in RECORDED)


def _zygote_rules(listener: bool, break_out: Rule) -> dict[str, Rule]:
    rules: dict[str, Rule] = dict.fromkeys(BREAK_OUTS, break_out)
    rules.update(dict.fromkeys(RECORDED, USER_NOTIF if listener else _EPERM))
    rules.update(dict.fromkeys(_OTHER_NUMA_NODES, _EPERM))
    rules["personality"] = is_one_of(0, (0xFFFF_FFFF,), ALLOW, break_out)  # that one asks which it is
    rules["clone"] = has_any_bit(0, _CLONE_NAMESPACES, break_out, ALLOW)
    rules["clone3"] = _NO_SUCH_CALL  # its flags are behind a pointer; the C library then uses clone
    return rules


class CellFilter:
    """The program for cells: the same for all but for their process ids."""

    def __init__(self, *, scratch: bool, bounded: bool = True, on: Architecture | None = None) -> None:
        """`scratch`: the cell may work on files (where, other layers say). Not `bounded`: the place is no file system
        of its own, so that what takes room without being seen in it is refused. Raises UnsupportedArchitecture."""
        rules = _cell_rules(scratch)
        if not bounded:
            rules["fallocate"] = error(errno.EOPNOTSUPP)  # the C library then writes
            rules["mmap"] = has_any_bit(3, _MAP_ANONYMOUS, _PRIVATE_MEMORY, error(errno.ENODEV))
        self.template = assemble(on or architecture(), rules, default=_EPERM, beyond=_NO_SUCH_CALL)
        """For linux.PreparedFilter."""

    def program(self, pid: int) -> bytes:
        """`pid` as the cell itself sees it: os.getpid()."""
        code = bytearray(self.template.code)
        for offset in self.template.pid_offsets:
            struct.pack_into("=I", code, offset, pid)
        return bytes(code)


def cell_filter(pid: int, *, scratch: bool, on: Architecture | None = None) -> bytes:
    """The program for one cell; see CellFilter."""
    return CellFilter(scratch=scratch, on=on).program(pid)


def _cell_rules(scratch: bool) -> dict[str, Rule]:
    rules: dict[str, Rule] = dict.fromkeys(_zygote_rules(True, USER_NOTIF), ALLOW)  # answered there
    rules.update(dict.fromkeys(_ALLOWED, ALLOW))
    rules.update(_process_rules())
    rules["mmap"] = has_any_bit(3, _MAP_ANONYMOUS, _PRIVATE_MEMORY, ALLOW)
    rules["fcntl"] = is_one_of(1, _FCNTL_COMMANDS, ALLOW, _EPERM)
    rules["ioctl"] = is_one_of(1, _IOCTL_REQUESTS, ALLOW, _EPERM)
    rules["prctl"] = is_one_of(0, _PRCTL_OPTIONS, ALLOW, _EPERM)
    rules.update(_scratch_rules() if scratch else _no_file_rules())
    return rules


def _process_rules() -> dict[str, Rule]:
    """Threads, but no processes; signals and settings for the cell itself, but for nobody else."""
    to_itself = is_one_of(0, (OWN_PID,), ALLOW, KILL_PROCESS)
    of_itself = is_one_of(0, (0, OWN_PID), ALLOW, _EPERM)
    return {
        # The zygote mounts scratch directories, so its own filter lets these pass.
        "mount": KILL_PROCESS,
        "umount2": KILL_PROCESS,
        "fork": KILL_PROCESS,
        "vfork": _EPERM,
        # A namespace is the zygote's filter's matter. Sharing memory is how os.system starts programs: honest.
        "clone": has_any_bit(
            0,
            _CLONE_NAMESPACES | _CLONE_THREAD,
            ALLOW,
            has_any_bit(0, _CLONE_VM, _EPERM, KILL_PROCESS),
        ),
        # 0: its own process group, of which it is the leader. Signal 0 only asks whether there is such a process.
        "kill": is_one_of(0, (0, OWN_PID), ALLOW, is_one_of(1, (0,), _EPERM, KILL_PROCESS)),
        "tgkill": to_itself,
        "rt_sigqueueinfo": to_itself,
        "rt_tgsigqueueinfo": to_itself,
        "tkill": is_one_of(0, (OWN_PID,), ALLOW, _EPERM),  # perhaps another thread of its own
        "prlimit64": of_itself,
        "sched_setaffinity": of_itself,
        "setpriority": is_one_of(0, (0,), is_one_of(1, (0, OWN_PID), ALLOW, _EPERM), _EPERM),  # of a process, not user
    }


def _no_file_rules() -> dict[str, Rule]:
    missing, denied = error(errno.ENOENT), error(errno.EACCES)
    rules: dict[str, Rule] = dict.fromkeys(_EXTENDED_ATTRIBUTES, error(errno.EOPNOTSUPP))
    rules.update(dict.fromkeys(_READS_A_PATH, missing))
    rules.update(dict.fromkeys(_CHANGES_A_PATH + _CHANGES_A_PATH_EVER_DENIED, denied))
    rules["open"] = has_any_bit(1, _O_CREAT_OR_TMPFILE, denied, missing)
    rules["openat"] = has_any_bit(2, _O_CREAT_OR_TMPFILE, denied, missing)
    for name, flags in (("newfstatat", 3), ("statx", 2)):
        # The C library's fstat. (A path relative to no directory's descriptor comes with a negative number.)
        of_descriptor = is_at_least(0, _FIRST_NEGATIVE, missing, ALLOW)
        rules[name] = has_any_bit(flags, _AT_EMPTY_PATH, of_descriptor, missing)
    return rules


def _scratch_rules() -> dict[str, Rule]:
    rules: dict[str, Rule] = dict.fromkeys(_READS_A_PATH + _CHANGES_A_PATH + _NEEDS_OPEN_FILES, ALLOW)
    for name, mode in (("mknod", 1), ("mknodat", 2)):
        rules[name] = is_one_of(mode, (0, _S_IFREG, _S_IFIFO), ALLOW, _EPERM, mask=_S_IFMT)
    # As on a file system that has none: shutil.copy2 passes over that, but not over EPERM.
    rules.update(dict.fromkeys(_EXTENDED_ATTRIBUTES, error(errno.EOPNOTSUPP)))
    return rules
