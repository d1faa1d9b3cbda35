"""What administrators see and change of people. Every change asks for a proof from the last five minutes."""

from __future__ import annotations

from fastapi import APIRouter, Response

from service.database.words import StaffRole
from service.people import links, staff, views
from service.people.repeats import Repeats
from service.people.telling import people_told
from service.people.web import Administrator, PathId, PeopleWeb, Reader, Repeated, made_once


def staff_router(web: PeopleWeb) -> APIRouter:
    """Routes below ``/people``."""
    router, parts = APIRouter(prefix="/people", tags=["people"]), web.people.parts

    @router.get("")
    def listed(who: Reader) -> views.PersonList:
        """Everybody, by name."""
        return people_told(staff.list_people(parts, who.actor))

    @router.post("", status_code=201, response_model=views.PersonMade)
    def invited(body: views.NewPerson, who: Administrator, repeat: Repeated) -> Response:
        """Invite somebody. The link is for them to choose a password by, and is shown this once."""

        def act(repeats: Repeats) -> tuple[str, dict[str, str]]:
            person_id, secret = staff.invite(
                parts, who.actor, sign_in_name=body.sign_in_name, shown_name=body.shown_name, roles=body.roles,
                repeats=repeats,
            )  # fmt: skip
            return person_id, {"link": web.link_to(secret)}

        return made_once(repeat, who, act, "link")

    @router.post("/{person_id}/disable", status_code=204)
    def disable(person_id: PathId, who: Administrator) -> None:
        """Nobody signs in as this person from now on; what they have open ends at their next request."""
        staff.disable(parts, who.actor, person_id)

    @router.post("/{person_id}/enable", status_code=204)
    def enable(person_id: PathId, who: Administrator) -> None:
        """A disabled person may sign in again."""
        staff.enable(parts, who.actor, person_id)

    @router.post("/{person_id}/link")
    def linked(person_id: PathId, who: Administrator) -> views.LinkMade:
        """Another invitation for somebody invited, a new-password link for somebody active."""
        return views.LinkMade(link=web.link_to(links.new_link(parts, who.actor, person_id)))

    @router.delete("/{person_id}/sign-ins", status_code=204)
    def end_sign_ins(person_id: PathId, who: Administrator) -> None:
        """End all sign-ins, access tokens and links of a person."""
        staff.end_sign_ins_of(parts, who.actor, person_id)

    return router


def roles_router(web: PeopleWeb) -> APIRouter:
    """Routes of a person's roles."""
    router, parts = APIRouter(prefix="/people/{person_id}/roles", tags=["people"]), web.people.parts

    @router.put("/{role}", status_code=204)
    def give(person_id: PathId, role: StaffRole, who: Administrator) -> None:
        """Give a role from now on; the person's sign-ins end."""
        staff.grant_role(parts, who.actor, person_id, role)

    @router.delete("/{role}", status_code=204)
    def end(person_id: PathId, role: StaffRole, who: Administrator) -> None:
        """End a role now; the person's sign-ins end."""
        staff.end_role(parts, who.actor, person_id, role)

    return router
