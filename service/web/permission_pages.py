"""Everybody's permissions: who agreed to what, the words to read aloud, recording answers and taking them back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from models.records.speech import Role
from service.api.fields import PathId
from service.api.principals import SignedIn
from service.database.words import PermissionPurpose
from service.permissions.errors import VoiceKnownError
from service.permissions.records import Participant, standing
from service.permissions.usecases import add_participant
from service.permissions.voices import match_voice
from service.sessions.overview import Overview, overview
from service.web.adding_form import PRESENT
from service.web.form_views import form_view
from service.web.forms import Fields, Sent, page_for
from service.web.kit import Kit
from service.web.permission_form import (
    HOW_WORDS,
    SHORT_PURPOSES,
    WAYS,
    called,
    field_of,
    read_answers,
    record_answers,
    usual_answer_fields,
)
from service.web.reading_aloud import audience_of, blocks_of, newest_statement
from service.web.rendering import NOTICES
from service.web.words import PRESENT_WORDS

Here = Annotated[SignedIn, Depends(page_for())]
NOBODY_NEW = "nobody"


def permission_pages(kit: Kit) -> APIRouter:
    """For the session's worker, and for administrators."""
    NOTICES["answers-kept"] = "The answers were recorded."
    NOTICES["voice-matched"] = "Kept. Nothing is done with the session until they agree."
    NOTICES["voice-nobody"] = "Kept. That voice was nobody new."
    NOTICES["participant-added"] = "They were added. Nothing is done with the session until they agree."
    router, pages = APIRouter(include_in_schema=False, prefix="/sessions/{session_id}"), kit.pages

    def again(request: Request, who: SignedIn, session_id: str, errors: Mapping[str, str]) -> Response:
        seen = overview(kit.parts, who.actor, session_id, administrator=True)
        fields = usual_answer_fields(date.fromisoformat(seen.facts.held_on))
        return _page(kit, request, who, seen, fields, errors)

    @router.get("/permissions")
    def shown(session_id: PathId, request: Request, who: Here) -> Response:
        """Who agreed to what, what is missing, and the form of new answers."""
        return again(request, who, session_id, {})

    @router.post("/permissions")
    def answered(session_id: PathId, request: Request, who: Here, sent: Sent) -> Response:
        """Record the answers that were chosen, all of them or none."""
        seen = overview(kit.parts, who.actor, session_id, administrator=True)
        answers, errors = read_answers(sent, seen, pages.council.zone)
        if errors:
            typed = {name: sent.one(name) for name in sent.names()}
            return _page(kit, request, who, seen, typed, errors)
        record_answers(kit.parts, who.actor, session_id, answers)
        return pages.seen(f"/sessions/{session_id}/permissions", "answers-kept")

    @router.post("/participants")
    def joined(session_id: PathId, request: Request, who: Here, sent: Sent) -> Response:
        """Somebody else was there."""
        role = _role(sent)
        if role is None:
            return again(request, who, session_id, {"role": "Choose who else was there"})
        add_participant(kit.parts, who.actor, session_id, role)
        return pages.seen(f"/sessions/{session_id}/permissions", "participant-added")

    @router.post("/participants/{participant_id}/match")
    def matched(session_id: PathId, participant_id: PathId, request: Request, who: Here, sent: Sent) -> Response:
        """Say whose an unknown voice was."""
        role = _role(sent)
        if role is None and sent.one("role") != NOBODY_NEW:
            return again(request, who, session_id, {f"matched-{participant_id}": "Choose whose voice it was"})
        try:
            match_voice(kit.parts, who.actor, session_id, participant_id, role)
        except VoiceKnownError as refused:
            return again(request, who, session_id, {f"matched-{participant_id}": str(refused)})
        return pages.seen(f"/sessions/{session_id}/permissions", "voice-matched" if role else "voice-nobody")

    @router.get("/script")
    def script(session_id: PathId, request: Request, who: Here) -> Response:
        """The words to read aloud to those who are there, to be printed."""
        seen = overview(kit.parts, who.actor, session_id, administrator=True)
        audiences = dict.fromkeys(audience_of(one.role) for one in seen.people)
        words = {one.value: tuple(blocks_of(newest_statement(one).words)) for one in audiences}
        return pages.page(request, "adding/script.html", who, session_id=session_id, words=words)

    @router.get("/information")
    def information(session_id: PathId, request: Request, who: Here) -> Response:
        """The information sheet for families, in easy words with pictures, to be printed."""
        overview(kit.parts, who.actor, session_id, administrator=True)
        return pages.page(request, "adding/information.html", who, session_id=session_id)

    return router


def _role(sent: Fields) -> Role | None:
    return next((one for one in PRESENT if one.value == sent.one("role")), None)


def _page(
    kit: Kit, request: Request, who: SignedIn, seen: Overview, fields: Mapping[str, str], errors: Mapping[str, str]
) -> Response:
    return kit.pages.page(
        request,
        "adding/permissions.html",
        who,
        status=422 if errors else 200,
        **form_view(fields, errors),
        seen=seen,
        people=_people(seen, errors),
        missing=[called(seen.people)[one.id] for one in seen.missing()],
        purposes=SHORT_PURPOSES,
        ways=WAYS,
        present={role.value: PRESENT_WORDS[role] for role in PRESENT},
        nobody_new=NOBODY_NEW,
    )


def _people(seen: Overview, errors: Mapping[str, str]) -> list[dict[str, Any]]:
    names = called(seen.people)
    return [
        {
            "id": one.id,
            "name": names[one.id],
            "child": one.role is Role.CHILD,
            "words": tuple(blocks_of(newest_statement(audience_of(one.role)).words)),
            "unknown": one.role is Role.UNKNOWN,
            "answers": [_answer(seen, one, purpose, errors) for purpose in PermissionPurpose],
        }
        for one in seen.people
    ]


def _answer(seen: Overview, one: Participant, purpose: PermissionPurpose, errors: Mapping[str, str]) -> dict[str, Any]:
    """How somebody stands to one purpose, by what each voice said last."""
    field = field_of(one, purpose)
    voices = standing(seen.answers).items()
    latest = [said for voice, said in voices if voice[:2] == (one.id, purpose)]
    return {
        "purpose": purpose.value,
        "field": field,
        "error": errors.get(field),
        "standing": seen.standing(one.id, purpose).value,
        "said": [
            {"how": HOW_WORDS[said.how], "answer": said.answer, "when": said.said_ms, "until": said.until_ms}
            for said in latest
        ],
    }
