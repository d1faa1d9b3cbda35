"""What administrators see and change of teams and coaching relationships."""

from __future__ import annotations

from fastapi import APIRouter, Response

from service.people import teams, views
from service.people.repeats import Repeats
from service.people.telling import coaching_told, teams_told
from service.people.web import Administrator, PathId, PeopleWeb, Reader, Repeated, made_once


def teams_router(web: PeopleWeb) -> APIRouter:
    """Routes below ``/teams``. Everybody sees the teams that they are in at ``/me``."""
    router, parts = APIRouter(prefix="/teams", tags=["people"]), web.people.parts

    @router.get("")
    def listed(who: Reader) -> views.TeamList:
        """Every team, by name, with who is in it now."""
        return teams_told(teams.list_teams(parts, who.actor))

    @router.post("", status_code=201, response_model=views.IdMade)
    def made(body: views.NewTeam, who: Administrator, repeat: Repeated) -> Response:
        """Make a team."""

        def act(repeats: Repeats) -> tuple[str, dict[str, str]]:
            return teams.make_team(parts, who.actor, body.name, repeats), {}

        return made_once(repeat, who, act, None)

    @router.put("/{team_id}/members/{person_id}", status_code=204)
    def put_in(team_id: PathId, person_id: PathId, body: views.NewMember, who: Administrator) -> None:
        """Into the team from now on; only a manager leads."""
        teams.add_member(parts, who.actor, team_id, person_id, leads=body.leads)

    @router.delete("/{team_id}/members/{person_id}", status_code=204)
    def take_out(team_id: PathId, person_id: PathId, who: Administrator) -> None:
        """Out of the team now."""
        teams.remove_member(parts, who.actor, team_id, person_id)

    return router


def coaching_router(web: PeopleWeb) -> APIRouter:
    """Routes below ``/coaching``."""
    router, parts = APIRouter(prefix="/coaching", tags=["people"]), web.people.parts

    @router.get("")
    def listed(who: Reader) -> views.CoachingList:
        """The coaching relationships that have not ended."""
        return coaching_told(teams.list_coaching(parts, who.actor))

    @router.put("/{coach_id}/{worker_id}", status_code=204)
    def begin(coach_id: PathId, worker_id: PathId, body: views.NewCoaching, who: Administrator) -> None:
        """A coaching relationship from now on."""
        teams.begin_coaching(parts, who.actor, coach_id=coach_id, worker_id=worker_id, until_ms=body.until_ms)

    @router.delete("/{coach_id}/{worker_id}", status_code=204)
    def end(coach_id: PathId, worker_id: PathId, who: Administrator) -> None:
        """End it now."""
        teams.end_coaching(parts, who.actor, coach_id=coach_id, worker_id=worker_id)

    return router
