"""What was made of a session's recording, and its sound, each opened by the broker for one purpose."""

from __future__ import annotations

from dataclasses import dataclass

from models.adapters.media_kinds import HEAD_BYTES, sniff
from models.adapters.media_refusals import RefusedRecordingError
from service.audit.records import Action, Purpose
from service.blobs.reader import BlobReader
from service.database.words import Content
from service.jobs.records import CONTENTS, Document
from service.keybroker.ports import Actor, Opened
from service.parts import Parts
from service.sessions import store
from service.sessions.errors import NoDocumentError, StillBlindError

_SUGGESTIONS = (Document.CODING, Document.SCORING)
LISTENING_TYPE = "audio/mp4"
"""The decoder writes the copy for listening as m4a."""
UNKNOWN_TYPE = "application/octet-stream"
_TYPES = {
    "wav": "audio/wav",
    "w64": "audio/x-w64",
    "mp3": "audio/mpeg",
    "aac": "audio/aac",
    "mp4": "audio/mp4",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "matroska": "audio/webm",
    "asf": "audio/x-ms-wma",
    "amr": "audio/amr",
    "aiff": "audio/aiff",
    "caf": "audio/x-caf",
}
"""By the kinds that uploads are told apart by; a player is told nothing that the first bytes do not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDocument:
    """A document's text and the content key that it was made under; equal keys mean equal documents."""

    body: bytes
    content_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSound:
    """A recording, open for reading at any place in bytes; close it when done.

    ``version``: equal ones are the same sound. ``media_type`` is exact, like ``audio/ogg``.
    """

    opened: Opened
    reader: BlobReader
    version: str
    media_type: str

    def close(self) -> None:
        """Let go of the recording and of the key."""
        self.reader.close()
        self.opened.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """Reads what belongs to sessions. Every method raises RefusedError where the policy says no."""

    parts: Parts

    def read(self, actor: Actor, session_id: str, document: Document, *, purpose: Purpose) -> OpenDocument:
        """A document. Raises NoDocumentError where it is not made yet."""
        with self.parts.broker.open(actor, session_id, CONTENTS[document], purpose=purpose) as opened:
            with self.parts.database.reading() as rows:
                found = store.newest_artefact(rows, session_id, document.value)
            if found is None:
                raise NoDocumentError
            blob_id, content_key = found
            with opened.read(blob_id) as reader:
                return OpenDocument(body=reader.readall() or b"", content_key=content_key)

    def show(self, actor: Actor, session_id: str, document: Document, *, purpose: Purpose) -> OpenDocument:
        """What a reader gets: nothing that the machine suggests in a blind review of theirs. Raises StillBlindError."""
        found = self.read(actor, session_id, document, purpose=purpose)
        if document in _SUGGESTIONS:
            with self.parts.database.reading() as rows:
                if store.suggestions_hidden(rows, session_id, actor.person_id):
                    raise StillBlindError
        return found

    def sound(self, actor: Actor, session_id: str, *, purpose: Purpose) -> OpenSound:
        """The sound of a session, to be played. Raises NoDocumentError where only a transcript was brought."""
        opened = self.parts.broker.open(actor, session_id, Content.RECORDING, purpose=purpose, action=Action.PLAY)
        try:
            with self.parts.database.reading() as rows:
                copy = store.newest_artefact(rows, session_id, Document.LISTENING)
                found = copy[0] if copy else store.newest_sound(rows, session_id)
            if found is None:
                raise NoDocumentError
            return _sound(opened, found, LISTENING_TYPE if copy else None)
        except BaseException:
            opened.close()
            raise


def _sound(opened: Opened, blob_id: str, media_type: str | None) -> OpenSound:
    reader = opened.read(blob_id)
    try:
        kind = media_type or _type_of(reader)
    except BaseException:
        reader.close()
        raise
    return OpenSound(opened=opened, reader=reader, version=blob_id, media_type=kind)


def _type_of(reader: BlobReader) -> str:
    head = b"".join(reader.pieces(0, HEAD_BYTES))
    try:
        return _TYPES.get(sniff(head, reader.size), UNKNOWN_TYPE)
    except RefusedRecordingError:
        return UNKNOWN_TYPE
