"""Please check: one passage at a time, with its reason, to be heard and put right."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.api.fields import PathId
from service.api.principals import SignedIn
from service.audit.records import Purpose
from service.ids import new_id
from service.sessions.usecases import Sessions
from service.transcripts.errors import NoSuchUtteranceError, TranscriptChangeError
from service.transcripts.usecases import Transcripts
from service.web.forms import Fields, Sent, page_for
from service.web.kit import Kit
from service.web.passages import next_open, passage_of
from service.web.transcript_acts import checked_acts
from service.web.transcript_view import names_of

Here = Annotated[SignedIn, Depends(page_for())]


def check_pages(kit: Kit) -> APIRouter:
    """The page of passages to check, and where its form goes."""
    router, pages = APIRouter(include_in_schema=False, prefix="/sessions/{session_id}/check"), kit.pages
    transcripts = Transcripts(parts=kit.parts)
    sessions = Sessions(parts=kit.parts, visible=kit.parts.broker.visible_sessions)

    def shown(
        request: Request, who: SignedIn, session_id: str, wanted: str, sent: Fields | None = None, problem: str = ""
    ) -> Response:
        standing = transcripts.read(who.actor, session_id, purpose=Purpose.REFLECTION)
        return pages.page(
            request, "transcript/check.html", who, status=422 if problem else 200,
            session=sessions.look(who.actor, session_id), standing=standing, passage=passage_of(standing, wanted),
            names=names_of(standing), act_id=new_id(), sent=sent, problem=problem,
        )  # fmt: skip

    @router.get("")
    def check(request: Request, who: Here, session_id: PathId, passage: str = "") -> Response:
        """The passage that is asked for, else the first that nobody has heard."""
        return shown(request, who, session_id, passage)

    @router.post("")
    def heard(request: Request, who: Here, session_id: PathId, sent: Sent) -> Response:
        """Keep the words as they are now, and that the passage was heard; go on to the next."""
        here = f"/sessions/{session_id}/check"
        try:
            standing = transcripts.amend(who.actor, session_id, checked_acts(sent)).after
        except NoSuchUtteranceError:  # it was split or joined in another tab
            if not sent.one("said-1"):
                return pages.seen(here)
            gone = "The words here were changed in another window. Look at them again; what you wrote is still below."
            return shown(request, who, session_id, sent.one("passage"), sent, gone)
        except TranscriptChangeError as refused:
            return shown(request, who, session_id, sent.one("passage"), sent, str(refused))
        following = next_open(standing, sent.one("passage"))
        return pages.seen(f"{here}?passage={following}" if following else here)

    return router
