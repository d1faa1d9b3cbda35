"""A filled installation for the load: people, their coaches, their sessions, and cookies, all made by the use cases."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle

from pwdlib.hashers.argon2 import Argon2Hasher

from models.records.coding import Setting
from models.records.speech import Role
from service.database.words import How, LawfulBasis, PermissionAnswer, PermissionPurpose, StaffRole
from service.ids import new_id
from service.installation import Installation, opened_installation
from service.keybroker.ports import Actor
from service.parts import Parts
from service.people import links, staff, teams
from service.people.parts import PeopleParts
from service.people.passwords import Passwords
from service.people.principal import csrf_token, resolve_cookie
from service.people.sign_in import Came, sign_in
from service.permissions.usecases import history, record
from service.sessions.records import Details, NewSession
from service.sessions.usecases import Sessions
from service.settings_service import ServiceSettings

PASSWORD = "kettle under nine ladders"
STATEMENTS = {Role.PRACTITIONER: "worker-1", Role.CHILD: "child-1"}


@dataclass
class Visitor:
    """Somebody signed in, and the version of each session of theirs. ``agreed``: one that may be recorded."""

    headers: dict[str, str]
    actor: Actor
    versions: dict[str, int] = field(default_factory=dict)
    agreed: str = ""

    @property
    def metadata(self) -> str:
        """What an upload into the agreed session says of itself."""
        words = {"session": self.agreed, "kind": "sound", "filename": "demo.opus"}
        return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in words.items())


def filled(told: Mapping[str, str], people: int, sessions: int) -> list[Visitor]:
    """Make an installation where ``told`` says, and everybody and everything in it."""
    settings = ServiceSettings.from_environment(told)
    with opened_installation(settings, may_begin=True) as installation:
        here = _people_parts(installation)
        first = links.accept_first(
            here, new_id(), links.first_administrator_link(here.parts, new_id()), sign_in_name="first@council",
            shown_name="First", password=PASSWORD,
        )  # fmt: skip
        lead = Actor(person_id=first, roles=frozenset({StaffRole.ADMINISTRATOR}), request_id=new_id())
        visitors = [_visitor(here, lead, number, settings.public_url) for number in range(people)]
        _coached(here.parts, lead, visitors)
        added = Sessions(parts=here.parts, visible=here.parts.broker.visible_sessions)
        for visitor, _ in zip(cycle(visitors), range(sessions), strict=False):
            made = added.add(visitor.actor, _new_session())
            visitor.versions[made.facts.id] = made.facts.version
        visitors[0].agreed = next(iter(visitors[0].versions))
        _agree(here.parts, visitors[0])
    return visitors


def _people_parts(installation: Installation) -> PeopleParts:
    """As the service has them, but for hashing: nobody signs in with these passwords again."""
    passwords = Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))
    return PeopleParts(
        parts=installation.parts, passwords=passwords, guesses=lambda _: 1e12, key=installation.secret
    )  # fmt: skip


def _visitor(here: PeopleParts, lead: Actor, number: int, url: str) -> Visitor:
    name = f"person{number}@council"
    _, secret = staff.invite(here.parts, lead, sign_in_name=name, shown_name=f"Person {number}", roles=_roles(number))
    links.accept(here, new_id(), secret, PASSWORD)
    came = Came(address=f"192.0.2.{number}", request_id=new_id())
    new = sign_in(here, came, sign_in_name=name, password=PASSWORD)
    signed = resolve_cookie(here, new.cookie, new_id())
    assert signed is not None
    headers = {"Cookie": f"sid={new.cookie}", "Origin": url, "X-CSRF": csrf_token(here, signed) or ""}
    return Visitor(headers=headers, actor=signed.actor)


def _roles(number: int) -> tuple[StaffRole, ...]:
    """Everybody adds sessions; every fifth coaches as well."""
    more = (StaffRole.COACH,) if number % 5 == 0 else ()
    return (StaffRole.PRACTITIONER, *more)


def _coached(parts: Parts, lead: Actor, visitors: list[Visitor]) -> None:
    for number, visitor in enumerate(visitors):
        coach = visitors[number - number % 5]
        if coach is not visitor:
            teams.begin_coaching(parts, lead, coach_id=coach.actor.person_id, worker_id=visitor.actor.person_id)


def _new_session() -> NewSession:
    return NewSession(
        setting=Setting.DIRECT_PRACTICE, held_on="2026-11-20", lawful_basis=LawfulBasis.PUBLIC_TASK,
        participants=(Role.PRACTITIONER, Role.PARENT_OR_CARER, Role.CHILD),
        details=Details(title="Visit after the move", change_goal="Mornings without shouting"),
    )  # fmt: skip


def _agree(parts: Parts, visitor: Visitor) -> None:
    """Everybody in the visitor's agreed session agrees to reflection and to coaching."""
    present, _ = history(parts, visitor.actor, visitor.agreed)
    for one in present:
        for purpose in (PermissionPurpose.REFLECTION, PermissionPurpose.COACHING):
            record(
                parts, visitor.actor, visitor.agreed, one.id, purpose=purpose, answer=PermissionAnswer.GIVEN,
                how=How.SPOKEN, statement=STATEMENTS.get(one.role, "adult-1"), said_ms=parts.clock(),
            )  # fmt: skip
