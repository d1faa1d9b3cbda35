"""Teams and who is in them, and who coaches whom."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.errors import BadInputError
from service.database.words import StaffRole
from service.keybroker.errors import RefusedError
from service.people import staff, teams
from service.people.records import Person
from service.web.admin.errors import ChoiceError
from service.web.admin.frame import Administrator, Frame, PathId, Proved, begins, ends
from service.web.forms import Fields, Sent

TEAMS = "/administration/teams"
COACHING = "/administration/coaching"


def team_pages(frame: Frame) -> APIRouter:
    """Teams, one team, and who comes in and goes out."""
    router, parts, pages = APIRouter(prefix=TEAMS, include_in_schema=False), frame.kit.parts, frame.kit.pages

    @router.get("")
    def listed(request: Request, who: Administrator) -> Response:
        """Every team."""
        return frame.page(request, "teams.html", who, teams=teams.list_teams(parts, who.actor), names=frame.names(who))

    @router.post("")
    def made(request: Request, who: Proved, sent: Sent) -> Response:
        """Make a team."""
        try:
            team_id = teams.make_team(parts, who.actor, sent.one("name"))
        except BadInputError as refused:
            found = teams.list_teams(parts, who.actor)
            return frame.page(
                request, "teams.html", who, refused, teams=found, names=frame.names(who), typed=sent.one("name")
            )
        return pages.seen(f"{TEAMS}/{team_id}", "admin-team-made")

    @router.get("/{team_id}")
    def one(request: Request, team_id: PathId, who: Administrator) -> Response:
        """One team."""
        return _team(frame, request, who, team_id)

    @router.post("/{team_id}/members")
    def put_in(request: Request, team_id: PathId, who: Proved, sent: Sent) -> Response:
        """Into the team."""
        try:
            person_id, leads = _chosen(sent, "person_id"), sent.one("leads") == "yes"
            teams.add_member(parts, who.actor, team_id, person_id, leads=leads)
        except BadInputError as refused:
            return _team(frame, request, who, team_id, refused, chosen=sent.one("person_id"))
        return pages.seen(f"{TEAMS}/{team_id}", "admin-member-added")

    @router.post("/{team_id}/members/{person_id}/end")
    def taken_out(request: Request, team_id: PathId, person_id: PathId, who: Proved) -> Response:
        """Out of the team."""
        try:
            teams.remove_member(parts, who.actor, team_id, person_id)
        except BadInputError as refused:
            return _team(frame, request, who, team_id, refused)
        return pages.seen(f"{TEAMS}/{team_id}", "admin-member-removed")

    return router


def coaching_pages(frame: Frame) -> APIRouter:
    """Who coaches whom, from when until when."""
    router, parts, pages = APIRouter(prefix=COACHING, include_in_schema=False), frame.kit.parts, frame.kit.pages

    @router.get("")
    def listed(request: Request, who: Administrator) -> Response:
        """Relationships that have not ended, and the form for another."""
        return _coaching(frame, request, who)

    @router.post("")
    def begun(request: Request, who: Proved, sent: Sent) -> Response:
        """Begin a relationship."""
        zone = pages.council.zone
        try:
            teams.begin_coaching(
                parts, who.actor, coach_id=_chosen(sent, "coach_id"), worker_id=_chosen(sent, "worker_id"),
                from_ms=begins(sent.one("from"), zone), until_ms=ends(sent.one("until"), zone),
            )  # fmt: skip
        except BadInputError as refused:
            return _coaching(frame, request, who, refused, sent)
        return pages.seen(COACHING, "admin-coaching-begun")

    @router.get("/{coach_id}/{worker_id}/end")
    def ask_end(request: Request, coach_id: PathId, worker_id: PathId, who: Proved) -> Response:
        """What ending it means."""
        return frame.page(
            request, "end_coaching.html", who, names=frame.names(who), coach_id=coach_id, worker_id=worker_id
        )

    @router.post("/{coach_id}/{worker_id}/end")
    def ended(request: Request, coach_id: PathId, worker_id: PathId, who: Proved) -> Response:
        """End it now."""
        try:
            teams.end_coaching(parts, who.actor, coach_id=coach_id, worker_id=worker_id)
        except BadInputError as refused:
            return _coaching(frame, request, who, refused)
        return pages.seen(COACHING, "admin-coaching-ended")

    return router


def _team(
    frame: Frame,
    request: Request,
    who: Proved,
    team_id: str,
    refused: BadInputError | None = None,
    chosen: str = "",
) -> Response:
    parts = frame.kit.parts
    found = next((one for one in teams.list_teams(parts, who.actor) if one.id == team_id), None)
    if found is None:
        raise RefusedError("no such team")
    people = {one.id: one for one in staff.list_people(parts, who.actor)}
    given = {
        "team": found,
        "inside": [one for one in people.values() if one.id in found.members],
        "outside": [one for one in people.values() if one.id not in found.members],
        "chosen": chosen,
    }
    return frame.page(request, "team.html", who, refused, **given)


def _coaching(
    frame: Frame, request: Request, who: Proved, refused: BadInputError | None = None, sent: Fields | None = None
) -> Response:
    parts = frame.kit.parts
    people = staff.list_people(parts, who.actor)
    given = {
        "coaching": teams.list_coaching(parts, who.actor),
        "names": {one.id: one.shown_name for one in people},
        "coaches": _with_role(people, StaffRole.COACH),
        "coached": _with_role(people, StaffRole.PRACTITIONER, StaffRole.MANAGER),
        "typed": {name: sent.one(name) for name in ("coach_id", "worker_id", "from", "until")} if sent else {},
        "now_ms": parts.clock(),
    }
    return frame.page(request, "coaching.html", who, refused, **given)


def _with_role(people: list[Person], *roles: StaffRole) -> list[Person]:
    return [one for one in people if one.roles.intersection(roles)]


def _chosen(sent: Fields, name: str) -> str:
    if not sent.one(name):
        raise ChoiceError
    return sent.one(name)
