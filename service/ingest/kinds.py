"""What is being sent, by its first bytes: what cannot be a recording or a transcript is refused before the rest comes.

Nothing is opened here. Whether a recording can be decoded, the media child says; whether a transcript can be read, the
worker says.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from models.adapters.media_kinds import HEAD_BYTES, sniff
from models.adapters.media_refusals import NotAudioError, RefusedRecordingError, TextFileError
from service.ingest.errors import TranscriptKindError
from service.ingest.records import UploadKind

TRANSCRIPT_ENDINGS = frozenset({".vtt", ".srt", ".json", ".csv"})
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def check_name(kind: UploadKind, file_name: str) -> None:
    """A transcript's name says what it is; a recording's does not matter. Raises TranscriptKindError."""
    ending = PurePosixPath(file_name).suffix.lower()
    if kind is UploadKind.TRANSCRIPT and ending not in TRANSCRIPT_ENDINGS:
        raise TranscriptKindError


class FirstBytes:
    """Collects the beginning of an upload of ``length`` bytes and judges it once there is enough of it."""

    def __init__(self, kind: UploadKind, length: int, *, offset: int = 0) -> None:
        self._kind = kind
        self._length = length
        self._head = bytearray()
        # Whatever is durable up to here has been judged when it came.
        self._judged = offset >= self.needed

    @property
    def needed(self) -> int:
        """Bytes from the start that decide."""
        return min(HEAD_BYTES, self._length)

    def feed(self, piece: bytes) -> None:
        """Take the next bytes. Raises RefusedRecordingError or TranscriptKindError when they are of no such file."""
        if self._judged:
            return
        self._head += piece[: self.needed - len(self._head)]
        if len(self._head) < self.needed:
            return
        self._judged = True
        check_head(self._kind, bytes(self._head), self._length)
        self._head.clear()


def check_head(kind: UploadKind, head: bytes, length: int) -> None:
    """Judge the first `HEAD_BYTES` of a file. Raises RefusedRecordingError or TranscriptKindError."""
    if kind is UploadKind.SOUND:
        sniff(head, length)
        return
    try:
        sniff(head, length)
    except TextFileError:
        return
    except NotAudioError:
        # Text of an old Windows program is no UTF-8; it is told from noise as the transcript's reader tells it.
        if not _CONTROL.search(head):
            return
    except RefusedRecordingError:
        pass
    raise TranscriptKindError
