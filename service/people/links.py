"""One-time links: the first administrator, invitations, new passwords. A link's secret is shown once and works once."""

from __future__ import annotations

from dataclasses import dataclass

from service.audit.records import NOBODY, Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.database.words import PersonState, StaffRole
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.people import link_rows, names, store
from service.people.acting import Act, administering
from service.people.errors import AlreadyAdministeredError, LinkRefusedError, NoSuchNameError, WrongStateError
from service.people.parts import PeopleParts
from service.people.passkeys import happened
from service.people.passkeys import rows as passkey_rows
from service.people.password_rules import refuse_weak
from service.people.sign_in_rows import end_everything

_BY_PERSON = (link_rows.INVITATION, link_rows.NEW_PASSWORD)


def first_administrator_link(parts: Parts, request_id: str) -> str:
    """A link for whoever administers first, good for 24 hours; older ones end. For the machine's owner alone.

    Raises AlreadyAdministeredError once there is anybody.
    """
    now_ms = parts.clock()
    with parts.database.writing() as rows:
        if not store.is_empty(rows):
            raise AlreadyAdministeredError
        parts.trail.append(rows, _by_system(now_ms, Kind.INSTALLATION, NOBODY, request_id))
        return link_rows.make(rows, link_rows.FIRST_ADMINISTRATOR, now_ms)


def recovery_link(parts: Parts, request_id: str, sign_in_name: str) -> str:
    """A new-password link for a person, for the machine's owner where no administrator can sign in any more.

    Raises NoSuchNameError where there is no such person, WrongStateError where they are disabled.
    """
    now_ms = parts.clock()
    with parts.database.writing() as rows:
        row = store.by_name(rows, names.looked_up(sign_in_name))
        if row is None:
            raise NoSuchNameError
        parts.trail.append(rows, _by_system(now_ms, Kind.PERSON, row["id"], request_id))
        return _link_for(Act(rows=rows, now_ms=now_ms), row)


def new_link(parts: Parts, actor: Actor, person_id: str) -> str:
    """For an administrator: another invitation for somebody invited, a new-password link for somebody active.

    Raises RefusedError, WrongStateError where they are disabled.
    """
    with administering(parts, actor, Kind.PERSON, person_id) as act:
        row = store.by_id(act.rows, person_id)
        if row is None:
            raise RefusedError("no such person")
        return _link_for(act, row)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkShown:
    """What whoever opens a link is shown: what it is for, and by what name they sign in; empty for the first of all."""

    use: str
    sign_in_name: str = ""
    shown_name: str = ""

    @property
    def is_first(self) -> bool:
        """Whether it makes the first administrator."""
        return self.use == link_rows.FIRST_ADMINISTRATOR


def look(people: PeopleParts, secret: str) -> LinkShown:
    """What a link is for; it stays good. Raises LinkRefusedError."""
    link = _good(people, secret, (link_rows.FIRST_ADMINISTRATOR, *_BY_PERSON))
    if link["person_id"] is None:
        return LinkShown(use=link["use"])
    with people.parts.database.reading() as rows:
        row = store.by_id(rows, link["person_id"])
    if row is None:
        raise LinkRefusedError
    return LinkShown(use=link["use"], sign_in_name=row["sign_in_name"], shown_name=row["shown_name"])


def accept_first(
    people: PeopleParts, request_id: str, secret: str, *, sign_in_name: str, shown_name: str, password: str
) -> str:
    """Become the first administrator: the person's id. They sign in next.

    Raises LinkRefusedError, PersonInputError, WeakPasswordError; the link stays good after the latter two.
    """
    _good(people, secret, (link_rows.FIRST_ADMINISTRATOR,))
    typed, shown = names.sign_in_name(sign_in_name), names.shown_name(shown_name)
    refuse_weak(password, (typed, shown), people.guesses)
    password_hash, person_id = people.passwords.hash(password), new_id()
    now_ms = people.parts.clock()
    with people.parts.database.writing() as rows:
        if not store.is_empty(rows) or not link_rows.use_up(rows, secret, link_rows.FIRST_ADMINISTRATOR, now_ms):
            raise LinkRefusedError
        store.add_person(
            rows, person_id=person_id, sign_in_name=typed, shown_name=shown, state=PersonState.ACTIVE, now_ms=now_ms,
            password_hash=password_hash,
        )  # fmt: skip
        store.add_role(rows, person_id, StaffRole.ADMINISTRATOR, given_by=None, now_ms=now_ms)
        people.parts.trail.append(rows, _by_person(now_ms, person_id, request_id))
    return person_id


def accept(people: PeopleParts, request_id: str, secret: str, password: str) -> str:
    """Choose a password by an invitation or a new-password link: the person's id. They sign in next.

    Everything that the person had open ends. Raises LinkRefusedError, WeakPasswordError (the link stays good).
    """
    link = _good(people, secret, _BY_PERSON)
    with people.parts.database.reading() as rows:
        row = store.by_id(rows, link["person_id"])
    if row is None:
        raise LinkRefusedError
    refuse_weak(password, (row["sign_in_name"], row["shown_name"]), people.guesses)
    password_hash = people.passwords.hash(password)
    now_ms = people.parts.clock()
    with people.parts.database.writing() as rows:
        gone = take_up(Act(rows=rows, now_ms=now_ms), secret, link["use"], row["id"], password_hash=password_hash)
        people.parts.trail.append(rows, _by_person(now_ms, row["id"], request_id))
        for passkey_id in gone:
            people.parts.trail.append(rows, happened.changed(passkey_id, row["id"], now_ms, request_id))
    return str(row["id"])


def take_up(act: Act, secret: str, use: str, person_id: str, **known_by: str | None) -> list[str]:
    """Use a link up, and keep what the person is known by from now on. Their passkeys go with the old password.

    Returns the ids of those passkeys, for the audit. Raises LinkRefusedError.
    """
    now = store.by_id(act.rows, person_id)
    wanted = PersonState.INVITED if use == link_rows.INVITATION else PersonState.ACTIVE
    if now is None or now["state"] != wanted or not link_rows.use_up(act.rows, secret, use, act.now_ms):
        raise LinkRefusedError
    store.change_person(act.rows, person_id, act.now_ms, state=PersonState.ACTIVE, **known_by)
    end_everything(act.rows, person_id, act.now_ms)
    return passkey_rows.remove_all(act.rows, person_id)


def _good(people: PeopleParts, secret: str, uses: tuple[str, ...]) -> store.Row:
    """The link's row, looked at before anything that costs time. Raises LinkRefusedError."""
    with people.parts.database.reading() as rows:
        link = link_rows.look(rows, secret, people.parts.clock())
    if link is None or link["use"] not in uses:
        raise LinkRefusedError
    return link


def _link_for(act: Act, row: store.Row) -> str:
    uses = {PersonState.INVITED: link_rows.INVITATION, PersonState.ACTIVE: link_rows.NEW_PASSWORD}
    use = uses.get(PersonState(row["state"]))
    if use is None:
        raise WrongStateError
    return link_rows.make(act.rows, use, act.now_ms, person_id=row["id"])


def _by_system(now_ms: int, kind: Kind, object_id: str, request_id: str) -> AuditEvent:
    return AuditEvent(
        when_ms=now_ms, actor_id=NOBODY, role=ActorRole.SYSTEM, action=Action.ADMINISTRATION, kind=kind,
        object_id=object_id, purpose=Purpose.OPERATION, outcome=Outcome.DONE, request_id=request_id,
    )  # fmt: skip


def _by_person(now_ms: int, person_id: str, request_id: str) -> AuditEvent:
    return AuditEvent(
        when_ms=now_ms, actor_id=person_id, role=ActorRole.NOBODY, action=Action.ADMINISTRATION, kind=Kind.PERSON,
        object_id=person_id, purpose=Purpose.OPERATION, outcome=Outcome.DONE, request_id=request_id,
    )  # fmt: skip
