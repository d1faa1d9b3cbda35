"""Who is who: each voice with clips, its suggested role, and one button that confirms them all."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.api.fields import PathId
from service.api.principals import SignedIn
from service.api.problems import row_of
from service.audit.records import Purpose
from service.ids import new_id
from service.sessions.usecases import Sessions
from service.transcripts.errors import RolesOpenError, SoundGoneError, TranscriptChangeError
from service.transcripts.marking import Marking
from service.transcripts.usecases import Transcripts
from service.web.forms import Fields, Sent, page_for
from service.web.kit import Kit
from service.web.rendering import NOTICES
from service.web.transcript_acts import roles_acts
from service.web.transcript_view import ROLE_CHOICES, voice_views

Here = Annotated[SignedIn, Depends(page_for())]
KEPT, MARKING, NO_SOUND, NOT_AGREED = "roles-kept", "roles-marking", "roles-no-sound", "roles-not-agreed"
_NOTICES = {
    KEPT: "Who is who is kept.",
    MARKING: "Who is who is kept. The moments are being marked again with these roles; it takes a minute or two.",
    NOT_AGREED: "Who is who is kept. Somebody speaks who is not on record: the session is held back until they agree.",
    NO_SOUND: "Who is who is kept. The recording is no longer kept, so the moments cannot be marked again.",
}


def voices_pages(kit: Kit) -> APIRouter:
    """The page of who is who, and where its forms go."""
    router, pages = APIRouter(include_in_schema=False, prefix="/sessions/{session_id}/voices"), kit.pages
    transcripts, marking = Transcripts(parts=kit.parts), Marking(parts=kit.parts)
    sessions = Sessions(parts=kit.parts, visible=kit.parts.broker.visible_sessions)
    NOTICES.update(_NOTICES)

    def shown(
        request: Request,
        who: SignedIn,
        session_id: str,
        sent: Fields | None = None,
        problem: str = "",
        status: int = 200,
    ) -> Response:
        standing = transcripts.read(who.actor, session_id, purpose=Purpose.REFLECTION)
        return pages.page(
            request, "transcript/voices.html", who, status=status, session=sessions.look(who.actor, session_id),
            standing=standing, voices=voice_views(standing), roles=ROLE_CHOICES,
            at_work=marking.at_work(who.actor, session_id), act_id=new_id(), sent=sent, problem=problem,
        )  # fmt: skip

    def marked(who: SignedIn, session_id: str) -> str:
        """The notice for what became of marking again."""
        try:
            return MARKING if marking.confirm_roles(who.actor, session_id) else KEPT
        except SoundGoneError:
            return NO_SOUND

    @router.get("")
    def voices(request: Request, who: Here, session_id: PathId) -> Response:
        """Each voice with its clips."""
        return shown(request, who, session_id)

    @router.post("")
    def confirmed(request: Request, who: Here, session_id: PathId, sent: Sent) -> Response:
        """Keep who is who, have the moments marked again, and go on to the passages to check."""
        try:
            done = transcripts.amend(who.actor, session_id, roles_acts(sent))
            if done.unaccounted:
                return pages.seen(f"/sessions/{session_id}/permissions", NOT_AGREED)
            notice = marked(who, session_id)
        except (TranscriptChangeError, RolesOpenError) as refused:
            status = row_of(type(refused)).status
            return shown(request, who, session_id, sent, _words(refused), status)
        return pages.seen(f"/sessions/{session_id}/{'check' if done.after.checks else 'voices'}", notice)

    @router.post("/mark")
    def again(who: Here, session_id: PathId) -> Response:
        """Have the moments marked again."""
        return pages.seen(f"/sessions/{session_id}/voices", marked(who, session_id))

    return router


def _words(refused: Exception) -> str:
    if isinstance(refused, RolesOpenError):
        return "Choose a role for at least one voice. “I cannot tell” is a role too."
    return str(refused)
