"""What a start does about uploads whose process died: nothing that counts is lost, and nothing else stays."""

from __future__ import annotations

from models.errors import PracticeError
from service.blobs.errors import NoSuchBlobError
from service.ids import new_id
from service.ingest import store
from service.ingest.errors import UploadBusyError
from service.ingest.finishing import Queue, clear, finish
from service.ingest.records import Limits, Reconciled, Upload
from service.ingest.writing import writer
from service.keybroker.ports import Actor
from service.parts import Parts


def reconcile(parts: Parts, queue: Queue, limits: Limits) -> Reconciled:
    """Remove what dead writers left, finish what is all there, and tell what is missing; other processes may run.

    A row without its blob is told and left as it is: whoever runs the service has to look. Raises StoreUnavailableError
    and DatabaseUnavailableError.
    """
    swept = parts.blobs.sweep()
    with parts.database.reading() as rows:
        over = store.with_leftovers(rows)
        resting = store.at_rest(rows, parts.clock())
    for upload_id in over:
        clear(parts, upload_id)
    ends = [_look(parts, queue, limits, upload) for upload in resting]
    return Reconciled(
        swept=swept,
        cleared=len(over),
        finished=ends.count("finished"),
        unfinished=ends.count("unfinished"),
        damaged_uploads=tuple(upload.id for upload, end in zip(resting, ends, strict=True) if end == "damaged"),
        lost_recordings=_lost(parts),
    )


def _look(parts: Parts, queue: Queue, limits: Limits, upload: Upload) -> str:
    try:
        with writer(parts, limits, upload.id) as mine:  # which removes what earlier writers left
            if not _is_whole(parts, upload):
                return "damaged"
            if not upload.all_there:
                return "open"
            finish(parts, queue, Actor.worker(new_id()), upload, mine)
            return "finished"
    except UploadBusyError:
        return "open"
    except PracticeError:
        return "unfinished"


def _is_whole(parts: Parts, upload: Upload) -> bool:
    with parts.database.reading() as rows:
        stored = store.stored_parts(rows, upload.id)
    at = 0
    for part in stored:
        try:
            parts.blobs.size(part.blob_id)
        except NoSuchBlobError:
            return False
        if part.start != at:
            return False
        at += part.size
    return at == upload.received


def _lost(parts: Parts) -> tuple[str, ...]:
    with parts.database.reading() as rows:
        recordings = list(store.recording_blobs(rows))
    there = set(parts.blobs.ids())
    return tuple(recording_id for recording_id, blob_id in recordings if blob_id not in there)
