"""Subject access: a copy for somebody who asks what is kept about them, from the session's number to the file."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.errors import BadInputError
from models.records.speech import Role
from service.api.fields import ID
from service.keybroker.errors import RefusedError
from service.permissions.overview import SessionFile, session_file
from service.permissions.records import Participant
from service.subject_access import records
from service.subject_access.errors import (
    NothingLeftError,
    NotTheWorkerError,
    RequestReferenceError,
    VoiceChoiceError,
)
from service.subject_access.records import WORKERS, VoiceLine
from service.subject_access.routes import file_response
from service.subject_access.usecases import SubjectAccess
from service.subject_access.wording import WRITTEN, view_of
from service.web.admin.errors import SessionNumberError
from service.web.admin.frame import Administrator, Frame, PathId, Proved
from service.web.forms import Fields, Sent
from service.web.permission_form import called

ACCESS = "/administration/subject-access"
_WRONG = {RequestReferenceError: "reference", VoiceChoiceError: "voices", NotTheWorkerError: "about_worker"}
"""At which field of the form a refusal stands."""


def subject_access_pages(frame: Frame) -> APIRouter:
    """Choosing a session, whose copy it is, and which voices are theirs."""
    router, parts = APIRouter(prefix=ACCESS, include_in_schema=False), frame.kit.parts
    access, pages = SubjectAccess(parts=parts), frame.kit.pages

    @router.get("")
    def chosen(request: Request, who: Administrator, session: str = "") -> Response:
        """What this is for, and the form that asks for a session's number."""
        number = session.strip().lower()
        if re.fullmatch(ID, number):
            return pages.seen(f"{ACCESS}/{number}")
        refused = SessionNumberError() if number else None
        return frame.page(request, "subject_access.html", who, refused, number=number[:80])

    @router.get("/{session_id}")
    def one(request: Request, session_id: PathId, who: Administrator) -> Response:
        """Who was there, and the copies that there are."""
        found = session_file(parts, who.actor, session_id)
        names = called([one.participant for one in found.present])
        copies = access.copies(who.actor, session_id)
        return frame.page(
            request, "subject_copies.html", who, found=found, present=names, copies=copies, nothing=NothingLeftError()
        )

    @router.get("/{session_id}/participants/{participant_id}")
    def asked(request: Request, session_id: PathId, participant_id: PathId, who: Proved) -> Response:
        """The voices to choose from, and the request's reference."""
        return _request(frame, request, who, session_id, participant_id)

    @router.post("/{session_id}/participants/{participant_id}")
    def made(request: Request, session_id: PathId, participant_id: PathId, who: Proved, sent: Sent) -> Response:
        """Put the copy together."""
        try:
            wanted = records.Request(
                participant_id=participant_id, voices=tuple(sent.all("voices")), reference=sent.one("reference"),
                about_worker=sent.one("about_worker") == "yes",
            )  # fmt: skip
            copy = access.make(who.actor, session_id, wanted)
        except NothingLeftError:
            raise
        except BadInputError as refused:
            return _request(frame, request, who, session_id, participant_id, refused, sent)
        return pages.seen(f"{ACCESS}/{session_id}/copies/{copy.id}/read", "admin-copy-made")

    return router


def copy_pages(frame: Frame) -> APIRouter:
    """One copy: reading it through, looking at what is handed out, taking and deleting it."""
    router = APIRouter(prefix=f"{ACCESS}/{{session_id}}/copies/{{copy_id}}", include_in_schema=False)
    access, pages = SubjectAccess(parts=frame.kit.parts), frame.kit.pages

    @router.get("/read")
    def to_read(request: Request, session_id: PathId, copy_id: PathId, who: Proved) -> Response:
        """What the worker wrote and every utterance, with a box for each that is not their own."""
        copy = access.copy(who.actor, session_id, copy_id)
        draft = access.draft(who.actor, session_id, copy_id)
        kept = records.kept_in(access.look(who.actor, session_id, copy_id)) if copy.ready else frozenset()
        return frame.page(request, "subject_read.html", who, copy=copy, draft=draft, kept=kept, written_words=WRITTEN)

    @router.post("/read")
    def read(session_id: PathId, copy_id: PathId, who: Administrator, sent: Sent) -> Response:
        """What was ticked stays.

        It asks for no new proof: reading takes longer than one lasts, and what comes next does.
        """
        access.finish(who.actor, session_id, copy_id, frozenset(sent.all("keep")))
        return pages.seen(f"{ACCESS}/{session_id}/copies/{copy_id}", "admin-copy-ready")

    @router.get("")
    def shown(request: Request, session_id: PathId, copy_id: PathId, who: Proved) -> Response:
        """What is handed out, as whoever asked will read it; a copy that nobody read leads to reading it."""
        copy = access.copy(who.actor, session_id, copy_id)
        if not copy.ready:
            return pages.seen(f"{ACCESS}/{session_id}/copies/{copy_id}/read")
        document = access.look(who.actor, session_id, copy_id)
        return frame.page(
            request,
            "subject_copy.html",
            who,
            copy=copy,
            view=view_of(document),
            left_out=document["left_out"],
            texts_left_out=document["written_left_out"],
        )

    @router.get("/file", response_class=Response)
    def taken(session_id: PathId, copy_id: PathId, who: Proved) -> Response:
        """The file to hand out."""
        return file_response(access.take(who.actor, session_id, copy_id), copy_id)

    @router.post("/delete")
    def deleted(session_id: PathId, copy_id: PathId, who: Proved) -> Response:
        """Delete the copy before its time."""
        access.discard(who.actor, session_id, copy_id)
        return pages.seen(f"{ACCESS}/{session_id}", "admin-copy-deleted")

    return router


def _request(
    frame: Frame,
    request: Request,
    who: Proved,
    session_id: str,
    participant_id: str,
    refused: BadInputError | None = None,
    sent: Fields | None = None,
) -> Response:
    found = session_file(frame.kit.parts, who.actor, session_id)
    one = _participant(found, participant_id)
    voices = SubjectAccess(parts=frame.kit.parts).voices(who.actor, session_id)
    given = {
        "found": found,
        "participant": one,
        "called": called([each.participant for each in found.present])[one.id],
        "voices": voices,
        "chosen": sent.all("voices") if sent else _suggested(found, one, voices),
        "reference": sent.one("reference") if sent else "",
        "may_be_worker": one.role in WORKERS,
        "about_worker": sent.one("about_worker") == "yes" if sent else False,
        "wrong": next((at for kind, at in _WRONG.items() if isinstance(refused, kind)), ""),
    }
    return frame.page(request, "subject_request.html", who, refused, **given)


def _participant(found: SessionFile, participant_id: str) -> Participant:
    one = next((each.participant for each in found.present if each.participant.id == participant_id), None)
    if one is None:
        raise RefusedError("no such participant")
    return one


def _suggested(found: SessionFile, one: Participant, voices: tuple[VoiceLine, ...]) -> list[str]:
    """The voices of this role, where nobody else has it: roles do not tell the first child from the second."""
    alone = sum(each.participant.role is one.role for each in found.present) == 1
    return [voice.label for voice in voices if alone and voice.role is one.role is not Role.UNKNOWN]
