"""The audit over HTTP: ids, times and words of closed lists; nothing that was said, and no names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from service.api.errors import CursorError
from service.api.fields import ID, LATEST_MS, Form, Moment
from service.api.metrics import AuditState
from service.api.paging import Wanted, wanted_page
from service.api.principals import SignedIn, needs_scope
from service.audit.looking import look
from service.audit.reading import Filter, Reading
from service.audit.records import Action, ActorRole, Kind, Outcome, Purpose
from service.database.words import StaffRole
from service.parts import Parts
from service.people.records import Scope

Administrator = Annotated[SignedIn, Depends(needs_scope(Scope.AUDIT_READ, roles=[StaffRole.ADMINISTRATOR]))]
AnyId = Annotated[str | None, Query(pattern=ID)]
AnyMoment = Annotated[int | None, Query(ge=0, lt=LATEST_MS, description="ms since 1970, UTC")]
_CURSOR = re.compile("[0-9]{1,15}")


class EventShown(Form):
    """Who did what to which thing, when, as what and what for. Ids as the audit holds them."""

    when_ms: Moment
    actor_id: str
    role: ActorRole
    action: Action
    kind: Kind
    object_id: str
    purpose: Purpose
    outcome: Outcome
    request_id: str
    session_id: str | None
    commitment: str | None


class ReadingShown(Form):
    """A row's number and its event; without one, the row cannot be read: have the chain verified."""

    sequence: int = Field(examples=[41])
    event: EventShown | None

    @classmethod
    def of(cls, reading: Reading) -> ReadingShown:
        """From the row."""
        event = None if reading.event is None else EventShown.model_validate(reading.event)
        return cls(sequence=reading.sequence, event=event)


class AuditShown(Form):
    """Events, newest first. A page may be short, or empty, where ``next`` still says that there are more."""

    items: list[ReadingShown]
    next: str | None


class AuditStateShown(Form):
    """The number of the newest row, and when the chain was last anchored outside of the database."""

    sequence: int = Field(examples=[41])
    anchored_ms: Moment | None


def filter_of(
    actor: AnyId = None,
    session: AnyId = None,
    action: Annotated[list[Action] | None, Query(max_length=len(Action))] = None,
    since: AnyMoment = None,
    until: AnyMoment = None,
) -> Filter:
    """Which events are wanted; times are half open."""
    actions = frozenset(action or ())
    return Filter(actor_id=actor, session_id=session, actions=actions, since_ms=since, until_ms=until)


def audit_router(parts: Parts, state: Callable[[], AuditState]) -> APIRouter:
    """The routes under ``/audit``. ``state`` says how long the chain is and when it was last anchored."""
    router = APIRouter(prefix="/audit", tags=["audit"])

    @router.get("")
    def listed(
        who: Administrator,
        chosen: Annotated[Filter, Depends(filter_of)],
        wanted: Annotated[Wanted, Depends(wanted_page)],
    ) -> AuditShown:
        """What was done, newest first; that this was looked at is recorded too."""
        found = look(parts, who.actor, chosen, before=_before(wanted.cursor), limit=wanted.limit)
        after = None if found.before is None else str(found.before)
        return AuditShown(items=[ReadingShown.of(one) for one in found.readings], next=after)

    @router.get("/state")
    def standing(who: Administrator) -> AuditStateShown:
        """How long the chain is and when it was last anchored."""
        return AuditStateShown.model_validate(state())

    return router


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if _CURSOR.fullmatch(cursor) is None:
        raise CursorError
    return int(cursor)
