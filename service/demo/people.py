"""Who is in the demo: an administrator, a social worker and their coach. They are roles, not people."""

from __future__ import annotations

from dataclasses import dataclass

from service.database.words import StaffRole
from service.ids import new_id
from service.installation import Installation
from service.keybroker.ports import Actor
from service.people import links, staff, teams
from service.people.parts import PeopleParts

PASSWORD = "lanterns by the harbour wall"  # noqa: S105 - of a service on this machine alone, with an invented session
"""Of everybody in the demo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Somebody in the demo, by what they do."""

    sign_in_name: str
    shown_name: str
    role: StaffRole


ADMINISTRATOR = Part(
    sign_in_name="administrator@demo", shown_name="Demo administrator", role=StaffRole.ADMINISTRATOR
)  # fmt: skip
WORKER = Part(sign_in_name="worker@demo", shown_name="Demo social worker", role=StaffRole.PRACTITIONER)
COACH = Part(sign_in_name="coach@demo", shown_name="Demo coach", role=StaffRole.COACH)
PARTS = (COACH, WORKER, ADMINISTRATOR)


def invited(installation: Installation, people: PeopleParts) -> Actor:
    """Everybody, with the coach coaching the worker; gives the worker."""
    parts, request_id = installation.parts, new_id()
    first = links.first_administrator_link(parts, request_id)
    leads = links.accept_first(
        people, request_id, first, sign_in_name=ADMINISTRATOR.sign_in_name, shown_name=ADMINISTRATOR.shown_name,
        password=PASSWORD,
    )  # fmt: skip
    lead = Actor(person_id=leads, roles=frozenset({ADMINISTRATOR.role}), request_id=request_id)
    worker, coach = _invited(people, lead, WORKER), _invited(people, lead, COACH)
    teams.begin_coaching(parts, lead, coach_id=coach, worker_id=worker)
    return Actor(person_id=worker, roles=frozenset({WORKER.role}), request_id=request_id)


def _invited(people: PeopleParts, lead: Actor, part: Part) -> str:
    _, secret = staff.invite(
        people.parts, lead, sign_in_name=part.sign_in_name, shown_name=part.shown_name, roles=(part.role,)
    )
    return links.accept(people, lead.request_id, secret, PASSWORD)
