"""Looks for canaries in everything under given folders: contents, names, attributes, and files deleted but still open.

A report names file, offset and form, never what lies around a hit. docs/canaries.md says what is found and what is not.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.errors import BadInputError
from service.admin.canary_forms import Canary, Pattern, patterns, sound_canary, text_canary
from service.admin.canary_search import Search
from service.admin.canary_stream import Allowance, Reason, Stream

__all__ = ["Canary", "Finding", "Limits", "Reason", "ScanReport", "Skipped", "scan", "sound_canary", "text_canary"]

_BLOCK = 1024 * 1024
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NO_ATTRIBUTES = frozenset({errno.ENOTSUP, errno.EPERM})
_HARMLESS = frozenset({Reason.NOT_A_FILE})

Unseal = Callable[[Path], Iterable[bytes] | None]
"""Given a file: its opened content in blocks, or None where it is not a sealed blob. It may raise anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """``unpacked``: bytes opened from compressed members of a file; ``depth``: how many times over; ``told``: hits."""

    unpacked: int = 1024**3
    depth: int = 3
    told: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One hit.

    ``file``: its path; parts of it that hold a canary are shown as ``<inode N>``. ``place``: content, sealed, name,
    attribute or target (of a link). ``form``: raw, utf-16, base64, hex, json, url, html or float32. ``packed``: the way
    through compressed members, as ``gzip@0/``, each at its offset. ``offset``: bytes into the innermost of these.
    """

    canary: str
    file: str
    place: str
    form: str
    packed: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that was not looked into, or not to its end."""

    file: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """``files`` and ``bytes`` that were read as they lie; ``untold``: hits beyond the limit, counted only."""

    files: int
    bytes: int
    skipped: tuple[Skipped, ...]
    findings: tuple[Finding, ...]
    untold: int
    found: frozenset[str]
    """Names of the canaries that were found anywhere."""

    @property
    def complete(self) -> bool:
        """Whether all that can hold bytes was read to its end; only then does no finding mean anything."""
        return all(one.reason in _HARMLESS for one in self.skipped)


def scan(
    roots: Sequence[Path],
    canaries: Sequence[Canary],
    *,
    processes: Sequence[int] = (),
    unseal: Unseal | None = None,
    limits: Limits = Limits(),
) -> ScanReport:
    """Look for ``canaries`` under ``roots`` and in the deleted files that ``processes`` (ids) hold open.

    Links are not followed. Raises BadInputError where a root is missing, nothing is looked for, or two have one name.
    """
    names = [canary.name for canary in canaries]
    if not names or len(set(names)) < len(names):
        raise BadInputError("A scan needs at least one canary, each with a name of its own.")
    for number, root in enumerate(roots, 1):
        if not os.path.lexists(root):
            raise BadInputError(f"Folder {number} of the {len(roots)} to scan does not exist; nothing was scanned.")
    scanner = _Scanner(Search(patterns(canaries)), unseal, limits)
    for root in roots:
        scanner.tree(root)
    for process in processes:
        scanner.process(process)
    return scanner.report()


class _Scanner:
    """What one scan has seen so far."""

    def __init__(self, search: Search, unseal: Unseal | None, limits: Limits) -> None:
        self._search, self._unseal, self._limits = search, unseal, limits
        self._files = self._bytes = self._untold = 0
        self._skipped: list[Skipped] = []
        self._findings: list[Finding] = []
        self._found: set[str] = set()

    def report(self) -> ScanReport:
        """All of it."""
        return ScanReport(
            files=self._files,
            bytes=self._bytes,
            skipped=tuple(self._skipped),
            findings=tuple(self._findings),
            untold=self._untold,
            found=frozenset(self._found),
        )

    def tree(self, root: Path) -> None:
        """A root and all below it, without recursion and without following links."""
        waiting = [(root, _shown(os.fsencode(root)))]
        while waiting:
            path, shown = waiting.pop()
            try:
                kind = path.lstat()
                self._attributes(path, shown)
                if stat.S_ISDIR(kind.st_mode):
                    waiting += reversed(list(self._children(path, shown)))
                elif stat.S_ISREG(kind.st_mode):
                    self._file(path, shown, follow=False)
                elif stat.S_ISLNK(kind.st_mode):
                    self._blocks(shown, "target", [os.fsencode(path.readlink())])
                else:
                    self._skip(shown, Reason.NOT_A_FILE)
            except OSError as error:
                self._skip(shown, _why(error))

    def process(self, process: int) -> None:
        """The files that a process holds open and that no folder names any more."""
        folder = Path(f"/proc/{process}/fd")
        try:
            opened = sorted(folder.iterdir(), key=lambda one: int(one.name))
        except OSError as error:
            self._skip(str(folder), _why(error))
            return
        for path in opened:
            try:
                kind = path.stat()
                if stat.S_ISREG(kind.st_mode) and kind.st_nlink == 0:
                    self._file(path, str(path), follow=True)
            except OSError as error:
                # A descriptor that was closed meanwhile is no gap: its deleted file is gone with it.
                if _why(error) is not Reason.GONE:
                    self._skip(str(path), _why(error))

    def _children(self, folder: Path, shown: str) -> Iterator[tuple[Path, str]]:
        for child in sorted(folder.iterdir()):
            name = os.fsencode(child.name)
            label = _shown(name)
            if any(self._search.hits(name)):
                label = f"<inode {child.lstat().st_ino}>"
            self._blocks(f"{shown}/{label}", "name", [name])
            yield child, f"{shown}/{label}"

    def _attributes(self, path: Path, shown: str) -> None:
        try:
            names = os.listxattr(path, follow_symlinks=False)
        except OSError as error:
            if error.errno in _NO_ATTRIBUTES:
                return
            raise
        for name in names:
            self._blocks(shown, "attribute", [os.fsencode(name)])
            self._blocks(shown, "attribute", [os.getxattr(path, name, follow_symlinks=False)])

    def _file(self, path: Path, shown: str, *, follow: bool) -> None:
        handle = os.open(path, _OPEN & ~os.O_NOFOLLOW if follow else _OPEN)
        with os.fdopen(handle, "rb", buffering=0) as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):  # swapped since it was looked at
                self._skip(shown, Reason.GONE)
                return
            self._files += 1
            self._blocks(shown, "content", self._counted(iter(lambda: file.read(_BLOCK), b"")))
        if self._unseal is not None:
            self._sealed(path, shown, self._unseal)

    def _counted(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        for block in blocks:
            self._bytes += len(block)
            yield block

    def _sealed(self, path: Path, shown: str, unseal: Unseal) -> None:
        try:
            blocks = unseal(path)
            if blocks is not None:
                self._blocks(shown, "sealed", blocks)
        except Exception:  # a wrong key, a damaged blob, a bug of the callback: each has to be said, none may stop us
            self._skip(shown, Reason.SEALED)

    def _blocks(self, shown: str, place: str, blocks: Iterable[bytes]) -> None:
        def told(offset: int, packed: str, pattern: Pattern) -> None:
            self._tell(shown, place, offset, packed, pattern)

        allowance = Allowance(bytes_left=self._limits.unpacked, depth=self._limits.depth, left_out=set())
        stream = Stream(self._search, told, allowance)
        for block in blocks:
            stream.feed(block)
        stream.finish()
        for reason in sorted(allowance.left_out):
            self._skip(shown, reason)

    def _tell(self, shown: str, place: str, offset: int, packed: str, pattern: Pattern) -> None:
        self._found.add(pattern.canary)
        if len(self._findings) >= self._limits.told:
            self._untold += 1
            return
        hit = Finding(canary=pattern.canary, file=shown, place=place, form=pattern.form, packed=packed, offset=offset)
        self._findings.append(hit)

    def _skip(self, shown: str, reason: Reason) -> None:
        self._skipped.append(Skipped(file=shown, reason=reason))


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")


def _why(error: OSError) -> Reason:
    return Reason.GONE if isinstance(error, FileNotFoundError | ProcessLookupError) else Reason.UNREADABLE
