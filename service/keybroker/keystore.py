"""One data key for each session, wrapped; made, unwrapped, destroyed, and wrapped anew under a key of the next epoch.

No policy and no audit: whoever asks here gets the key, and so only the broker may (an import contract holds that).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.keybroker.database import KeystoreDatabase, Rows, State
from service.keybroker.epochs import EpochFolder
from service.keybroker.errors import (
    BackupExistsError,
    KeyDestroyedError,
    KeyExistsError,
    KeyRefusedError,
    LostEpochError,
    MissingKeystoreError,
    NoSuchKeyError,
    RemainsError,
)
from service.keybroker.steps import Reached, Step, unnoticed
from service.keybroker.wrapping import (
    KeyEncryptionKey,
    Wrapped,
    check_session_id,
    new_data_key,
    new_kek,
    unwrap,
    wrap,
)

_LOG = logging.getLogger(__name__)
WAITS_S = (0.2, 0.5, 1.0, 2.0)
"""Seconds before each further try at emptying a file that a reader holds."""
_ROTATIONS_MET = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class KeystoreReport:
    """What a verification found: counts, and the ids of sessions whose key is refused."""

    epoch: int
    keys: int
    destroyed: int
    refused: tuple[str, ...]
    remains: bool
    """Bytes of removed rows may still be in the file."""
    other_epochs: int
    """Files of epochs other than this one: an unfinished rotation, or files put back."""

    @property
    def whole(self) -> bool:
        """Nothing is refused and nothing is left over."""
        return not (self.refused or self.remains or self.other_epochs)


def open_keystore(
    database: Path,
    epochs: Path,
    *,
    first_start: bool = False,
    reached: Reached = unnoticed,
    waits_s: Sequence[float] = WAITS_S,
) -> Keystore:
    """The keystore of a database file and a folder of epoch files, and whatever was interrupted finished.

    With ``first_start`` it is made where there is neither.
    Raises MissingKeystoreError, LostEpochError, PublicKeysError.
    """
    keystore = Keystore(KeystoreDatabase(database), EpochFolder(epochs, reached), reached, tuple(waits_s))
    keystore.start(first_start=first_start)
    return keystore


class Keystore:
    """Safe to use from several threads and processes at once. Holds no key between calls."""

    def __init__(
        self, database: KeystoreDatabase, epochs: EpochFolder, reached: Reached, waits_s: tuple[float, ...]
    ) -> None:
        self._database = database
        self._epochs = epochs
        self._reached = reached
        self._waits_s = waits_s

    def start(self, *, first_start: bool) -> None:
        """Make what is missing on a first start, and finish what was interrupted. See open_keystore."""
        if first_start:
            self._epochs.make()
        elif not self._database.exists():
            raise MissingKeystoreError
        with self._epochs.locked():
            if not self._database.exists() and self._epochs.present():
                raise MissingKeystoreError
            if first_start:
                self._begin()
            try:
                self._settle()
            except KeyRefusedError:
                _LOG.error("A rotation of keys stays unfinished: a stored key is refused. Run the verification.")

    def create(self, session_id: str) -> None:
        """Keep a new random data key for a session; durable on return. Raises KeyExistsError, KeyDestroyedError."""
        check_session_id(session_id)
        with self._database.writing() as rows:
            if rows.is_destroyed(session_id):
                raise KeyDestroyedError
            if rows.get(session_id) is not None:
                raise KeyExistsError
            rows.insert(session_id, wrap(self._current(_adopted(rows)), session_id, new_data_key()))
            self._reached(Step.KEY_INSERTED)
        self._reached(Step.KEY_STORED)

    def unwrap(self, session_id: str) -> bytes:
        """A session's data key, 32 bytes. Raises NoSuchKeyError, KeyDestroyedError, KeyRefusedError, LostEpochError."""
        check_session_id(session_id)
        for _ in range(_ROTATIONS_MET):
            state, wrapped = self._look(session_id)
            try:
                return unwrap(self._current(state), session_id, wrapped)
            except LostEpochError:
                if self._look(session_id)[0] == state:  # else a rotation came between the row and its epoch's file
                    raise
        raise LostEpochError

    def destroy(self, session_id: str) -> int:
        """Delete a session's key, then its bytes from the file and its log; the id cannot be used again.

        Does the same again wherever it was interrupted, and is harmless where there is nothing left. Returns how often
        a reader blocked it. Raises RemainsError where one still does: the program has no key, its bytes are there.
        """
        check_session_id(session_id)
        with self._database.writing() as rows:
            rows.destroy(session_id)
            self._reached(Step.KEY_DELETED)
        self._reached(Step.DELETION_STORED)
        blocked = self._compact()
        if blocked > len(self._waits_s):
            raise RemainsError
        return blocked

    def rotate(self) -> int:
        """Wrap every key anew under a key of a new epoch, destroy the old one, and return the new epoch.

        Raises KeyRefusedError, and changes nothing, while a stored key is refused.
        """
        with self._epochs.locked():
            self._settle()
            with self._database.reading() as rows:
                old = self._current(_adopted(rows))
                _require_whole(rows, old)
            self._epochs.write(new_kek(old.epoch + 1))
            self._settle()
        return old.epoch + 1

    def backup(self, folder: Path) -> None:
        """Copy the database and the current epoch's file, which fit each other, into a new folder.

        They are called `keystore.sqlite3` and `keys` there, to be opened in their place or put back.
        Raises BackupExistsError, KeystoreUnavailableError.
        """
        with self._epochs.locked(), self._database.reading() as rows:
            kek = self._current(_adopted(rows))
            try:
                folder.mkdir(mode=0o700)
            except FileExistsError:
                raise BackupExistsError from None
            self._database.copy_to(folder / "keystore.sqlite3")
            copied = EpochFolder(folder / "keys", unnoticed)
            copied.make()
            copied.write(kek)

    def verify(self) -> KeystoreReport:
        """Unwrap every key and look for left-overs. Raises KeystoreDamagedError, LostEpochError, PublicKeysError."""
        self._database.check()
        with self._epochs.locked(), self._database.reading() as rows:
            state = _adopted(rows)
            kek = self._current(state)
            stored = rows.all()
            return KeystoreReport(
                epoch=state.epoch,
                keys=len(stored),
                destroyed=rows.destroyed(),
                refused=tuple(session_id for session_id, wrapped in stored if not _opens(kek, session_id, wrapped)),
                remains=state.removals > state.compacted,
                other_epochs=len(set(self._epochs.present()) - {state.epoch}),
            )

    def _look(self, session_id: str) -> tuple[State, Wrapped]:
        with self._database.reading() as rows:
            wrapped = rows.get(session_id)
            if wrapped is None:
                raise KeyDestroyedError if rows.is_destroyed(session_id) else NoSuchKeyError
            return _adopted(rows), wrapped

    def _begin(self) -> None:
        """The database before the first epoch's file: so a file without a database is a loss, never a first start."""
        self._database.make()
        self._reached(Step.DATABASE_MADE)
        with self._database.reading() as rows:
            if rows.state() is not None:
                return
        self._epochs.sweep()
        if not self._epochs.present():
            self._epochs.write(new_kek(1))
        first = self._epochs.read(1)
        with self._database.writing() as rows:
            rows.adopt(first.epoch, first.id)
        self._reached(Step.EPOCH_ADOPTED)

    def _current(self, state: State) -> KeyEncryptionKey:
        kek = self._epochs.read(state.epoch)
        if kek.id != state.kek_id:
            raise LostEpochError
        return kek

    def _settle(self) -> None:
        """Finish a rotation and a deletion wherever they stopped; an epoch is destroyed once all keys open without."""
        self._epochs.sweep()
        with self._database.reading() as rows:
            kek = self._current(_adopted(rows))
        newer = [epoch for epoch in self._epochs.present() if epoch > kek.epoch]
        if newer:
            if newer != [kek.epoch + 1]:
                raise LostEpochError
            kek = self._move(kek, self._epochs.read(newer[0]))
        self._compact()
        older = [epoch for epoch in self._epochs.present() if epoch < kek.epoch]
        if older:
            with self._database.reading() as rows:
                _require_whole(rows, kek)
        for epoch in older:
            self._epochs.destroy(epoch)

    def _move(self, old: KeyEncryptionKey, new: KeyEncryptionKey) -> KeyEncryptionKey:
        """Wrap all anew in one transaction: every row is of one epoch at any moment."""
        with self._database.writing() as rows:
            for session_id, wrapped in rows.all():
                rows.replace(session_id, wrap(new, session_id, unwrap(old, session_id, wrapped)))
            rows.move(new.epoch, new.id)
            self._reached(Step.REWRAPPED)
        self._reached(Step.ROTATION_STORED)
        return new

    def _compact(self) -> int:
        """Leave nothing of removed rows in the file and its log; how many tries a reader blocked, at most all."""
        with self._database.reading() as rows:
            state = _adopted(rows)
        if state.removals <= state.compacted:
            return 0
        for blocked, wait_s in enumerate((*self._waits_s, 0.0)):
            if self._written_anew():
                with self._database.writing() as rows:
                    rows.note_compacted(state.removals)
                self._reached(Step.REMAINS_CLEARED)
                return blocked
            _LOG.warning("A reader holds the keystore's file, so bytes of removed keys are still in it.")
            time.sleep(wait_s)
        return len(self._waits_s) + 1

    def _written_anew(self) -> bool:
        if not self._database.rewrite():
            return False
        self._reached(Step.PAGES_WRITTEN)
        emptied = self._database.empty_log()
        if emptied:
            self._reached(Step.LOG_EMPTIED)
        return emptied


def _adopted(rows: Rows) -> State:
    state = rows.state()
    if state is None:
        raise MissingKeystoreError
    return state


def _require_whole(rows: Rows, kek: KeyEncryptionKey) -> None:
    for session_id, wrapped in rows.all():
        unwrap(kek, session_id, wrapped)


def _opens(kek: KeyEncryptionKey, session_id: str, wrapped: Wrapped) -> bool:
    try:
        unwrap(kek, session_id, wrapped)
    except KeyRefusedError:
        return False
    return True
