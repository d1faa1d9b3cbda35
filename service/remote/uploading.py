"""Sends a file by tus 1.0.0, over as many connections as it takes."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import httpx2

from models.errors import BadInputError
from service.ids import new_id
from service.remote.answers import refusal
from service.remote.connection import Connection
from service.remote.errors import (
    FileChangedError,
    RefusedThereError,
    StrangeAnswerError,
    UnreachedError,
    UploadPausedError,
    UploadRefusedError,
)
from service.remote.keeping import Begun

UPLOADS = "/uploads"
TRANSCRIPTS = frozenset({".vtt", ".srt", ".json", ".csv"})
FIRST_BYTES = 256 * 1024
"""Sent alone: a file of a kind that is not taken is refused before all of it was sent."""
REQUEST_BYTES = 64 * 1024 * 1024
"""In one request at most: what a proxy in between may have to hold."""
PIECE_BYTES = 256 * 1024
MOST_LOST = 12
"""So often in a row nothing gets through; then it is left to `resume`. About 3 minutes."""
LONGEST_REST_S = 30.0
_TUS = {"Tus-Resumable": "1.0.0"}
_LATER = (408, 409, 423, 429, 500, 502, 503, 504)
_OVER = (404, 410)

Keep = Callable[[Begun], Begun]
Watch = Callable[[int, int], None]
"""Hears how many bytes arrived, of how many."""


def begin_upload(server: str, session_id: str, file: Path, kind: str) -> Begun:
    """An upload of which nothing was sent. Raises BadInputError where there is nothing to send."""
    with _opened(file) as opened:
        found = os.fstat(opened.fileno())
    if not found.st_size:
        raise BadInputError("The file is empty. Check that the recording was saved.")
    return Begun(
        server=server, session_id=session_id, file=str(file.resolve()), size=found.st_size,
        modified_ns=found.st_mtime_ns, kind=kind, key=new_id(),
    )  # fmt: skip


def kind_of(file: Path) -> str:
    """Whether a file is a transcript or sound, by its ending."""
    return "transcript" if file.suffix.lower() in TRANSCRIPTS else "sound"


def send(connection: Connection, begun: Begun, keep: Keep, watch: Watch) -> str:
    """Send what is not there yet; returns the recording's id. ``keep`` hears what has to be known to go on later.

    Raises FileChangedError, UploadPausedError, UploadRefusedError, RefusedThereError, FailedThereError.
    """
    return _Sending(connection, begun, keep, watch).through()


class _Sending:
    def __init__(self, connection: Connection, begun: Begun, keep: Keep, watch: Watch) -> None:
        self._connection = connection
        self._begun = begun
        self._keep = keep
        self._watch = watch
        self._lost = 0
        self._furthest = -1
        self._anew = False

    def through(self) -> str:
        with _opened(Path(self._begun.file)) as file:
            while True:
                self._check(file)
                try:
                    recording = self._step(file)
                except UnreachedError:
                    self._pause()
                    continue
                if recording:
                    return recording

    def _step(self, file: BinaryIO) -> str | None:
        """Ask how far it is, and send the next request's bytes. The recording's id once it is complete."""
        location = self._begun.location or self._create()
        stands = self._connection.once("HEAD", location, headers=_TUS) if location else None
        if stands is None or location is None or not self._usable(stands):
            return None
        offset = _number(stands, "upload-offset")
        self._watch(offset, self._begun.size)
        if offset > self._furthest:
            self._furthest, self._lost = offset, 0
        if offset < self._begun.size:
            self._add(file, location, offset)
            return None
        if "recording-id" in stands.headers:
            return str(stands.headers["recording-id"])
        self._pause()
        return None

    def _create(self) -> str | None:
        told = {"session": self._begun.session_id, "kind": self._begun.kind, "filename": Path(self._begun.file).name}
        pairs = (f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())
        headers = _TUS | {
            "Upload-Length": str(self._begun.size), "Upload-Metadata": ",".join(pairs),
            "Idempotency-Key": self._begun.key,
        }  # fmt: skip
        answer = self._connection.once("POST", UPLOADS, headers=headers)
        if answer.status_code in (429, 503):
            self._pause(answer)
            return None
        location = self._connection.accepted(answer).headers.get("location", "")
        self._begun = self._keep(replace(self._begun, location=self._connection.address.own_path(location, UPLOADS)))
        return self._begun.location

    def _usable(self, stands: httpx2.Response) -> bool:
        """Whether the upload is there. One that ended for lack of use is begun anew, once."""
        if stands.status_code in _LATER:
            self._pause(stands)
            return False
        if stands.status_code not in _OVER:
            self._connection.accepted(stands)
            return True
        if self._anew:
            raise UploadRefusedError
        self._anew = True
        self._begun = self._keep(replace(self._begun, location=None, key=new_id()))
        return False

    def _add(self, file: BinaryIO, location: str, offset: int) -> None:
        most = REQUEST_BYTES if offset else FIRST_BYTES
        count = min(most, self._begun.size - offset)
        headers = _TUS | {
            "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(count),
        }  # fmt: skip
        answer = self._connection.once("PATCH", location, headers=headers, content=self._pieces(file, offset, count))
        if answer.status_code in _LATER:
            self._pause(answer)
        elif answer.status_code >= 400:
            refused = refusal(answer)
            if isinstance(refused, RefusedThereError) and refused.status in _OVER:
                return  # asked about again, and begun anew
            raise refused

    def _pieces(self, file: BinaryIO, offset: int, count: int) -> Iterator[bytes]:
        file.seek(offset)
        end = offset + count
        while offset < end:
            piece = file.read(min(PIECE_BYTES, end - offset))
            if not piece:
                raise FileChangedError
            yield piece
            offset += len(piece)
            self._watch(offset, self._begun.size)

    def _check(self, file: BinaryIO) -> None:
        found = os.fstat(file.fileno())
        if (found.st_size, found.st_mtime_ns) != (self._begun.size, self._begun.modified_ns):
            raise FileChangedError

    def _pause(self, answer: httpx2.Response | None = None) -> None:
        self._lost += 1
        if self._lost > MOST_LOST:
            raise UploadPausedError
        if answer is not None and "retry-after" in answer.headers:
            self._connection.wait_for(answer)
        else:
            self._connection.rest(min(0.5 * 2 ** (self._lost - 1), LONGEST_REST_S))


def _number(answer: httpx2.Response, name: str) -> int:
    given = answer.headers.get(name, "")
    if not given.isascii() or not given.isdigit():
        raise StrangeAnswerError
    return int(given)


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except FileNotFoundError as refused:
        raise BadInputError(f"There is no file {file.name}. Check the name and the folder.") from refused
    except IsADirectoryError as refused:
        raise BadInputError(f"{file.name} is a folder. Name one recording.") from refused
    except OSError as refused:
        raise BadInputError(f"{file.name} cannot be opened. Check that you may read it.") from refused
