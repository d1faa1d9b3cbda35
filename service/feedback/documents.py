"""Released feedback as documents that are taken away; each is an export in the audit."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from service.audit.records import Action
from service.feedback import store
from service.feedback.docx import docx_of
from service.feedback.pdf import pdf_of
from service.feedback.receiving import Receiving
from service.feedback.records import Received
from service.feedback.rendering import FeedbackView, view_of
from service.keybroker.ports import Actor
from service.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackDocuments:
    """Documents for the worker and the author. ``council``: whose name stands on them.

    Both raise RefusedError where nothing is released to the actor.
    """

    parts: Parts
    council: str

    def pdf(self, actor: Actor, session_id: str) -> bytes:
        """A tagged PDF. Raises PdfPartMissingError, PdfFailedError."""
        return pdf_of(self._taken(actor, session_id), self.council)

    def docx(self, actor: Actor, session_id: str) -> bytes:
        """A Word document."""
        return docx_of(self._taken(actor, session_id), self.council)

    def _taken(self, actor: Actor, session_id: str) -> FeedbackView:
        receiving = Receiving(parts=self.parts)
        received = receiving.released(actor, session_id, action=Action.EXPORT)
        if received is None:
            receiving.refuse(actor, session_id)
        return viewed(self.parts, received)


def viewed(parts: Parts, received: Received) -> FeedbackView:
    """Released feedback as people read it."""
    with parts.database.reading() as rows:
        _, held_on = store.about_session(rows, received.written.facts.session_id)
    return view_of(received.written.body, held_on, received.replies)


def attached(content: bytes, media_type: str, name: str) -> Response:
    """A document to be kept; its name says nothing of anybody."""
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
