"""The files of key-encryption keys, one for each epoch that is not destroyed yet; usually there is one."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.execution.artefacts import sync_folder
from service.keybroker.errors import LostEpochError, PublicKeysError, refused_by_the_system
from service.keybroker.steps import Reached, Step
from service.keybroker.wrapping import KeyEncryptionKey

_NAME = re.compile(r"epoch-(\d{19})\.key")
_LINE = re.compile(r"practice-epoch-1 (\d{19}) ([0-9a-f]{32}) ([0-9a-f]{64}) ([0-9a-f]{16})\n")
_PART = "epoch.part"
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe must not make it wait
_OVER = os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class EpochFolder:
    """A folder of mode 0700 on a local disk, with a file of mode 0600 for each epoch. No key stays in memory."""

    def __init__(self, folder: Path, reached: Reached) -> None:
        self._folder = folder
        self._reached = reached

    def make(self) -> None:
        """Make the folder where there is none. Raises KeystoreUnavailableError."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(self._folder.parent)
        except OSError as refused:
            raise refused_by_the_system(refused) from None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from changing epochs meanwhile; they wait.

        Raises LostEpochError, PublicKeysError, and KeystoreUnavailableError for what the system refuses meanwhile.
        """
        try:
            held = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            raise LostEpochError from None
        try:
            if os.fstat(held).st_mode & 0o077:
                raise PublicKeysError
            fcntl.flock(held, fcntl.LOCK_EX)
            yield
        except OSError as refused:
            raise refused_by_the_system(refused) from None
        finally:
            os.close(held)

    def present(self) -> list[int]:
        """The epochs that there is a file of, oldest first; whether it can be read is not looked at."""
        if not self._folder.is_dir():
            return []
        names = (_NAME.fullmatch(path.name) for path in self._folder.iterdir())
        return sorted(int(name[1]) for name in names if name)

    def read(self, epoch: int) -> KeyEncryptionKey:
        """The key of an epoch. Raises LostEpochError where it is gone or damaged, PublicKeysError."""
        try:
            opened = os.open(self._path(epoch), _READ)
        except OSError:
            raise LostEpochError from None
        with os.fdopen(opened, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode) or mode & 0o077:
                raise PublicKeysError
            line = _LINE.fullmatch(file.read(1024).decode("ascii", "replace"))
        if line is None or int(line[1]) != epoch or _check(epoch, line[2], line[3]) != line[4]:
            raise LostEpochError
        return KeyEncryptionKey(id=line[2], epoch=epoch, secret=bytes.fromhex(line[3]))

    def write(self, kek: KeyEncryptionKey) -> None:
        """Keep a new key: on the disk under another name first, so that a file with an epoch's name is always whole."""
        secret = kek.secret.hex()
        line = f"practice-epoch-1 {kek.epoch:019d} {kek.id} {secret} {_check(kek.epoch, kek.id, secret)}\n"
        part = self._folder / _PART
        with os.fdopen(os.open(part, _NEW, 0o600), "wb") as file:
            file.write(line.encode("ascii"))
            file.flush()
            self._reached(Step.PART_WRITTEN)
            os.fsync(file.fileno())
        self._reached(Step.PART_SYNCED)
        part.rename(self._path(kek.epoch))
        self._reached(Step.EPOCH_NAMED)
        sync_folder(self._folder)
        self._reached(Step.EPOCH_SYNCED)

    def destroy(self, epoch: int) -> None:
        """Overwrite the file of an epoch, then remove it; one that is half destroyed is destroyed again."""
        self._wipe(self._path(epoch))

    def sweep(self) -> None:
        """Destroy what an interrupted ``write`` left; it never had an epoch's name, so nothing is wrapped under it."""
        part = self._folder / _PART
        if part.is_symlink() or part.exists():
            self._wipe(part)

    def _wipe(self, path: Path) -> None:
        with os.fdopen(os.open(path, _OVER), "wb", buffering=0) as file:
            file.write(b"\0" * os.fstat(file.fileno()).st_size)
            os.fsync(file.fileno())
        self._reached(Step.OLD_OVERWRITTEN)
        path.unlink()
        self._reached(Step.OLD_UNLINKED)
        sync_folder(self._folder)
        self._reached(Step.OLD_GONE)

    def _path(self, epoch: int) -> Path:
        return self._folder / f"epoch-{epoch:019d}.key"


def _check(epoch: int, kek_id: str, secret: str) -> str:
    """Digits that tell a damaged file from another one's."""
    return hashlib.sha256(f"practice-epoch-1 {epoch} {kek_id} {secret}".encode()).hexdigest()[:16]
