"""One-time links: the first administrator, invitations, new passwords."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from service.audit.records import ActorRole
from service.database.tables import one_time_link
from service.database.words import StaffRole
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.people import link_rows, links, staff
from service.people.errors import (
    AlreadyAdministeredError,
    LinkRefusedError,
    NoSuchNameError,
    PersonInputError,
    SignInRefusedError,
    WeakPasswordError,
    WrongStateError,
)
from service.people.parts import PeopleParts
from tests.service.people.conftest import PASSWORD, REQUEST, Add, entered, here, who
from tests.service.stand_ins import RememberingTrail, ToldClock

P, A = StaffRole.PRACTITIONER, StaffRole.ADMINISTRATOR
DAY = 24 * 3_600_000
NEW = "nine lamps by the harbour"


def become_first(people: PeopleParts, secret: str, name: str = "first", password: str = PASSWORD) -> str:
    return links.accept_first(people, REQUEST, secret, sign_in_name=name, shown_name="First", password=password)


def test_the_first_administrator_comes_by_a_link_and_signs_in(people: PeopleParts, trail: RememberingTrail) -> None:
    become_first(people, links.first_administrator_link(people.parts, REQUEST))
    assert here(people, entered(people, "first").cookie).actor.roles == {A}
    assert trail.events[0].role is ActorRole.SYSTEM


def test_a_newer_first_link_ends_the_older(people: PeopleParts) -> None:
    older, newer = (links.first_administrator_link(people.parts, REQUEST) for _ in range(2))
    with pytest.raises(LinkRefusedError):
        become_first(people, older)
    become_first(people, newer)


def test_there_is_no_first_link_once_there_is_anybody(people: PeopleParts, administrator: Actor) -> None:
    with pytest.raises(AlreadyAdministeredError):
        links.first_administrator_link(people.parts, REQUEST)


@pytest.mark.parametrize(("passed", "good"), [(DAY - 1, True), (DAY, False)])
def test_the_first_link_is_good_for_a_day(people: PeopleParts, clock: ToldClock, passed: int, good: bool) -> None:
    secret = links.first_administrator_link(people.parts, REQUEST)
    clock.pass_ms(passed)
    if good:
        become_first(people, secret)
    else:
        with pytest.raises(LinkRefusedError):
            become_first(people, secret)


def test_a_password_or_name_that_is_refused_leaves_the_link_good(people: PeopleParts) -> None:
    secret = links.first_administrator_link(people.parts, REQUEST)
    with pytest.raises(WeakPasswordError):
        become_first(people, secret, password="short")
    with pytest.raises(PersonInputError):
        become_first(people, secret, name="a b")
    become_first(people, secret)


def test_a_link_used_by_many_at_once_works_once(people: PeopleParts) -> None:
    secret = links.first_administrator_link(people.parts, REQUEST)
    start, made, refused = threading.Barrier(6), [], []

    def use(number: int) -> None:
        start.wait()
        try:
            made.append(become_first(people, secret, f"first{number}"))
        except LinkRefusedError as error:
            refused.append(error)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(refused)) == (1, 5)


def test_the_database_does_not_hold_a_link(people: PeopleParts) -> None:
    secret = links.first_administrator_link(people.parts, REQUEST)
    with people.parts.database.reading() as rows:
        [row] = rows.execute(select(one_time_link)).all()
    assert secret not in str(row)
    with pytest.raises(LinkRefusedError):
        become_first(people, row.secret_hash)


def test_an_invitation_is_used_once_and_within_a_week(
    people: PeopleParts, administrator: Actor, clock: ToldClock
) -> None:
    _, secret = staff.invite(people.parts, administrator, sign_in_name="ola", shown_name="Ola", roles=[P])
    links.accept(people, REQUEST, secret, PASSWORD)
    _, late = staff.invite(people.parts, administrator, sign_in_name="mo", shown_name="Mo", roles=[P])
    clock.pass_ms(7 * DAY)
    for spent in (secret, late, "", "nonsense", "\ud800"):
        with pytest.raises(LinkRefusedError):
            links.accept(people, REQUEST, spent, NEW)
    entered(people, "ola")


def test_an_invitation_does_not_make_an_administrator(people: PeopleParts, administrator: Actor) -> None:
    _, secret = staff.invite(people.parts, administrator, sign_in_name="ola", shown_name="Ola", roles=[P])
    with pytest.raises(LinkRefusedError):
        become_first(people, secret, "sneaky")


def test_a_new_password_link_replaces_the_password_and_ends_what_was_open(
    people: PeopleParts, administrator: Actor, add: Add
) -> None:
    person_id = add("ola", P)
    cookie = entered(people, "ola").cookie
    secret = links.new_link(people.parts, administrator, person_id)
    here(people, cookie)
    links.accept(people, REQUEST, secret, NEW)
    assert who(people, cookie) is None
    with pytest.raises(SignInRefusedError):
        entered(people, "ola", PASSWORD)
    entered(people, "ola", NEW)


def test_a_new_link_ends_the_older_of_the_same_person_alone(
    people: PeopleParts, administrator: Actor, add: Add
) -> None:
    ola, mo = add("ola", P), add("mo", P)
    older, others = links.new_link(people.parts, administrator, ola), links.new_link(people.parts, administrator, mo)
    newer = links.new_link(people.parts, administrator, ola)
    with pytest.raises(LinkRefusedError):
        links.accept(people, REQUEST, older, NEW)
    links.accept(people, REQUEST, newer, NEW)
    links.accept(people, REQUEST, others, NEW)


def test_somebody_invited_gets_another_invitation(people: PeopleParts, administrator: Actor) -> None:
    person_id, older = staff.invite(people.parts, administrator, sign_in_name="ola", shown_name="Ola", roles=[P])
    newer = links.new_link(people.parts, administrator, person_id)
    with pytest.raises(LinkRefusedError):
        links.accept(people, REQUEST, older, PASSWORD)
    links.accept(people, REQUEST, newer, PASSWORD)
    entered(people, "ola")


def test_somebody_disabled_gets_no_link(people: PeopleParts, administrator: Actor, add: Add) -> None:
    person_id = add("ola", P)
    staff.disable(people.parts, administrator, person_id)
    with pytest.raises(WrongStateError):
        links.new_link(people.parts, administrator, person_id)
    with pytest.raises(WrongStateError):
        links.recovery_link(people.parts, REQUEST, "ola")


def test_only_administrators_make_links_for_others(people: PeopleParts, add: Add) -> None:
    person_id = add("ola", P)
    with pytest.raises(RefusedError):
        links.new_link(people.parts, Actor(person_id=person_id, roles=frozenset({P}), request_id=REQUEST), person_id)


def test_the_machines_owner_can_let_an_administrator_back_in(people: PeopleParts, administrator: Actor) -> None:
    links.accept(people, REQUEST, links.recovery_link(people.parts, REQUEST, "FIRST@north"), NEW)
    assert here(people, entered(people, "first@north", NEW).cookie).actor.roles == {A}
    with pytest.raises(NoSuchNameError):
        links.recovery_link(people.parts, REQUEST, "nobody")


def test_every_use_of_a_link_has_an_end() -> None:
    assert set(link_rows.LASTS_MS) == {"first-administrator", "invitation", "new-password", "council-sign-in"}
    assert all(0 < lasts <= 7 * DAY for lasts in link_rows.LASTS_MS.values())
