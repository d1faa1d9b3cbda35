"""The whole transcript, put right one utterance at a time; every step can be undone."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from service.api.fields import PathId
from service.api.principals import SignedIn
from service.audit.records import Purpose
from service.ids import new_id
from service.sessions.usecases import Sessions
from service.transcripts.errors import NothingToUndoError, TranscriptChangeError
from service.transcripts.records import Standing
from service.transcripts.usecases import Amended, Transcripts
from service.web.forms import Fields, Sent, page_for
from service.web.kit import Kit
from service.web.rendering import NOTICES, environment
from service.web.transcript_acts import act_id_of, acts_of
from service.web.transcript_view import changed_rows, later, names_of, words_of

Here = Annotated[SignedIn, Depends(page_for())]
MOST_ROWS = 300
"""So many changed rows are sent to a script; beyond that it loads the page again."""
NOTHING = "nothing-to-undo"


def transcript_pages(kit: Kit) -> APIRouter:
    """The page of the whole transcript, its editor, and where its forms go."""
    router, pages = APIRouter(include_in_schema=False, prefix="/sessions/{session_id}/transcript"), kit.pages
    transcripts = Transcripts(parts=kit.parts)
    sessions = Sessions(parts=kit.parts, visible=kit.parts.broker.visible_sessions)
    NOTICES[NOTHING] = "There was nothing left to undo or to do again."

    def shown(
        request: Request, who: SignedIn, session_id: str, edit: str = "", sent: Fields | None = None, problem: str = ""
    ) -> Response:
        standing, undoable = transcripts.look(who.actor, session_id, purpose=Purpose.REFLECTION)
        given = _editor(standing, session_id, edit, sent, problem)
        return pages.page(
            request, "transcript/transcript.html", who, status=422 if problem else 200, undoable=undoable,
            session=sessions.look(who.actor, session_id), act_id=new_id(), **given,
        )  # fmt: skip

    @router.get("")
    def transcript(request: Request, who: Here, session_id: PathId, edit: str = "") -> Response:
        """Every utterance as it stands; ``edit`` opens the editor of one."""
        return shown(request, who, session_id, edit)

    @router.get("/editor")
    def editor(request: Request, who: Here, session_id: PathId, about: str = "") -> Response:
        """The editor alone, for the page's script."""
        standing = transcripts.read(who.actor, session_id, purpose=Purpose.REFLECTION)
        given = _editor(standing, session_id, standing.now(about), None, "")
        return pages.part("transcript/editor_part.html", csrf=kit.pages.csrf_of(who), act_id=new_id(), **given)

    @router.post("")
    def corrected(request: Request, who: Here, session_id: PathId, sent: Sent) -> Response:
        """Do what the editor asks for, and come back to the same place."""
        scripted = "application/json" in request.headers.get("accept", "")
        try:
            done = _done(transcripts, who, session_id, sent)
        except NothingToUndoError:
            if scripted:
                raise
            return pages.seen(_here(session_id, ""), NOTHING)
        except TranscriptChangeError as refused:
            if scripted:
                raise
            return shown(request, who, session_id, sent.one("about"), sent, str(refused))
        if scripted:
            return JSONResponse(_told(done, session_id))
        return pages.seen(_here(session_id, done.after.now(sent.one("about"))))

    return router


def _done(transcripts: Transcripts, who: SignedIn, session_id: str, sent: Fields) -> Amended:
    if sent.one("do") == "undo":
        return transcripts.undo(who.actor, session_id, act_id_of(sent))
    if sent.one("do") == "redo":
        return transcripts.redo(who.actor, session_id, act_id_of(sent))
    return transcripts.amend(who.actor, session_id, acts_of(sent))


def _editor(standing: Standing, session_id: str, edit: str, sent: Fields | None, problem: str) -> dict[str, Any]:
    """What the rows and the one open editor are drawn from."""
    now = standing.now(edit) if edit else ""
    one = next((said for said in standing.said if said.id == now), None)
    return {
        "session_id": session_id,
        "standing": standing,
        "names": names_of(standing),
        "edit": one.id if one else "",
        "one": one,
        "splits": words_of(one.text) if one else (),
        "following": later(standing, one.id) if one else (),
        "sent": sent,
        "problem": problem,
    }


def _told(done: Amended, session_id: str) -> dict[str, Any]:
    """The rows that changed, as the script puts them in."""
    changed, gone = changed_rows(done.before.said, done.after.said)
    names = names_of(done.after)
    told = {"number": done.after.number, "undo": done.undoable.undo, "redo": done.undoable.redo, "gone": gone}
    if len(changed) > MOST_ROWS or names != names_of(done.before):
        return {**told, "reload": True}
    row = environment().get_template("transcript/row_part.html")
    rows = [
        {"id": one.id, "after": ahead, "html": row.render(said=one, names=names, session_id=session_id)}
        for ahead, one in changed
    ]
    return {**told, "reload": False, "rows": rows}


def _here(session_id: str, about: str) -> str:
    return f"/sessions/{session_id}/transcript" + (f"#{about}" if about else "")
