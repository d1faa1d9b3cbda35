"""Pulls pinned weights from a model hub: the only code in this program that opens a connection.

A file appears under its own name only when it is whole and its SHA-256 is the one it has to be; until then it is a
``.part`` beside it, which a later pull goes on with. Nothing is loaded or unpickled here.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from models import weights
from models.adapters.hub_transfer import GatedError, PullError, Remote, Transfer
from models.errors import WeightsError
from models.weights import Entry, Kind, WeightFile
from models.weights_lock import LockedFile, read_lock, record

ENDPOINT = "https://huggingface.co"
_SPARE_BYTES = 64 << 20
_GIT_ID = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a pull is: the file in hand, and bytes of the whole entry; ``total`` is 0 where sizes are not known."""

    path: str
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What a pull did: paths that were fetched, that were there already, and that are trusted from now on.

    ``trusted`` had no digest in ``weights.toml``; theirs are now in the lock file.
    """

    folder: Path
    fetched: tuple[str, ...]
    kept: tuple[str, ...]
    trusted: tuple[str, ...]


def no_progress(progress: Progress) -> None:
    """Progress that nobody watches."""


def pull(
    entry: Entry,
    models_folder: Path,
    endpoint: str = ENDPOINT,
    token: str | None = None,
    progress: Callable[[Progress], None] = no_progress,
    transfer: Transfer | None = None,
) -> Pulled:
    """Bring every file of ``entry`` into ``models_folder / entry.name``, and check each.

    ``endpoint`` is the hub's address; ``token`` that of an account, for gated models. Files that are there and right
    are kept. Raises PullError (not reachable, gated, disk full) and WeightsError (wrong bytes), each
    a sentence that says what to do; whole files and partial ones stay for the next attempt.
    """
    if entry.kind is not Kind.HUB:
        raise WeightsError(f"{entry.name} is carried by {entry.revision}; there is nothing to pull.")
    chosen = transfer or Transfer(endpoint=endpoint, token=token)
    job = _Job(entry=entry, models_folder=models_folder, transfer=chosen, progress=progress)
    try:
        with _alone(models_folder / entry.name):
            return job.run()
    except GatedError as error:
        raise GatedError(_gated(entry, chosen)) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise PullError(
                f"The disk of the models folder is full. Free {_megabytes(entry.size)} and pull again to go on."
            ) from error
        raise PullError(
            f"The models folder cannot be written ({error.strerror}). Check its owner, or set PRACTICE_MODELS."
        ) from error


class _Job:
    def __init__(
        self, *, entry: Entry, models_folder: Path, transfer: Transfer, progress: Callable[[Progress], None]
    ) -> None:
        self._entry = entry
        self._models_folder = models_folder
        self._folder = models_folder / entry.name
        self._transfer = transfer
        self._progress = progress
        self._done = 0
        self._arrived = 0

    def run(self) -> Pulled:
        fetched, kept, trusted = [], [], []
        for file in self._entry.files:
            before = self._done
            if self._present(file):
                kept.append(file.path)
            else:
                self._fetch(file)
                fetched.append(file.path)
                if file.sha256 is None:
                    trusted.append(file.path)
            self._done = before + (file.size or 0)
            self._tell(file, 0)
        return Pulled(folder=self._folder, fetched=tuple(fetched), kept=tuple(kept), trusted=tuple(trusted))

    def _present(self, file: WeightFile) -> bool:
        """Whether the file is there and right, or has been converted to files that are."""
        known = weights.expected(self._entry, self._models_folder)
        path = self._folder / file.path
        if path.is_file():
            wanted = file.sha256 or known.get(file.path)
            return wanted is not None and weights.digest(path) == wanted
        places = file.becomes() if file.convert else ()
        return bool(places) and all(
            (self._folder / place).is_file() and weights.digest(self._folder / place) == known.get(place)
            for place in places
        )

    def _fetch(self, file: WeightFile) -> None:
        target = self._folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.{self._entry.revision[:12]}.part")
        at = f"/{quote(self._entry.repo)}/resolve/{self._entry.revision}/{quote(file.path)}"
        remote = Remote()
        if file.sha256 is None:
            part.unlink(missing_ok=True)  # it is small, and its digest comes with the hub's answer
        self._arrived = part.stat().st_size if part.exists() else 0

        def watch(count: int, *, restart: bool = False) -> None:
            self._arrived = 0 if restart else self._arrived + count
            self._tell(file, self._arrived)

        if file.size is None or self._arrived != file.size:
            remote = self._transfer.fetch(at, part, file.size, watch, self._room)
        self._accept(file, part, remote)
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        part.replace(target)
        self._lock(file, target)

    def _accept(self, file: WeightFile, part: Path, remote: Remote) -> None:
        """Raises WeightsError, and forgets what arrived, unless the bytes are the ones that were promised."""
        locked = read_lock(self._models_folder).get(self._entry.name, {}).get(file.path)
        wanted = file.sha256 or (locked.sha256 if locked else None)
        found = weights.digest(part)
        commit_differs = bool(remote.commit) and remote.commit != self._entry.revision
        promised = wanted is not None or _keeps_word(part, found, remote.etag)
        if promised and not commit_differs and (wanted is None or found == wanted):
            return
        part.unlink()
        why = "is not the pinned commit's" if commit_differs else "has the wrong SHA-256"
        raise WeightsError(
            f"{self._entry.name}: what arrived for {file.path} {why}, so it was thrown away. Pull again; "
            "if that happens twice, the hub or a proxy is not sending what is pinned: tell your administrator."
        )

    def _lock(self, file: WeightFile, path: Path) -> None:
        if not file.convert:
            size, sha256 = path.stat().st_size, file.sha256 or weights.digest(path)
            locked = LockedFile(sha256=sha256, size=size, commit=self._entry.revision)
            record(self._models_folder, self._entry.name, {file.path: locked})

    def _room(self, count: int) -> None:
        free = shutil.disk_usage(self._folder).free
        if free < count + _SPARE_BYTES:
            raise PullError(
                f"{_megabytes(count)} are still to come and the models folder has {_megabytes(free)} free. "
                "Make room, or set PRACTICE_MODELS to a folder on another disk."
            )

    def _tell(self, file: WeightFile, arrived: int) -> None:
        known = all(item.size is not None for item in self._entry.files)
        self._progress(Progress(path=file.path, done=self._done + arrived, total=self._entry.size if known else 0))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the entry's folder for this pull; raises PullError while another pull has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".pulling").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PullError(f"Another pull of {folder.name} is running. Wait for it, then look again.") from error
        try:
            yield
        finally:
            (folder / ".pulling").unlink(missing_ok=True)


def _keeps_word(path: Path, found: str, etag: str) -> bool:
    """Whether a file without a pinned digest is what the hub says it has: a SHA-256, or git's id of the bytes."""
    if _SHA256.fullmatch(etag):
        return found == etag
    if _GIT_ID.fullmatch(etag):
        content = path.read_bytes()
        return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest() == etag
    return False


def _gated(entry: Entry, transfer: Transfer) -> str:
    page = f"{transfer.endpoint.rstrip('/')}/{entry.repo}"
    if transfer.token:
        return (
            f"The hub refuses {entry.name} to this token. Accept the model's conditions at {page} with the account "
            "that the token in HF_TOKEN belongs to, and give the token the right to read gated repositories."
        )
    return (
        f"{entry.name} is gated ({entry.licence}). Accept its conditions at {page}, make a read token in that "
        "account, and run the command again with the token in the variable HF_TOKEN."
    )


def _megabytes(count: int) -> str:
    return f"{max(count, 0) / 1e6:,.0f} MB"
