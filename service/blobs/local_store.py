"""Blobs in a folder of this machine, for its owner alone; what was acknowledged survives a crash and a power cut.

A blob is written to ``<id>.part``, synced, renamed to ``<id>``, and its folder synced. The writer holds a lock on the
part file, so that nobody takes a running put for the remains of a dead one. Every way into the folder goes through
descriptors opened without following links.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from service.blobs.errors import BlobExistsError, NoSuchBlobError, StoreFullError, StoreUnavailableError
from service.blobs.identity import checked_blob_id, is_blob_id

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
_PART = ".part"
_SHELF = re.compile(r"[0-9a-f]{2}")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_LOCKABLE = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Step(StrEnum):
    """What changes the disk, in the order of a first put and then of a delete; named after it is done."""

    ROOT_MADE = "root made"
    ROOT_SYNCED = "root synced"
    SHELF_MADE = "shelf made"
    SHELF_SYNCED = "shelf synced"
    PART_MADE = "part made"
    PART_WRITTEN = "part written"
    PART_SYNCED = "part synced"
    RENAMED = "renamed"
    NAME_SYNCED = "name synced"
    PART_REMOVED = "part removed"
    BLOB_REMOVED = "blob removed"
    REMOVAL_SYNCED = "removal synced"


class LocalBlobStore:
    """Keeps blobs under one folder, 0700, in files of 0600; made where it is not there.

    Several processes may use one folder at once. ``reached`` is told each step after it is done; the tests kill the
    process there. Raises StoreUnavailableError where the folder cannot be made or opened.
    """

    def __init__(self, root: Path, *, reached: Callable[[Step], None] | None = None) -> None:
        self._reached = reached
        with _said_plainly():
            self._root = root.resolve()
            self._make_root()

    def put(self, blob_id: str) -> LocalPut:
        """See `BlobStore.put`."""
        return LocalPut(self, checked_blob_id(blob_id))

    def get(self, blob_id: str) -> LocalSource:
        """See `BlobStore.get`. A blob that is deleted can be read on by whoever opened it before."""
        with _said_plainly(), self.shelf(checked_blob_id(blob_id)) as shelf:
            return LocalSource(os.open(blob_id, _READ, dir_fd=shelf))

    def size(self, blob_id: str) -> int:
        """See `BlobStore.size`."""
        with _said_plainly(), self.shelf(checked_blob_id(blob_id)) as shelf:
            found = os.stat(blob_id, dir_fd=shelf, follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode):
            raise StoreUnavailableError
        return found.st_size

    def delete(self, blob_id: str) -> None:
        """See `BlobStore.delete`. A put of this id that is running fails at its end."""
        with suppress(NoSuchBlobError), _said_plainly(), self.shelf(checked_blob_id(blob_id)) as shelf:
            # The part goes first: a put that renames before this leaves a blob for the next line to remove.
            for name, step in ((blob_id + _PART, Step.PART_REMOVED), (blob_id, Step.BLOB_REMOVED)):
                with suppress(FileNotFoundError):
                    self.do(step, os.unlink, name, dir_fd=shelf)
            self.do(Step.REMOVAL_SYNCED, os.fsync, shelf)

    def ids(self) -> Iterator[str]:
        """See `BlobStore.ids`."""
        for shelf_name in self._shelves():
            with _said_plainly(), self.shelf(shelf_name) as shelf:
                names = os.listdir(shelf)  # noqa: PTH208 - by descriptor, so that no link is followed
            yield from (name for name in names if is_blob_id(name) and name.startswith(shelf_name))

    def sweep(self) -> int:
        """See `BlobStore.sweep`."""
        removed = 0
        for shelf_name in self._shelves():
            with _said_plainly(), self.shelf(shelf_name) as shelf:
                names = os.listdir(shelf)  # noqa: PTH208 - by descriptor, as above
                parts = [name for name in names if name.endswith(_PART) and is_blob_id(name.removesuffix(_PART))]
                gone = [name for name in parts if self._remove_if_dead(name, shelf)]
                if gone:
                    self.do(Step.REMOVAL_SYNCED, os.fsync, shelf)
                removed += len(gone)
        return removed

    def do(
        self, step: Step, change: Callable[_Given, _Result], *arguments: _Given.args, **named: _Given.kwargs
    ) -> _Result:
        """Make one change to the disk and say so; every change goes through here, and a test holds that."""
        result = change(*arguments, **named)
        if self._reached is not None:
            self._reached(step)
        return result

    @contextmanager
    def shelf(self, blob_id: str, *, make: bool = False) -> Iterator[int]:
        """A descriptor of the folder named by the id's first two digits; raises OSError where it is not there."""
        with _opened(self._root) as root:
            if make:
                with suppress(FileExistsError):
                    self.do(Step.SHELF_MADE, os.mkdir, blob_id[:2], 0o700, dir_fd=root)
                # Also where it existed: whoever made it may have died before this.
                self.do(Step.SHELF_SYNCED, os.fsync, root)
            shelf = os.open(blob_id[:2], _FOLDER, dir_fd=root)
        try:
            yield shelf
        finally:
            os.close(shelf)

    def make_part(self, name: str, shelf: int) -> int:
        """Create and lock a part file; takes the place of a dead one. Raises BlobExistsError where one is running."""
        while True:
            try:
                part = self.do(Step.PART_MADE, os.open, name, _NEW, 0o600, dir_fd=shelf)
            except FileExistsError:
                if not self._remove_if_dead(name, shelf):
                    raise BlobExistsError from None
                continue
            # A sweep that saw it before it was locked may have taken it for dead; then it is made again.
            fcntl.flock(part, fcntl.LOCK_EX)
            if is_named(part, name, shelf):
                return part
            os.close(part)

    def remove_own(self, name: str, shelf: int, part: int) -> bool:
        """Remove a part file whose lock is held; says whether it was still there."""
        mine = is_named(part, name, shelf)
        if mine:
            self.do(Step.PART_REMOVED, os.unlink, name, dir_fd=shelf)
        return mine

    def _remove_if_dead(self, name: str, shelf: int) -> bool:
        try:
            part = os.open(name, _LOCKABLE, dir_fd=shelf)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return self.remove_own(name, shelf, part)
        except BlockingIOError:
            return False
        finally:
            os.close(part)

    def _make_root(self) -> None:
        paths = [self._root, *self._root.parents]
        missing = paths[: next(at for at, path in enumerate(paths) if path.exists())]
        for path in reversed(missing):
            self.do(Step.ROOT_MADE, path.mkdir, 0o700, exist_ok=True)
        # Names that existed are synced too: whoever made them may have died before this. Up to the mount point, and
        # where this account may look.
        for path in paths[:-1]:
            if path.parent.stat().st_dev != self._root.stat().st_dev:
                break
            with suppress(PermissionError), _opened(path.parent) as above:
                self.do(Step.ROOT_SYNCED, os.fsync, above)

    def _shelves(self) -> list[str]:
        with _said_plainly():
            return [path.name for path in self._root.iterdir() if _SHELF.fullmatch(path.name)]


class LocalPut:
    """One put; use it in a ``with`` block. See `BlobStore.put`."""

    def __init__(self, store: LocalBlobStore, blob_id: str) -> None:
        self._store = store
        self._id = blob_id
        self._part = -1

    def __enter__(self) -> Self:
        with _said_plainly(), self._store.shelf(self._id, make=True) as shelf:
            self._part = self._store.make_part(self._id + _PART, shelf)
            try:
                # Only the holder of the part's lock can make the blob, so this answer stays true.
                if self._is_stored(shelf):
                    raise BlobExistsError
            except BaseException:
                self._abandon(shelf)
                raise
        return self

    def write(self, sealed: bytes) -> int:
        """See `BlobSink.write`."""
        view = memoryview(sealed)
        with _said_plainly():
            while view:
                view = view[self._store.do(Step.PART_WRITTEN, os.write, self._part, view) :]
        return len(sealed)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with _said_plainly(), self._store.shelf(self._id) as shelf:
            try:
                if kind is None:
                    self._keep(shelf)
            finally:
                self._abandon(shelf)

    def _keep(self, shelf: int) -> None:
        name = self._id + _PART
        self._store.do(Step.PART_SYNCED, os.fsync, self._part)
        if not is_named(self._part, name, shelf):
            raise NoSuchBlobError
        self._store.do(Step.RENAMED, os.replace, name, self._id, src_dir_fd=shelf, dst_dir_fd=shelf)
        part, self._part = self._part, -1
        os.close(part)
        self._store.do(Step.NAME_SYNCED, os.fsync, shelf)

    def _is_stored(self, shelf: int) -> bool:
        try:
            os.stat(self._id, dir_fd=shelf, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    def _abandon(self, shelf: int) -> None:
        if self._part < 0:
            return
        part, self._part = self._part, -1
        try:
            self._store.remove_own(self._id + _PART, shelf, part)
        finally:
            os.close(part)


class LocalSource:
    """A stored blob; see `BlobSource`. Takes over the descriptor; raises StoreUnavailableError unless it is a file."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        found = os.fstat(descriptor)
        self._size = found.st_size
        if not stat.S_ISREG(found.st_mode):
            self.close()
            raise StoreUnavailableError

    @property
    def size(self) -> int:
        """Bytes of the stored file when it was opened."""
        return self._size

    def read_at(self, start: int, length: int) -> bytes:
        """See `BlobSource.read_at`."""
        with _said_plainly():
            return os.pread(self._descriptor, length, start)

    def close(self) -> None:
        """See `BlobSource.close`."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, _FOLDER)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Turn what the system says, which may name paths, into this program's errors."""
    try:
        yield
    except FileNotFoundError:
        raise NoSuchBlobError from None
    except OSError as failed:
        if failed.errno in _NO_ROOM:
            raise StoreFullError from None
        name = errno.errorcode.get(failed.errno or 0, "unknown")
        raise StoreUnavailableError(f"{StoreUnavailableError.__doc__} The system said {name}.") from None


def is_named(part: int, name: str, shelf: int) -> bool:
    """Whether a name in a folder still leads to an open file."""
    try:
        found = os.stat(name, dir_fd=shelf, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(found, os.fstat(part))
