"""Seals what arrives, part by part, each durable before it counts."""

from __future__ import annotations

from contextlib import closing

from service.barriers import barrier
from service.database.words import UploadPartState
from service.ingest import store
from service.ingest.incoming import Incoming
from service.ingest.kinds import FirstBytes
from service.ingest.records import Limits, Part, Upload
from service.ingest.writing import Writer
from service.keybroker.ports import Opened
from service.parts import Parts

PIECE_BYTES = 64 * 1024


def take_in(writer: Writer, opened: Opened, limits: Limits, incoming: Incoming, start: int) -> int:
    """Store all that comes, from ``start`` on; returns where the upload stands then.

    At most one chunk is held, and none of it reaches a disk in plaintext. Raises StoreFullError, RefusedError,
    UploadBusyError and what the checks of `Incoming` raise; the parts before are kept.
    """
    at = start
    while piece := incoming.take(PIECE_BYTES):
        with writer.blob(at, UploadPartState.INTENDED) as blob_id:
            barrier("ingest.part-named")
            size = _fill(writer, opened, blob_id, incoming, piece, limits.part_bytes)
            barrier("ingest.part-sealed")
            writer.keep(Part(blob_id=blob_id, start=at, size=size))
        barrier("ingest.part-row")
        at += size
    return at


def _fill(writer: Writer, opened: Opened, blob_id: str, incoming: Incoming, piece: bytes, most: int) -> int:
    with opened.write(blob_id) as sealed:
        while piece:
            sealed.write(piece)
            writer.is_alive()
            piece = incoming.take(min(PIECE_BYTES, most - sealed.total)) if sealed.total < most else b""
        barrier("ingest.part-written")
        incoming.check()
        return sealed.total


def first_bytes(parts: Parts, opened: Opened, upload: Upload) -> FirstBytes:
    """What judges the beginning, told what came of it in earlier requests."""
    judge = FirstBytes(upload.kind, upload.length, offset=upload.received)
    if upload.received >= judge.needed:
        return judge
    with parts.database.reading() as rows:
        stored = store.stored_parts(rows, upload.id)
    for part in stored:
        with closing(opened.read(part.blob_id)) as reader:
            for piece in reader.pieces(0, part.size):
                judge.feed(piece)
    return judge
