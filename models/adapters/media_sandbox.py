"""The walls around the media child; the child builds them round itself, after its imports and before any parsing.

Each wall holds alone where the kernel lacks another: limits on memory, processor time, files and file size; no core
dump; death with the parent; no network; an empty root folder; and a filter that lets only the calls through that
sums on already opened files need. Whatever cannot be built is left out and reported.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
from dataclasses import asdict, dataclass
from pathlib import Path

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CLONE_NEWIPC = 0x08000000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_SIGKILL = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxState:
    """Which walls stand. ``limits`` and ``filter_calls`` or ``empty_root`` are what matters most."""

    limits: bool
    dies_with_parent: bool
    no_network: bool
    empty_root: bool
    filter_calls: bool

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the walls that this machine does not offer."""
        return tuple(name for name, held in asdict(self).items() if not held)

    @property
    def isolated(self) -> bool:
        """Whether the child can reach neither the network nor another file."""
        return self.filter_calls or (self.no_network and self.empty_root)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildLimits:
    """Hard limits of the child: memory beyond what it holds when it starts, processor seconds, bytes per file."""

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int


def build_walls(limits: ChildLimits, empty_folder: Path) -> SandboxState:
    """Shut this process in for good. ``empty_folder`` becomes its root folder. Raises nothing."""
    libc = ctypes.CDLL(None, use_errno=True)
    dies = libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0) == 0
    held = _limit(limits)
    network = _leave_network(libc)
    root = _leave_files(empty_folder)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    filtered = _filter_calls(libc)
    return SandboxState(
        limits=held,
        dies_with_parent=dies,
        no_network=network or filtered,
        empty_root=root,
        filter_calls=filtered,
    )


def _limit(limits: ChildLimits) -> bool:
    """Set resource limits; memory counts from what is mapped now."""
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 32,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_AS: _mapped_bytes() + limits.memory_bytes,
    }
    done = True
    for which, value in wanted.items():
        hard = resource.getrlimit(which)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # The signal of the soft limit tells that it was the processor time; the hard one kills without a word.
        most = allowed + 1 if which == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else allowed
        try:
            resource.setrlimit(which, (allowed, most))
        except (OSError, ValueError):
            done = False
    return done


def _mapped_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def _leave_network(libc: ctypes.CDLL) -> bool:
    """Move to a network without any interface: through a user namespace, or directly where that is allowed."""
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC) == 0:
        return True
    return bool(libc.unshare(_CLONE_NEWNET) == 0)


def _leave_files(empty_folder: Path) -> bool:
    """Make an empty folder the root, so that no path leads to any file."""
    try:
        os.chroot(empty_folder)
        os.chdir("/")
    except OSError:
        return False
    return True


# Numbers of the system calls that the child still needs, by name, for the two processors that matter. All others
# answer "not permitted": opening any file, sockets, starting programs or threads, signals to others, mounting.
_CALLS: dict[str, dict[str, int]] = {
    "x86_64": {
        "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11,
        "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17, "pwrite64": 18,
        "readv": 19, "writev": 20, "sched_yield": 24, "mremap": 25, "madvise": 28, "dup": 32, "nanosleep": 35,
        "getpid": 39, "exit": 60, "fsync": 74, "fdatasync": 75, "ftruncate": 77, "gettimeofday": 96, "getrusage": 98,
        "sysinfo": 99, "times": 100, "sigaltstack": 131, "gettid": 186, "time": 201, "futex": 202,
        "sched_getaffinity": 204, "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229,
        "clock_nanosleep": 230, "exit_group": 231, "getrandom": 318, "rseq": 334,
    },
    "aarch64": {
        "dup": 23, "ftruncate": 46, "close": 57, "lseek": 62, "read": 63, "write": 64, "readv": 65, "writev": 66,
        "pread64": 67, "pwrite64": 68, "ppoll": 73, "fstat": 80, "fsync": 82, "fdatasync": 83, "exit": 93,
        "exit_group": 94, "futex": 98, "nanosleep": 101, "clock_gettime": 113, "clock_getres": 114,
        "clock_nanosleep": 115, "sched_getaffinity": 123, "sched_yield": 124, "restart_syscall": 128,
        "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "times": 153,
        "getrusage": 165, "gettimeofday": 169, "getpid": 172, "gettid": 178, "sysinfo": 179, "brk": 214,
        "munmap": 215, "mremap": 216, "mmap": 222, "mprotect": 226, "madvise": 233, "getrandom": 278, "rseq": 293,
    },
}  # fmt: skip
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _KILL, _NOT_PERMITTED = 0x7FFF0000, 0x80000000, 0x00050001


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _filter_calls(libc: ctypes.CDLL) -> bool:
    """Let the kernel refuse every call that is not in the list, for good."""
    machine = platform.machine()
    if machine not in _CALLS:
        return False
    code = _instructions(_AUDIT_ARCH[machine], sorted(_CALLS[machine].values()))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    program = _Program(len(code) // 8, code)
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _instructions(architecture: int, numbers: list[int]) -> bytes:
    """A classic BPF program: another architecture kills, a listed call passes, the rest is not permitted."""
    lines = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    for at, number in enumerate(numbers):
        lines.append((_EQUAL, len(numbers) - at, 0, number))
    lines += [(_RETURN, 0, 0, _NOT_PERMITTED), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
