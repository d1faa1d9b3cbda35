"""Rows that an upload needs around it, and files to send."""

from __future__ import annotations

import hashlib
import random
from contextlib import closing

from sqlalchemy import Connection, insert, select

from models.records.coding import Setting
from service.database.engine import Database
from service.database.tables import job, person, recording, session, upload, upload_part
from service.database.words import JobState, LawfulBasis, PersonState, SessionState, StaffRole
from service.ids import new_id
from service.ingest.records import Asked, UploadKind
from service.keybroker.ports import Actor
from tests.service.stand_ins import OpenedAnyhow, OpenHandedBroker

WORKER, OTHER = "a" * 32, "b" * 32
SESSION, NEXT_SESSION = "1" * 32, "2" * 32


def actor(person_id: str = WORKER) -> Actor:
    return Actor(person_id=person_id, roles=frozenset({StaffRole.PRACTITIONER}), request_id=new_id())


def settle(database: Database) -> None:
    """Two people with a session each."""
    with database.writing() as rows:
        for number, (who, held) in enumerate([(WORKER, SESSION), (OTHER, NEXT_SESSION)]):
            rows.execute(
                insert(person).values(
                    id=who, sign_in_name=f"one{number}", shown_name="One", state=PersonState.ACTIVE, created_ms=1,
                    changed_ms=1,
                )
            )  # fmt: skip
            rows.execute(
                insert(session).values(
                    id=held, worker_id=who, setting=next(iter(Setting)), state=SessionState.DRAFT,
                    lawful_basis=LawfulBasis.CONSENT, held_on="2026-11-22", permission_epoch=1, created_ms=1,
                )
            )  # fmt: skip


def queue(rows: Connection, session_id: str, recording_id: str, person_id: str) -> str:
    job_id = new_id()
    rows.execute(
        insert(job).values(
            id=job_id, session_id=session_id, recording_id=recording_id, person_id=person_id, state=JobState.QUEUED,
            queue="cpu", permission_epoch=1, created_ms=1,
        )
    )  # fmt: skip
    return job_id


def wave(size: int, seed: int = 0) -> bytes:
    """A wav file of so many bytes; equal seeds give equal files."""
    sound = random.Random(seed).randbytes(max(size - 44, 0))
    header = b"RIFF" + (size - 8).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    header += bytes.fromhex("0100 0100 803e0000 007d0000 0200 1000") + b"data" + len(sound).to_bytes(4, "little")
    return (header + sound)[:size]


def asked(content: bytes, **changed: object) -> Asked:
    told: dict[str, object] = {
        "session_id": SESSION, "length": len(content), "kind": UploadKind.SOUND, "file_name": "visit.wav",
    }  # fmt: skip
    return Asked(**(told | changed))  # type: ignore[arg-type]


def recordings(database: Database) -> list[tuple[str, str, str, int]]:
    """Id, session, blob and size of every recording."""
    wanted = (recording.c.id, recording.c.session_id, recording.c.blob_id, recording.c.size_bytes)
    with database.reading() as rows:
        return [tuple(one) for one in rows.execute(select(*wanted))]


def contents(database: Database, broker: OpenHandedBroker) -> list[str]:
    """SHA-256 of every recording's content, in order of the digests."""
    found = []
    for _, session_id, blob_id, size in recordings(database):
        with closing(OpenedAnyhow(broker, session_id, 1).read(blob_id)) as reader:
            seen = hashlib.sha256()
            for piece in reader.pieces(0, size + 1):
                seen.update(piece)
            assert reader.size == size
        found.append(seen.hexdigest())
    return sorted(found)


def count(database: Database, table: object) -> int:
    with database.reading() as rows:
        return len(rows.execute(select(table)).all())  # type: ignore[arg-type,call-overload]


def jobs(database: Database) -> int:
    return count(database, job)


def stray_blobs(database: Database, broker: OpenHandedBroker) -> set[str]:
    """Blobs that no row names."""
    with database.reading() as rows:
        named = set(rows.execute(select(upload_part.c.blob_id)).scalars())
        named |= set(rows.execute(select(recording.c.blob_id)).scalars())
    return set(broker.blobs.ids()) - named


def states(database: Database) -> list[str]:
    with database.reading() as rows:
        return list(rows.execute(select(upload.c.state).order_by(upload.c.created_ms, upload.c.id)).scalars())


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def in_chunks(content: bytes, size: int) -> list[bytes]:
    return [content[at : at + size] for at in range(0, len(content), size)]
