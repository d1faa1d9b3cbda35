"""What an upload is, what may be sent, and what starting up found."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum

from service.blobs.format import stored_size
from service.database.words import UploadState
from service.ingest.errors import ChecksumError, UploadRequestError

_MIB = 1024 * 1024


class UploadKind(StrEnum):
    """What is sent: a recording's sound, or a transcript that exists already."""

    SOUND = "sound"
    TRANSCRIPT = "transcript"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much may be sent; sizes in bytes, times in milliseconds.

    ``part_bytes``: so much is sealed and made durable at a time. ``claim_ms``: a writer of whom nothing was heard for
    so long gives way to the next. ``spare_bytes``: uploads that would leave less room than this are not begun.
    """

    sound_bytes: int = 4096 * _MIB
    transcript_bytes: int = 20 * _MIB
    open_per_person: int = 3
    part_bytes: int = 8 * _MIB
    claim_ms: int = 6_000
    kept_ms: int = 7 * 24 * 3_600_000
    spare_bytes: int = 1024 * _MIB

    def longest(self, kind: UploadKind) -> int:
        """The largest file of a kind."""
        return self.sound_bytes if kind is UploadKind.SOUND else self.transcript_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A new upload as it was asked for. ``length`` in bytes; ``repeat_key``: the request's Idempotency-Key."""

    session_id: str
    length: int
    kind: UploadKind
    file_name: str
    repeat_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """Where an upload stands. ``received`` counts what is durable; ``recording_id`` is there once it is complete."""

    id: str
    session_id: str
    person_id: str
    state: UploadState
    kind: UploadKind
    length: int
    received: int
    until_ms: int
    recording_id: str | None

    @property
    def all_there(self) -> bool:
        """Whether every byte is durable; the recording itself may still have to be joined."""
        return self.received == self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to write to an upload: only the highest ``fence`` may."""

    upload_id: str
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some bytes of an upload in a blob of their own: content ``[start, start + size)``."""

    blob_id: str
    start: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum:
    """What the sender says about one request's bytes."""

    algorithm: str
    digest: bytes

    ALGORITHMS = ("sha1", "sha256")

    def __post_init__(self) -> None:
        if self.algorithm not in self.ALGORITHMS:
            raise UploadRequestError("Upload-Checksum is given by sha1 or sha256. Use one of them, or leave it out.")

    def begun(self) -> hashlib._Hash:
        """A running digest of this kind, for bytes that were damaged on the way; it proves nothing else."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def check(self, seen: hashlib._Hash) -> None:
        """Raises ChecksumError unless the bytes are those that were sent."""
        if not hmac.compare_digest(seen.digest(), self.digest):
            raise ChecksumError


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What a start found and did; the last two are alarms, and nothing was changed for them.

    ``unfinished``: uploads that are all there, but could not be joined now.
    """

    swept: int
    cleared: int
    finished: int
    unfinished: int
    damaged_uploads: tuple[str, ...]
    lost_recordings: tuple[str, ...]


def room_for(length: int, received: int = 0) -> int:
    """Bytes that an upload still needs at most: its parts and the recording lie side by side for a moment."""
    return 2 * stored_size(length) - received


def file_name_field(recording_id: str) -> str:
    """Under which field `recording.file_name` is sealed."""
    return f"recording.file_name.{recording_id}"
