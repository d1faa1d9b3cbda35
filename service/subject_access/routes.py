"""Subject access over HTTP: for administrators at a browser who have just proved who they are, and for no token."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from service.api.fields import PathId
from service.api.principals import SignedIn, needs_role
from service.api.repeat import Repeat, once_by, repeat_of, told_before
from service.database.words import StaffRole
from service.parts import Parts
from service.subject_access.forms import (
    CopiesShown,
    CopyShown,
    KeptForm,
    RequestForm,
    ToReadShown,
    UtteranceShown,
    VoiceShown,
    VoicesShown,
    WrittenShown,
)
from service.subject_access.packing import ZIP_TYPE, file_name, zipped
from service.subject_access.usecases import SubjectAccess

Administrator = Annotated[SignedIn, Depends(needs_role(StaffRole.ADMINISTRATOR))]
Fresh = Annotated[SignedIn, Depends(needs_role(StaffRole.ADMINISTRATOR, fresh=True))]
Repeated = Annotated[Repeat | None, Depends(repeat_of)]
TAGS: list[str | Enum] = ["subject access"]
_FILE = {"content": {ZIP_TYPE: {"schema": {"type": "string", "format": "binary"}}}, "description": "The copy"}


def subject_access_router(parts: Parts) -> APIRouter:
    """The routes under ``/sessions/{session_id}/subject-access``."""
    router, access = APIRouter(prefix="/sessions/{session_id}/subject-access", tags=TAGS), SubjectAccess(parts=parts)

    @router.get("")
    def listed(session_id: PathId, who: Administrator) -> CopiesShown:
        """The copies of a session that are still there."""
        return CopiesShown(items=[CopyShown.model_validate(one) for one in access.copies(who.actor, session_id)])

    @router.post("", status_code=201)
    def made(
        session_id: PathId, body: RequestForm, who: Fresh, repeat: Repeated, response: Response
    ) -> CopyShown:  # fmt: skip
        """Put a copy together for a participant who asked what is kept about them; then it has to be read."""
        once = once_by(repeat, who.actor)
        response.headers.update(told_before(parts.database, once))
        done = access.make(who.actor, session_id, body.request(), once=once)
        response.headers["Location"] = f"/api/v1/sessions/{session_id}/subject-access/{done.id}"
        return CopyShown.model_validate(done)

    @router.get("/voices")
    def voices(session_id: PathId, who: Fresh) -> VoicesShown:
        """The voices to choose from."""
        return VoicesShown(items=[VoiceShown.model_validate(one) for one in access.voices(who.actor, session_id)])

    @router.get("/{copy_id}/draft")
    def to_read(session_id: PathId, copy_id: PathId, who: Fresh) -> ToReadShown:
        """What the worker wrote and every utterance, to decide what of others stays."""
        found = access.draft(who.actor, session_id, copy_id)
        return ToReadShown(
            id=copy_id,
            written=[WrittenShown(what=one["what"], own=one["own"], text=one["text"]) for one in found["written"]],
            utterances=[UtteranceShown.model_validate(one) for one in found["transcript"]],
        )

    @router.put("/{copy_id}/kept")
    def kept(session_id: PathId, copy_id: PathId, body: KeptForm, who: Administrator) -> CopyShown:
        """Say what of others stays; the copy is ready then. Doing it again takes the place of what was said before.

        It asks for no new proof: reading takes longer than one lasts, and this shows nothing.
        """
        done = access.finish(who.actor, session_id, copy_id, body.kept())
        return CopyShown.model_validate(done)

    @router.get("/{copy_id}", response_class=Response, responses={200: _FILE})
    def taken(session_id: PathId, copy_id: PathId, who: Fresh) -> Response:
        """The copy as one file: JSON, a page and a Word document."""
        return file_response(access.take(who.actor, session_id, copy_id), copy_id)

    @router.delete("/{copy_id}", status_code=204)
    def discarded(session_id: PathId, copy_id: PathId, who: Fresh) -> None:
        """Delete a copy before its time."""
        access.discard(who.actor, session_id, copy_id)

    return router


def file_response(document: dict[str, object], copy_id: str) -> Response:
    """The file, to be saved under a name that names nobody."""
    headers = {"Content-Disposition": f'attachment; filename="{file_name(copy_id)}"'}
    return Response(zipped(document), media_type=ZIP_TYPE, headers=headers)
