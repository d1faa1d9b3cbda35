"""What was made of a session's recording, and its sound, each opened by the broker for one purpose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.audit.records import Action, Purpose
from service.blobs.reader import BlobReader
from service.database.words import Content
from service.keybroker.ports import Actor, Opened
from service.parts import Parts
from service.sessions import store
from service.sessions.errors import NoDocumentError


class Document(StrEnum):
    """The documents that a session has once it is ready; each is the JSON that the command line writes."""

    SESSION = "session"
    CODING = "coding"
    SCORING = "scoring"

    @property
    def content(self) -> Content:
        """What kind of content it is to the policy."""
        return Content.TRANSCRIPT if self is Document.SESSION else Content.CODING


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDocument:
    """A document's text and the content key that it was made under; equal keys mean equal documents."""

    body: bytes
    content_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSound:
    """A recording, open for reading at any place in bytes; close both when done."""

    opened: Opened
    reader: BlobReader

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
        with self.parts.broker.open(actor, session_id, document.content, purpose=purpose) as opened:
            with self.parts.database.reading() as rows:
                found = store.newest_artefact(rows, session_id, document.value)
            if found is None:
                raise NoDocumentError
            blob_id, content_key = found
            with opened.read(blob_id) as reader:
                return OpenDocument(body=reader.readall() or b"", content_key=content_key)

    def sound(self, actor: Actor, session_id: str, *, purpose: Purpose) -> OpenSound:
        """The sound of a session, to be played. Raises NoDocumentError where only a transcript was brought."""
        opened = self.parts.broker.open(actor, session_id, Content.RECORDING, purpose=purpose, action=Action.PLAY)
        try:
            with self.parts.database.reading() as rows:
                blob_id = store.newest_artefact(rows, session_id, "listening")
                found = blob_id[0] if blob_id else store.newest_sound(rows, session_id)
            if found is None:
                raise NoDocumentError
            return OpenSound(opened=opened, reader=opened.read(found))
        except BaseException:
            opened.close()
            raise
