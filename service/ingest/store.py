"""The rows of uploads. Every function works in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, update

from service.clock import AHEAD_MS
from service.database.tables import erasure, recording, session, upload, upload_part
from service.database.words import UploadPartState, UploadState
from service.ingest.records import Claim, Part, Upload, UploadKind, room_for

_STANDING = (
    upload.c.id, upload.c.session_id, upload.c.person_id, upload.c.state, upload.c.kind, upload.c.length_bytes,
    upload.c.received_bytes, upload.c.until_ms, upload.c.recording_id,
)  # fmt: skip


def find(rows: Connection, upload_id: str) -> Upload | None:
    """The upload with an id."""
    found = rows.execute(select(*_STANDING).where(upload.c.id == upload_id)).one_or_none()
    return _upload(found) if found else None


def find_repeat(rows: Connection, person_id: str, repeat_key: str) -> tuple[Upload, bytes] | None:
    """The upload that a person began with a key, and its sealed file name."""
    found = rows.execute(
        select(*_STANDING, upload.c.file_name)
        .where(upload.c.person_id == person_id)
        .where(upload.c.repeat_key == repeat_key)
    ).one_or_none()
    return (_upload(found), found.file_name) if found else None


def open_of(rows: Connection, person_id: str) -> list[Upload]:
    """A person's open uploads, the oldest first."""
    found = rows.execute(
        select(*_STANDING)
        .where(upload.c.person_id == person_id)
        .where(upload.c.state == UploadState.OPEN)
        .order_by(upload.c.created_ms, upload.c.id)
    )
    return [_upload(one) for one in found]


def promised_bytes(rows: Connection) -> int:
    """Room that the open uploads of everybody still need."""
    found = rows.execute(
        select(upload.c.length_bytes, upload.c.received_bytes).where(upload.c.state == UploadState.OPEN)
    )
    return sum(room_for(length, received) for length, received in found)


def add(rows: Connection, new: Upload, *, file_name: bytes, repeat_key: str | None, now_ms: int) -> None:
    """A new upload."""
    rows.execute(
        insert(upload).values(
            id=new.id, session_id=new.session_id, person_id=new.person_id, state=new.state, kind=new.kind,
            length_bytes=new.length, received_bytes=0, file_name=file_name, repeat_key=repeat_key,
            created_ms=now_ms, seen_ms=now_ms, until_ms=new.until_ms,
        )
    )  # fmt: skip


def claim(rows: Connection, upload_id: str, *, now_ms: int, until_ms: int) -> Claim | None:
    """Become the upload's one writer; None where it is not open or another writer is alive."""
    done = rows.execute(
        update(upload)
        .where(upload.c.id == upload_id, upload.c.state == UploadState.OPEN, _unclaimed(now_ms))
        .values(fence=upload.c.fence + 1, claimed_until_ms=until_ms, seen_ms=now_ms)
    )
    if done.rowcount != 1:
        return None
    return Claim(
        upload_id=upload_id, fence=rows.execute(select(upload.c.fence).where(upload.c.id == upload_id)).scalar_one()
    )


def renew(rows: Connection, mine: Claim, *, now_ms: int, until_ms: int) -> bool:
    """Say that the writer is alive; False where it is the writer no more."""
    done = rows.execute(update(upload).where(_held(mine)).values(claimed_until_ms=until_ms, seen_ms=now_ms))
    return done.rowcount == 1


def release(rows: Connection, mine: Claim) -> None:
    """Let the next writer begin at once."""
    rows.execute(update(upload).where(_held(mine)).values(claimed_until_ms=None))


def intend(rows: Connection, mine: Claim, blob_id: str, start: int, state: UploadPartState) -> None:
    """Name a blob before it is written."""
    rows.execute(
        insert(upload_part).values(
            blob_id=blob_id, upload_id=mine.upload_id, state=state, start_byte=start, size_bytes=0, fence=mine.fence
        )
    )


def keep(rows: Connection, mine: Claim, part: Part, *, now_ms: int, kept_until_ms: int) -> bool:
    """Count a part that is durable; False where another writer took over, and then nothing is changed."""
    done = rows.execute(
        update(upload)
        .where(_held(mine), upload.c.received_bytes == part.start)
        .values(received_bytes=part.start + part.size, seen_ms=now_ms, until_ms=kept_until_ms)
    )
    if done.rowcount != 1:
        return False
    rows.execute(
        update(upload_part)
        .where(upload_part.c.blob_id == part.blob_id)
        .values(state=UploadPartState.STORED, size_bytes=part.size)
    )
    return True


def stored_parts(rows: Connection, upload_id: str) -> list[Part]:
    """The durable parts in their order."""
    found = rows.execute(
        select(upload_part.c.blob_id, upload_part.c.start_byte, upload_part.c.size_bytes)
        .where(upload_part.c.upload_id == upload_id, upload_part.c.state == UploadPartState.STORED)
        .order_by(upload_part.c.start_byte)
    )
    return [Part(blob_id=one.blob_id, start=one.start_byte, size=one.size_bytes) for one in found]


def blobs_of(rows: Connection, upload_id: str) -> list[str]:
    """Every blob that belongs to an upload and to no recording, whether it is there or was only meant to be."""
    return list(rows.execute(select(upload_part.c.blob_id).where(upload_part.c.upload_id == upload_id)).scalars())


def abandoned_blobs(rows: Connection, mine: Claim) -> list[str]:
    """Blobs that earlier writers of the upload named and did not finish."""
    return list(
        rows.execute(
            select(upload_part.c.blob_id).where(
                upload_part.c.upload_id == mine.upload_id,
                upload_part.c.state != UploadPartState.STORED,
                upload_part.c.fence < mine.fence,
            )
        ).scalars()
    )


def unfinished(rows: Connection, blob_id: str) -> list[str]:
    """The blob, where it is still named and neither counts as a part nor became a recording."""
    found = select(upload_part.c.blob_id).where(
        upload_part.c.blob_id == blob_id, upload_part.c.state != UploadPartState.STORED
    )
    return list(rows.execute(found).scalars())


def forget(rows: Connection, blob_ids: Sequence[str]) -> None:
    """Remove the rows of blobs that are gone, or that became a recording."""
    for start in range(0, len(blob_ids), 500):
        rows.execute(delete(upload_part).where(upload_part.c.blob_id.in_(blob_ids[start : start + 500])))


def end(rows: Connection, upload_id: str, *, now_ms: int) -> bool:
    """End an open upload, whoever is writing to it; False where it was not open."""
    done = rows.execute(
        update(upload)
        .where(upload.c.id == upload_id, upload.c.state == UploadState.OPEN)
        .values(
            state=UploadState.ENDED, fence=upload.c.fence + 1, claimed_until_ms=None, repeat_key=None, file_name=None,
            seen_ms=now_ms,
        )
    )  # fmt: skip
    return done.rowcount == 1


def complete(rows: Connection, mine: Claim, recording_id: str, *, now_ms: int) -> bool:
    """The upload became a recording; False where another writer took over."""
    done = rows.execute(
        update(upload)
        .where(_held(mine), upload.c.received_bytes == upload.c.length_bytes)
        .values(state=UploadState.COMPLETE, recording_id=recording_id, claimed_until_ms=None, seen_ms=now_ms)
    )
    return done.rowcount == 1


def permission_epoch(rows: Connection, session_id: str) -> int:
    """The session's permission epoch as it is now."""
    return int(rows.execute(select(session.c.permission_epoch).where(session.c.id == session_id)).scalar_one())


def same_recording(rows: Connection, session_id: str, content_mac: str) -> str | None:
    """The session's recording with this content."""
    return rows.execute(
        select(recording.c.id).where(recording.c.session_id == session_id, recording.c.content_mac == content_mac)
    ).scalar_one_or_none()


def add_recording(
    rows: Connection,
    source: Upload,
    *,
    recording_id: str,
    blob_id: str,
    content_mac: str,
    file_name: bytes,
    now_ms: int,
) -> None:
    """The recording that an upload became."""
    rows.execute(
        insert(recording).values(
            id=recording_id, session_id=source.session_id, kind=source.kind, blob_id=blob_id, content_mac=content_mac,
            size_bytes=source.length, file_name=file_name, received_ms=now_ms,
        )
    )  # fmt: skip


def sealed_file_name(rows: Connection, upload_id: str) -> bytes:
    """The upload's file name as it is stored."""
    return bytes(rows.execute(select(upload.c.file_name).where(upload.c.id == upload_id)).scalar_one())


def over(rows: Connection, now_ms: int) -> list[str]:
    """Open uploads whose time is over."""
    return list(
        rows.execute(
            select(upload.c.id).where(
                upload.c.state == UploadState.OPEN, upload.c.until_ms <= now_ms, _unclaimed(now_ms)
            )
        ).scalars()
    )


def with_leftovers(rows: Connection) -> list[str]:
    """Uploads that are over and of which blobs may still lie around."""
    return list(
        rows.execute(
            select(upload.c.id)
            .where(upload.c.state != UploadState.OPEN)
            .where(upload.c.id.in_(select(upload_part.c.upload_id)))
        ).scalars()
    )


def at_rest(rows: Connection, now_ms: int) -> list[Upload]:
    """Open uploads that nobody is writing to."""
    found = rows.execute(select(*_STANDING).where(upload.c.state == UploadState.OPEN, _unclaimed(now_ms)))
    return [_upload(one) for one in found]


def recording_blobs(rows: Connection) -> Iterable[tuple[str, str]]:
    """Ids and blobs of all recordings, but for those of sessions that are being erased or were."""
    gone = select(erasure.c.session_id)
    found = rows.execute(
        select(recording.c.id, recording.c.blob_id)
        .join(session, session.c.id == recording.c.session_id)
        .where(session.c.erased_ms.is_(None), recording.c.session_id.not_in(gone))
    )
    return [(one.id, one.blob_id) for one in found]


def count_open(rows: Connection, person_id: str) -> int:
    """How many uploads a person has open."""
    return int(
        rows.execute(
            select(func.count())
            .select_from(upload)
            .where(upload.c.person_id == person_id, upload.c.state == UploadState.OPEN)
        ).scalar_one()
    )


def _unclaimed(now_ms: int) -> ColumnElement[bool]:
    """No claim is as long as `AHEAD_MS`: one that ends later was made by a clock that has been put right since."""
    until = upload.c.claimed_until_ms
    return or_(until.is_(None), until <= now_ms, until > now_ms + AHEAD_MS)


def _held(mine: Claim) -> ColumnElement[bool]:
    return and_(upload.c.id == mine.upload_id, upload.c.fence == mine.fence, upload.c.state == UploadState.OPEN)


def _upload(found: Row[*tuple[Any, ...]]) -> Upload:
    return Upload(
        id=found.id, session_id=found.session_id, person_id=found.person_id, state=UploadState(found.state),
        kind=UploadKind(found.kind), length=found.length_bytes, received=found.received_bytes,
        until_ms=found.until_ms, recording_id=found.recording_id,
    )  # fmt: skip
