"""A whole data folder: database, blobs, a real keystore, a ledger outside of it, and sessions full of canaries."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import insert, select

from models.records.coding import Setting
from models.records.speech import Role
from service.admin.canaries import Canary, ScanReport, scan, sound_canary, text_canary
from service.audit.keys import Key, Keyring
from service.blobs.errors import BlobRefusedError
from service.blobs.identity import new_blob_id
from service.blobs.local_store import LocalBlobStore
from service.blobs.reader import open_blob
from service.blobs.sealed import write_blob
from service.blobs.writer import BlobWriter
from service.database.engine import Database
from service.database.tables import (
    amendment,
    artefact,
    decision,
    feedback,
    job,
    participant,
    person,
    recording,
    reflection,
    reply,
    review,
    session,
    upload,
    upload_part,
)
from service.database.words import Content, StaffRole
from service.erasure.ledger import ErasureLedger
from service.erasure.machine import Eraser, Means
from service.ids import new_id
from service.keybroker.destroyer import KeystoreDestroyer
from service.keybroker.errors import KeyDestroyedError
from service.keybroker.keystore import Keystore, open_keystore
from service.keybroker.ports import Actor
from service.parts import Parts
from tests.service.stand_ins import OpenHandedBroker, RememberingTrail, ToldClock

SIGNING = Keyring(keys=(Key(id="key-1", secret=bytes(range(32))),))
SMALL = 4096
_COLUMNS = (
    (session.c.id, session.c.details), (recording.c.id, recording.c.file_name), (upload.c.id, upload.c.file_name),
    (amendment.c.about, amendment.c.body), (reflection.c.id, reflection.c.body),
    (decision.c.review_id, decision.c.body),
    (feedback.c.id, feedback.c.body), (reply.c.feedback_id, reply.c.body),
    (decision.c.review_id, decision.c.body), (feedback.c.id, feedback.c.body), (reply.c.feedback_id, reply.c.body),
)  # fmt: skip
"""Sealed columns, each with the column that names the row it was sealed for."""


@dataclass
class Full:
    """A session with canaries in every place that content can be in."""

    session_id: str
    worker: Actor
    participant_id: str
    canaries: list[Canary] = field(default_factory=list)
    blobs: list[str] = field(default_factory=list)
    wrapped: bytes = b""


class House:
    """Everything under one folder. ``data`` is what a thief takes; ``outside`` holds the ledger."""

    def __init__(self, folder: Path, database: Database, *, first_start: bool = True) -> None:
        self.data, self.outside = folder / "data", folder / "outside"
        for made in (self.data, self.outside):
            made.mkdir(exist_ok=True)
        self.database = database
        self.blobs = LocalBlobStore(self.data / "blobs")
        self.keystore: Keystore = open_keystore(
            self.data / "keystore.sqlite3", self.data / "keys", first_start=first_start, waits_s=(0.05, 0.2)
        )
        self.keys = KeystoreDestroyer(self.keystore, self.data / "keystore.sqlite3")
        self.ledger = ErasureLedger(self.outside / "erasures", SIGNING)
        self.clock, self.trail = ToldClock(), RememberingTrail()
        self.parts = Parts(
            database=database, blobs=self.blobs, broker=OpenHandedBroker(blobs=self.blobs), trail=self.trail,
            clock=self.clock,
        )  # fmt: skip

    def eraser(self, **more: object) -> Eraser:
        means = Means(
            keys=self.keys,
            ledger=self.ledger,
            signing=SIGNING,
            folders=(self.data,),
            waits_s=(0.05, 0.2),
            **more,  # type: ignore[arg-type]
        )
        return Eraser(self.parts, means)

    def _sealed(self, full: Full, row_id: str, canary: Canary) -> bytes:
        """As a broker would seal a column: under the session's key, bound to the row."""
        made = bytearray()
        key = self.keystore.unwrap(full.session_id)
        with BlobWriter(
            lambda piece: made.extend(piece) or len(piece), key, session_id=full.session_id, blob_id=row_id,
            chunk_bytes=SMALL,
        ) as writer:  # fmt: skip
            writer.write(json.dumps({"words": str(canary.content)}).encode())
        return bytes(made)

    def _blob(self, full: Full, canary: Canary) -> str:
        blob_id = new_blob_id()
        with write_blob(
            self.blobs, self.keystore.unwrap(full.session_id), session_id=full.session_id, blob_id=blob_id,
            chunk_bytes=SMALL,
        ) as writer:  # fmt: skip
            writer.write(b"before" * 300 + canary.data + b"after" * 700)
        full.blobs.append(blob_id)
        return blob_id

    def full_session(self) -> Full:
        """A session with a canary in each column and each kind of blob."""
        worker = Actor(person_id=new_id(), roles=frozenset({StaffRole.PRACTITIONER}), request_id=new_id())
        full = Full(session_id=new_id(), worker=worker, participant_id=new_id())
        self.keystore.create(full.session_id)
        full.wrapped = self.keys.wrapped(full.session_id) or b""

        def planted(where: str) -> Canary:
            kind = sound_canary if where == "sound" else text_canary
            full.canaries.append(kind(f"{full.session_id[:6]}-{where}"))
            return full.canaries[-1]

        with self.database.writing() as rows:
            rows.execute(insert(person).values(
                id=worker.person_id, sign_in_name=worker.person_id, shown_name="nobody", state="active",
                created_ms=0, changed_ms=0,
            ))  # fmt: skip
            rows.execute(insert(session).values(
                id=full.session_id, worker_id=worker.person_id, setting=next(iter(Setting)), state="ready",
                lawful_basis="consent", held_on="2026-11-22", created_ms=self.clock(),
                details=self._sealed(full, full.session_id, planted("details")),
            ))  # fmt: skip
            rows.execute(insert(participant).values(
                id=full.participant_id, session_id=full.session_id, role=Role.CHILD, place=1
            ))  # fmt: skip
            self._work(rows, full, planted)
        return full

    def _work(self, rows, full, planted):  # type: ignore[no-untyped-def]
        sound, worker = new_id(), full.worker.person_id
        rows.execute(insert(recording).values(
            id=sound, session_id=full.session_id, kind="sound", blob_id=self._blob(full, planted("sound")),
            content_mac=new_id(), size_bytes=1, received_ms=0,
            file_name=self._sealed(full, sound, planted("file name")),
        ))  # fmt: skip
        sent = new_id()
        rows.execute(insert(upload).values(
            id=sent, session_id=full.session_id, person_id=worker, state="open", kind="sound", length_bytes=9,
            file_name=self._sealed(full, sent, planted("upload name")), created_ms=0, seen_ms=0, until_ms=9,
        ))  # fmt: skip
        rows.execute(insert(upload_part).values(
            blob_id=self._blob(full, planted("part")), upload_id=sent, start_byte=0, size_bytes=1,
            state="stored",
        ))  # fmt: skip
        for content in Content:
            rows.execute(insert(artefact).values(
                blob_id=self._blob(full, planted(f"{content} blob")), session_id=full.session_id, stage=content,
                content=content, content_key=new_id(), size_bytes=1, made_ms=0,
            ))  # fmt: skip
        rows.execute(insert(job).values(
            id=new_id(), session_id=full.session_id, recording_id=sound, person_id=worker, state="running",
            queue="cpu", created_ms=0,
        ))  # fmt: skip
        looked, written = new_id(), new_id()
        rows.execute(insert(review).values(
            id=looked, session_id=full.session_id, coach_id=worker, state="open", kind="open", scoring_key="k",
            begun_ms=0,
        ))  # fmt: skip
        rows.execute(insert(decision).values(
            review_id=looked, kind="note", about="utterance", act_id=new_id(), person_id=worker, made_ms=0,
            body=self._sealed(full, looked, planted("note")),
        ))  # fmt: skip
        coach = _a_coach(rows)
        rows.execute(insert(feedback).values(
            id=written, session_id=full.session_id, review_id=looked, author_id=coach, worker_id=worker, state="draft",
            body=self._sealed(full, written, planted("feedback words")), body_hash="h", changed_ms=0,
        ))  # fmt: skip
        self._said(rows, full, planted, written)

    def _said(self, rows, full, planted, written):  # type: ignore[no-untyped-def]
        """What the worker wrote: a correction, their reflection, and an answer."""
        corrected, thought, worker = new_id(), new_id(), full.worker.person_id
        rows.execute(insert(amendment).values(
            session_id=full.session_id, kind="words", about=corrected, act_id=new_id(), person_id=worker, made_ms=0,
            body=self._sealed(full, corrected, planted("corrected words")),
        ))  # fmt: skip
        rows.execute(insert(reflection).values(
            id=thought, session_id=full.session_id, person_id=worker, changed_ms=0,
            body=self._sealed(full, thought, planted("reflection")),
        ))  # fmt: skip
        rows.execute(insert(reply).values(
            feedback_id=written, session_id=full.session_id, kind="answer", about="whole", act_id=new_id(),
            person_id=worker, made_ms=0, body=self._sealed(full, written, planted("reply")),
        ))  # fmt: skip

    def scanned(self, canaries: Iterable[Canary], *, keyed: bool = False) -> ScanReport:
        """Everything in the data folder; ``keyed`` as a thief who has the keystore and its epoch too."""
        return scan([self.data], list(canaries), unseal=self._stolen if keyed else None)

    def _stolen(self, path: Path) -> Iterator[bytes] | None:
        """What a thief opens of one file: a blob with each key in turn; for the keystore's file, all columns."""
        if path.name == "keystore.sqlite3":
            return self._columns()
        return self._opened(io.BytesIO(path.read_bytes()), path.name) if path.parent.parent.name == "blobs" else None

    def _columns(self) -> Iterator[bytes]:
        with self.database.reading() as rows:
            for key, column in _COLUMNS:
                for row_id, sealed in rows.execute(select(key, column)):
                    yield from self._opened(io.BytesIO(sealed), row_id) if sealed else ()

    def _opened(self, data: io.BytesIO, blob_id: str) -> Iterator[bytes]:
        with self.database.reading() as rows:
            sessions = list(rows.scalars(select(session.c.id)))
        for session_id in sessions:
            try:
                key = self.keystore.unwrap(session_id)
                with open_blob(_InMemory(data.getvalue()), key, session_id=session_id, blob_id=blob_id) as reader:
                    yield b"".join(_all(reader))
            except (KeyDestroyedError, BlobRefusedError):
                continue


class _InMemory:
    def __init__(self, data: bytes) -> None:
        self._data, self.size = data, len(data)

    def read_at(self, start: int, length: int) -> bytes:
        return self._data[start : start + length]

    def close(self) -> None:
        pass


def _a_coach(rows) -> str:  # type: ignore[no-untyped-def]
    one = new_id()
    rows.execute(insert(person).values(
        id=one, sign_in_name=one, shown_name="nobody", state="active", created_ms=0, changed_ms=0
    ))  # fmt: skip
    return one


def _all(reader) -> Iterator[bytes]:  # type: ignore[no-untyped-def]
    while piece := reader.read(SMALL):
        yield piece
