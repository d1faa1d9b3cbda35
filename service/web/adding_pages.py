"""Adding a session: one form, then on to everybody's permissions."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from models.records.coding import Setting
from service.api.principals import CSRF_FIELD, SignedIn
from service.api.repeat import Once, Repeat
from service.database.words import StaffRole
from service.ids import is_id, new_id
from service.sessions.usecases import Sessions
from service.web.adding_form import BASES, LEGAL_STATUSES, PRESENT, read_session, settings_of, usual_fields
from service.web.form_views import form_view
from service.web.forms import Fields, Sent, page_for
from service.web.kit import Kit
from service.web.rendering import NOTICES
from service.web.words import SETTING_WORDS

Adder = Annotated[SignedIn, Depends(page_for(StaffRole.PRACTITIONER, StaffRole.MANAGER))]


def adding_pages(kit: Kit) -> APIRouter:
    """The form of a new session."""
    NOTICES["session-added"] = "The session was added. Next: everybody's permissions."
    router = APIRouter(include_in_schema=False)
    sessions = Sessions(parts=kit.parts, visible=kit.parts.broker.visible_sessions)

    @router.get("/sessions/new")
    def asked(request: Request, who: Adder) -> Response:
        """The empty form."""
        fields = usual_fields(settings_of(who.actor.roles), today_in(kit))
        return _form(kit, request, who, fields | {"act": new_id()}, {})

    @router.post("/sessions/new")
    def added(request: Request, who: Adder, sent: Sent) -> Response:
        """Add it; what cannot be used is said beside its field, and everything typed stays."""
        read = read_session(sent, settings_of(who.actor.roles), today_in(kit))
        if read.session is None:
            typed = {name: sent.one(name) for name in sent.names()}
            return _form(kit, request, who, typed, dict(read.errors))
        made = sessions.add(who.actor, read.session, _once(request, who, sent))
        return kit.pages.seen(f"/sessions/{made.facts.id}/permissions", "session-added")

    return router


def today_in(kit: Kit) -> date:
    """The day that it is where the council is."""
    return datetime.fromtimestamp(kit.parts.clock() / 1000, UTC).astimezone(kit.pages.council.zone).date()


def _form(kit: Kit, request: Request, who: SignedIn, fields: dict[str, str], errors: dict[str, str]) -> Response:
    return kit.pages.page(
        request,
        "adding/new.html",
        who,
        status=422 if errors else 200,
        **form_view(fields, errors),
        settings=[one.value for one in settings_of(who.actor.roles)],
        supervision=Setting.SUPERVISION.value,
        present=[role.value for role in PRESENT],
        bases=BASES,
        legal_statuses=LEGAL_STATUSES,
        setting_words=SETTING_WORDS,
    )


def _once(request: Request, who: SignedIn, sent: Fields) -> Once | None:
    """A form that is sent twice, as by two clicks, adds one session; one that was changed in between adds another."""
    act = sent.one("act")
    if not is_id(act):
        return None
    told = repr(sorted((name, sent.all(name)) for name in sent.names() if name != CSRF_FIELD)).encode()
    key = f"{act}:{hashlib.sha256(told).hexdigest()}"
    path = f"{request.method} {request.url.path}"
    return Repeat(secret=request.app.state.repeat_secret, key=key, path=path, sent=told).by(who.actor)
