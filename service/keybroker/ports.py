"""What asks for content and what it gets: an actor with a purpose, and content that is open for that and no longer."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, Select

from service.audit.records import NOBODY, Action, ActorRole, Purpose
from service.blobs.reader import BlobReader
from service.blobs.writer import BlobWriter
from service.database.words import Content, StaffRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks, in which request. ``roles`` are those that hold now; the worker process is the ``system``."""

    person_id: str
    roles: frozenset[StaffRole]
    request_id: str
    system: bool = False

    @classmethod
    def worker(cls, request_id: str) -> Actor:
        """The process that works on sessions; it acts for nobody."""
        return cls(person_id=NOBODY, roles=frozenset(), request_id=request_id, system=True)

    def role_in_audit(self, acting: StaffRole | None = None) -> ActorRole:
        """What the audit calls this actor; ``acting`` is the role that the policy let it in by."""
        if self.system:
            return ActorRole.SYSTEM
        return ActorRole(acting) if acting else ActorRole.NOBODY


class Opened(Protocol):
    """One session's content, open to one actor for one purpose; for one thread.

    It asks again after a few seconds: every method, and every further piece that is read or written, raises
    RefusedError once the permission, the role or the session is gone.
    """

    @property
    def session_id(self) -> str:
        """The session that is open."""

    @property
    def permission_epoch(self) -> int:
        """The session's permission epoch when it was opened; whoever commits results compares it."""

    def read(self, blob_id: str) -> BlobReader:
        """A blob of this session; the caller closes it. Raises NoSuchBlobError, BlobRefusedError."""

    def write(self, blob_id: str) -> AbstractContextManager[BlobWriter]:
        """Seal what is written in the ``with`` block; durable and visible at its end. See blobs.sealed.write_blob."""

    def seal(self, field: str, content: bytes) -> bytes:
        """Ciphertext for a column, bound to this session and to ``table.column`` (and row id, where there are many)."""

    def unseal(self, field: str, sealed: bytes) -> bytes:
        """What `seal` sealed for the same field. Raises BlobRefusedError for anything else."""

    def digest(self, field: str, content_sha256: bytes) -> str:
        """A keyed digest, 64 hexadecimal digits: equal for equal content of one session, and tells nobody more."""

    def close(self) -> None:
        """Let go of the key. Closing again does nothing."""

    def __enter__(self) -> Opened: ...

    def __exit__(self, *error: object) -> None: ...


class Broker(Protocol):
    """The only way to content."""

    def create(self, actor: Actor, session_id: str) -> None:
        """Keep a key for a new session, durable on return, before any row names the session; and an audit row."""

    def open(
        self, actor: Actor, session_id: str, content: Content, *, purpose: Purpose, action: Action = Action.VIEW
    ) -> Opened:
        """Look whether the policy allows it, write the audit row, and only then unwrap the key.

        Raises RefusedError, which does not tell a session that is refused from one that is not there.
        """

    def visible_sessions(
        self, rows: Connection, actor: Actor, purpose: Purpose | None = None, *, content: Content = Content.DETAILS
    ) -> Select[tuple[str]]:
        """A query for the ids of the sessions whose content `open` would let the actor view; for any purpose if None.

        It holds for the moment it was made at; it writes no audit row and opens nothing.
        """
