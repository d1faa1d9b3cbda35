"""What an administrator does with people: invite, disable, give roles and end them. Each act is audited."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.exc import IntegrityError

from service.audit.records import Kind
from service.database.words import PersonState, StaffRole
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.people import link_rows, names, store, team_rows
from service.people.acting import Act, administering, looking
from service.people.errors import LastAdministratorError, NameTakenError, RolesApartError, WrongStateError
from service.people.records import Person
from service.people.repeats import UNKEYED, Repeats
from service.people.sign_in_rows import end_everything, end_sign_ins

_NOT_A_RESEARCHER = frozenset({StaffRole.COACH, StaffRole.ADMINISTRATOR})


def invite(
    parts: Parts,
    actor: Actor,
    *,
    sign_in_name: str,
    shown_name: str,
    roles: Iterable[StaffRole],
    repeats: Repeats = UNKEYED,
) -> tuple[str, str]:
    """A new person with roles: their id, and the secret of their invitation link, which is shown once.

    Raises RefusedError, PersonInputError, NameTakenError, RolesApartError, DoneBeforeError.
    """
    person_id, wanted = new_id(), frozenset(roles)
    _refuse_mixture(wanted)
    typed, shown = names.sign_in_name(sign_in_name), names.shown_name(shown_name)
    try:
        with administering(parts, actor, Kind.PERSON, person_id) as act:
            repeats.refuse_second(act.rows)
            store.add_person(
                act.rows, person_id=person_id, sign_in_name=typed, shown_name=shown, state=PersonState.INVITED,
                now_ms=act.now_ms,
            )  # fmt: skip
            for role in sorted(wanted):
                store.add_role(act.rows, person_id, role, given_by=actor.person_id, now_ms=act.now_ms)
            repeats.keep(act.rows, person_id, act.now_ms)
            return person_id, link_rows.make(act.rows, link_rows.INVITATION, act.now_ms, person_id=person_id)
    except IntegrityError:
        raise NameTakenError from None


def disable(parts: Parts, actor: Actor, person_id: str) -> None:
    """Nobody signs in as this person from now on; all their sign-ins, access tokens and links end.

    Raises RefusedError, LastAdministratorError.
    """
    with administering(parts, actor, Kind.PERSON, person_id) as act:
        _there(act, person_id)
        _refuse_last(act, person_id)
        store.change_person(act.rows, person_id, act.now_ms, state=PersonState.DISABLED)
        end_everything(act.rows, person_id, act.now_ms)


def enable(parts: Parts, actor: Actor, person_id: str) -> None:
    """A disabled person may sign in again, or take up an invitation again. Raises RefusedError, WrongStateError."""
    with administering(parts, actor, Kind.PERSON, person_id) as act:
        row = _there(act, person_id)
        if row["state"] != PersonState.DISABLED:
            raise WrongStateError
        known = row["password_hash"] is not None or row["subject"] is not None
        state = PersonState.ACTIVE if known else PersonState.INVITED
        store.change_person(act.rows, person_id, act.now_ms, state=state)


def grant_role(parts: Parts, actor: Actor, person_id: str, role: StaffRole) -> None:
    """Give a role from now on; the person's sign-ins end. Raises RefusedError, RolesApartError, WrongStateError."""
    with administering(parts, actor, Kind.PERSON, person_id) as act:
        _there(act, person_id)
        now = store.roles_of(act.rows, person_id, act.now_ms)
        if role in now:
            raise WrongStateError
        _refuse_mixture(now | {role})
        store.add_role(act.rows, person_id, role, given_by=actor.person_id, now_ms=act.now_ms)
        end_sign_ins(act.rows, person_id, act.now_ms)


def end_role(parts: Parts, actor: Actor, person_id: str, role: StaffRole) -> None:
    """End a role now; the person's sign-ins end, and with the coach's role their coaching relationships.

    Raises RefusedError, LastAdministratorError, WrongStateError.
    """
    with administering(parts, actor, Kind.PERSON, person_id) as act:
        _there(act, person_id)
        if role is StaffRole.ADMINISTRATOR:
            _refuse_last(act, person_id)
        if not store.end_role(act.rows, person_id, role, act.now_ms):
            raise WrongStateError
        if role is StaffRole.COACH:
            team_rows.end_coaching_by(act.rows, person_id, act.now_ms)
        end_sign_ins(act.rows, person_id, act.now_ms)


def end_sign_ins_of(parts: Parts, actor: Actor, person_id: str) -> None:
    """End all sign-ins, access tokens and links of a person, who may sign in again. Raises RefusedError."""
    with administering(parts, actor, Kind.PERSON, person_id) as act:
        _there(act, person_id)
        end_everything(act.rows, person_id, act.now_ms)


def list_people(parts: Parts, actor: Actor) -> list[Person]:
    """Everybody, by name. Raises RefusedError."""
    with looking(parts, actor) as act:
        return store.everybody(act.rows, act.now_ms)


def _there(act: Act, person_id: str) -> store.Row:
    row = store.by_id(act.rows, person_id)
    if row is None:
        raise RefusedError("no such person")
    return row


def _refuse_last(act: Act, person_id: str) -> None:
    if store.active_administrators(act.rows, act.now_ms) == {person_id}:
        raise LastAdministratorError


def _refuse_mixture(roles: frozenset[StaffRole]) -> None:
    if StaffRole.RESEARCHER in roles and roles & _NOT_A_RESEARCHER:
        raise RolesApartError
