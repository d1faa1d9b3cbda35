"""Retention over HTTP: how long things are kept, what goes soon, and confirming the clock."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from service.api.fields import Form, Id, Moment
from service.api.principals import SignedIn, needs_role, needs_scope
from service.database.words import StaffRole
from service.parts import Parts
from service.people.records import Scope
from service.retention.schedule import Due, Kind
from service.retention.usecases import periods, preview, preview_own, set_days
from service.retention.watch import ClockWatch

Administrator = Annotated[SignedIn, Depends(needs_role(StaffRole.ADMINISTRATOR))]
Fresh = Annotated[SignedIn, Depends(needs_role(StaffRole.ADMINISTRATOR, fresh=True))]
Reader = Annotated[SignedIn, Depends(needs_scope(Scope.SESSIONS_READ))]


class PeriodShown(Form):
    """So many days are kept from then on."""

    days: int = Field(examples=[90])
    from_ms: Moment


class DueShown(Form):
    """What is deleted and when; without a kind, the whole session. ``held``: a hold keeps it."""

    session_id: Id
    kind: Kind | None = Field(examples=["sound"])
    due_ms: Moment
    held: bool


class DuesShown(Form):
    """What is deleted within 14 days, or is overdue, soonest first."""

    items: list[DueShown]


class RetentionShown(DuesShown):
    """How long each kind is kept, and what goes soon."""

    schedules: dict[Kind, list[PeriodShown]]


class DaysForm(Form):
    """How many days to keep it."""

    days: int = Field(ge=1, le=3660, examples=[90])


def retention_router(parts: Parts, watch: ClockWatch) -> APIRouter:
    """The routes under ``/retention``. ``watch`` is this process's."""
    router = APIRouter(prefix="/retention", tags=["retention"])

    @router.get("")
    def shown(who: Administrator) -> RetentionShown:
        """How long each kind of content is kept here, and what goes within 14 days."""
        kept = {
            kind: [PeriodShown.model_validate(one) for one in schedule.periods]
            for kind, schedule in periods(parts).items()
        }
        return RetentionShown(schedules=kept, items=_dues(preview(parts, who.actor)))

    @router.get("/mine")
    def mine(who: Reader) -> DuesShown:
        """What of one's own sessions goes within 14 days."""
        return DuesShown(items=_dues(preview_own(parts, who.actor)))

    @router.post("/clock", status_code=204)
    def confirmed(who: Fresh) -> None:
        """Say that the machine's clock is right, so that deleting goes on after it was found to differ."""
        watch.confirm(who.actor)

    @router.put("/{kind}", status_code=204)
    def changed(kind: Kind, body: DaysForm, who: Fresh) -> None:
        """Keep a kind for so many days. A shorter time comes into force after 14 days."""
        set_days(parts, who.actor, kind, body.days)

    return router


def _dues(found: list[Due]) -> list[DueShown]:
    return [DueShown.model_validate(one) for one in found]
