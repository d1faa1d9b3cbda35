"""Sessions over HTTP: adding, reading and sharing them, and what was made of their recordings."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from service.api.conditional import etag_of, unchanged, version_seen
from service.api.fields import PathId
from service.api.paging import Wanted, wanted_page
from service.api.principals import SignedIn, needs_scope
from service.api.ranges import play
from service.api.repeat import Repeat, once_by, repeat_of, told_before
from service.audit.records import Purpose
from service.jobs.records import Document
from service.parts import Parts
from service.people.records import Scope
from service.permissions.forms import ReceiptShown
from service.permissions.usecases import set_lawful_basis
from service.permissions.withdrawal import erase_own
from service.sessions.documents import Documents
from service.sessions.forms import BasisForm, DetailsForm, FactsShown, NewSessionForm, SessionShown, SessionsShown
from service.sessions.records import Session
from service.sessions.usecases import Sessions

Reader = Annotated[SignedIn, Depends(needs_scope(Scope.SESSIONS_READ))]
Worker = Annotated[SignedIn, Depends(needs_scope(Scope.SESSIONS_WRITE))]
For = Annotated[
    Literal["reflection", "coaching", "research"],
    Query(alias="purpose", description="What it is looked at for; the audit keeps it"),
]
Readable = Literal["session", "coding", "scoring", "peaks"]
TAGS: list[str | Enum] = ["sessions"]
_JSON = {"content": {"application/json": {"schema": {"type": "object"}}}, "description": "The document as it was made"}
_SOUND = {"content": {"audio/mp4": {"schema": {"type": "string", "format": "binary"}}}, "description": "The sound"}
_UNCHANGED = {"description": "Nothing changed since"}


def sessions_routers(parts: Parts) -> tuple[APIRouter, ...]:
    """The routes of sessions, of sharing them, and of what is read and heard of them."""
    sessions = Sessions(parts=parts, visible=parts.broker.visible_sessions)
    return _sessions(sessions), _decisions(sessions), _documents(Documents(parts=parts))


def _sessions(sessions: Sessions) -> APIRouter:
    router = APIRouter(prefix="/sessions", tags=TAGS)

    @router.post("", status_code=201)
    def added(
        body: NewSessionForm, who: Worker, repeat: Annotated[Repeat | None, Depends(repeat_of)], response: Response
    ) -> SessionShown:
        """Add a session of one's own, with everybody who is in it by role; uploads wait for their permissions."""
        once = once_by(repeat, who.actor)
        response.headers.update(told_before(sessions.parts.database, once))
        made = sessions.add(who.actor, body.session(), once)
        response.headers["Location"] = f"/api/v1/sessions/{made.facts.id}"
        return _shown(made, response)

    @router.get("")
    def listed(who: Reader, wanted: Annotated[Wanted, Depends(wanted_page)]) -> SessionsShown:
        """The sessions that one may know of, newest first, without their content."""
        page = sessions.page(who.actor, wanted)
        return SessionsShown(items=[FactsShown.of(one) for one in page.items], next=page.next)

    @router.get("/{session_id}", response_model=SessionShown, responses={304: _UNCHANGED})
    def one(
        session_id: PathId, who: Reader, request: Request, response: Response, purpose: For = "reflection"
    ) -> Response | SessionShown:
        """A session with what its worker wrote about it."""
        found = sessions.look(who.actor, session_id, purpose=Purpose(purpose))
        return unchanged(request, etag_of(found.facts.version)) or _shown(found, response)

    @router.put("/{session_id}/details")
    def changed(
        session_id: PathId,
        body: DetailsForm,
        who: Worker,
        version: Annotated[int, Depends(version_seen)],
        response: Response,
    ) -> SessionShown:
        """Replace what is written about a session, where nobody changed it since the version of If-Match."""
        return _shown(sessions.change(who.actor, session_id, body.record(), version=version), response)

    return router


def _decisions(sessions: Sessions) -> APIRouter:
    router, parts = APIRouter(prefix="/sessions/{session_id}", tags=TAGS), sessions.parts

    @router.delete("", status_code=202)
    def erased(session_id: PathId, who: Worker) -> ReceiptShown:
        """Have one's own session erased: nobody reads it from now on, and its key is destroyed. There is no way back.

        Doing it again gives the same receipt.
        """
        return ReceiptShown.of(erase_own(parts, who.actor, session_id))

    @router.put("/sharing")
    def shared(session_id: PathId, who: Worker, response: Response) -> FactsShown:
        """Let one's coach see a session that is ready."""
        facts = sessions.share(who.actor, session_id)
        response.headers["ETag"] = etag_of(facts.version)
        return FactsShown.of(facts)

    @router.delete("/sharing")
    def unshared(session_id: PathId, who: Worker, response: Response) -> FactsShown:
        """Take sharing back, until the coach has begun."""
        facts = sessions.unshare(who.actor, session_id)
        response.headers["ETag"] = etag_of(facts.version)
        return FactsShown.of(facts)

    @router.put("/lawful-basis", status_code=204)
    def based(session_id: PathId, body: BasisForm, who: Worker, response: Response) -> None:
        """Say what the council relies on. The session has another version from then on: it is in the ETag."""
        response.headers["ETag"] = etag_of(set_lawful_basis(parts, who.actor, session_id, body.lawful_basis))

    return router


def _documents(documents: Documents) -> APIRouter:
    router = APIRouter(prefix="/sessions/{session_id}", tags=TAGS)

    @router.get("/documents/{name}", response_class=Response, responses={200: _JSON, 304: _UNCHANGED})
    def document(
        session_id: PathId, name: Readable, who: Reader, request: Request, purpose: For = "reflection"
    ) -> Response:
        """The transcript, the codes, the suggested scores or the outline of the sound; each look is in the audit."""
        found = documents.show(who.actor, session_id, Document(name), purpose=Purpose(purpose))
        etag = f'"{found.content_key}"'
        whole = Response(found.body, media_type="application/json", headers={"ETag": etag})
        return unchanged(request, etag) or whole

    @router.get("/sound", response_class=Response, responses={200: _SOUND, 206: _SOUND})
    @router.head("/sound", response_class=Response)
    def sound(session_id: PathId, who: Reader, request: Request, purpose: For = "reflection") -> Response:
        """The sound, whole or the part that Range asks for. It ends within seconds where a permission ends."""
        found = documents.sound(who.actor, session_id, purpose=Purpose(purpose))
        return play(
            request,
            found.reader.size,
            found.reader.pieces,
            found.close,
            media_type=found.media_type,
            etag=f'"{found.version}"',
        )

    return router


def _shown(found: Session, response: Response) -> SessionShown:
    response.headers["ETag"] = etag_of(found.facts.version)
    return SessionShown.whole(found)
