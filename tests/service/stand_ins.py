"""Stand-ins for parts of the service: a broker without a policy, an audit that only remembers, a clock that is told."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy import Connection, Select, select

from service.audit.records import Action, AuditEvent, Purpose
from service.blobs.errors import BlobRefusedError
from service.blobs.reader import BlobReader
from service.blobs.sealed import read_blob, write_blob
from service.blobs.store import BlobStore
from service.blobs.writer import BlobWriter
from service.database.tables import session
from service.database.words import Content
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor


@dataclass
class ToldClock:
    """Tells the time that it was told last."""

    now: int = 1_795_000_000_000

    def __call__(self) -> int:
        return self.now

    def pass_ms(self, milliseconds: int) -> None:
        self.now += milliseconds


@dataclass
class RememberingTrail:
    """Keeps events in a list; those of a transaction that was undone too."""

    events: list[AuditEvent] = field(default_factory=list)

    def append(self, rows: Connection, event: AuditEvent) -> None:
        assert rows.in_transaction()
        self.events.append(event)


@dataclass
class OpenHandedBroker:
    """Gives everybody every session that was created, except those in ``refused``; keys are made from ids."""

    blobs: BlobStore
    known: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    epochs: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str, Content, Purpose, Action]] = field(default_factory=list)

    def create(self, actor: Actor, session_id: str) -> None:
        self.known.add(session_id)

    def open(
        self, actor: Actor, session_id: str, content: Content, *, purpose: Purpose, action: Action = Action.VIEW
    ) -> OpenedAnyhow:
        self.asked.append((actor.person_id, session_id, content, purpose, action))
        opened = OpenedAnyhow(self, session_id, self.epochs.get(session_id, 1))
        opened.look()
        return opened

    def visible_sessions(
        self, rows: Connection, actor: Actor, purpose: Purpose | None = None, *, content: Content = Content.DETAILS
    ) -> Select[tuple[str]]:
        return select(session.c.id).where(session.c.id.not_in(sorted(self.refused)))


@dataclass
class OpenedAnyhow:
    """A session that is open until its broker refuses it."""

    broker: OpenHandedBroker
    session_id: str
    permission_epoch: int

    def look(self) -> None:
        if self.session_id in self.broker.refused or self.session_id not in self.broker.known:
            raise RefusedError("stand-in")

    @property
    def key(self) -> bytes:
        self.look()
        return hashlib.sha256(self.session_id.encode()).digest()

    def read(self, blob_id: str) -> BlobReader:
        return read_blob(self.broker.blobs, self.key, session_id=self.session_id, blob_id=blob_id)

    def write(self, blob_id: str) -> AbstractContextManager[BlobWriter]:
        return write_blob(self.broker.blobs, self.key, session_id=self.session_id, blob_id=blob_id)

    def seal(self, name: str, content: bytes) -> bytes:
        tag = hmac.new(self.key, name.encode() + b"\0" + content, "sha256").digest()
        return tag + bytes(byte ^ 0x5A for byte in content)

    def unseal(self, name: str, sealed: bytes) -> bytes:
        content = bytes(byte ^ 0x5A for byte in sealed[32:])
        if not hmac.compare_digest(self.seal(name, content), sealed):
            raise BlobRefusedError
        return content

    def digest(self, name: str, content_sha256: bytes) -> str:
        return hmac.new(self.key, name.encode() + b"\0" + content_sha256, "sha256").hexdigest()

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
