"""What administrators may do with people, and nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from service.audit.records import Action, ActorRole, Outcome
from service.database.words import PersonState, StaffRole
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.people import staff, teams
from service.people.errors import (
    LastAdministratorError,
    LinkRefusedError,
    NameTakenError,
    PersonInputError,
    RolesApartError,
    SignInRefusedError,
    WrongStateError,
)
from service.people.links import accept
from service.people.parts import PeopleParts
from tests.service.people.conftest import PASSWORD, REQUEST, Add, entered, here, who
from tests.service.stand_ins import RememberingTrail

P, C, M, R, A = (
    StaffRole.PRACTITIONER, StaffRole.COACH, StaffRole.MANAGER, StaffRole.RESEARCHER, StaffRole.ADMINISTRATOR,
)  # fmt: skip
ANY = "a" * 32

Act = Callable[[Parts, Actor], object]
ACTS: dict[str, Act] = {
    "invite": lambda parts, actor: staff.invite(parts, actor, sign_in_name="x", shown_name="X", roles=[P]),
    "disable": lambda parts, actor: staff.disable(parts, actor, ANY),
    "enable": lambda parts, actor: staff.enable(parts, actor, ANY),
    "grant": lambda parts, actor: staff.grant_role(parts, actor, ANY, P),
    "end-role": lambda parts, actor: staff.end_role(parts, actor, ANY, P),
    "end-sign-ins": lambda parts, actor: staff.end_sign_ins_of(parts, actor, ANY),
    "list-people": staff.list_people,
    "team": lambda parts, actor: teams.make_team(parts, actor, "North"),
    "add-member": lambda parts, actor: teams.add_member(parts, actor, ANY, ANY),
    "remove-member": lambda parts, actor: teams.remove_member(parts, actor, ANY, ANY),
    "coaching": lambda parts, actor: teams.begin_coaching(parts, actor, coach_id=ANY, worker_id=ANY),
    "end-coaching": lambda parts, actor: teams.end_coaching(parts, actor, coach_id=ANY, worker_id=ANY),
    "list-teams": teams.list_teams,
    "list-coaching": teams.list_coaching,
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize("roles", [set(), {P, C, M}, {R}], ids=["none", "staff", "researcher"])
def test_nobody_but_an_administrator_acts_and_the_denial_is_recorded(
    parts: Parts, trail: RememberingTrail, act: Act, roles: set[StaffRole]
) -> None:
    with pytest.raises(RefusedError):
        act(parts, Actor(person_id=ANY, roles=frozenset(roles), request_id=new_id()))
    assert [(event.action, event.outcome) for event in trail.events] == [(Action.DENIAL, Outcome.DENIED)]


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_an_administrator_whose_role_ended_since_the_request_began_is_refused(
    people: PeopleParts, administrator: Actor, add: Add, act: Act
) -> None:
    second = Actor(person_id=add("second", A), roles=frozenset({A}), request_id=new_id())
    staff.end_role(people.parts, administrator, second.person_id, A)
    with pytest.raises(RefusedError, match="nothing here"):
        act(people.parts, second)


def test_the_worker_process_administers_nobody(parts: Parts) -> None:
    with pytest.raises(RefusedError):
        staff.list_people(parts, Actor.worker(new_id()))


def test_an_act_of_an_administrator_is_recorded_with_whom_it_was_about(
    people: PeopleParts, administrator: Actor, trail: RememberingTrail
) -> None:
    trail.events.clear()
    person_id, _ = staff.invite(people.parts, administrator, sign_in_name="ola", shown_name="Ola", roles=[P])
    [event] = trail.events
    assert (event.role, event.action, event.object_id) == (ActorRole.ADMINISTRATOR, Action.ADMINISTRATION, person_id)


def test_whoever_is_invited_has_roles_but_cannot_sign_in_before_taking_it_up(
    people: PeopleParts, administrator: Actor
) -> None:
    person_id, secret = staff.invite(people.parts, administrator, sign_in_name="Ola@N", shown_name="Ola", roles=[P, C])
    with pytest.raises(SignInRefusedError):
        entered(people, "ola@n")
    accept(people, REQUEST, secret, PASSWORD)
    assert here(people, entered(people, "OLA@n").cookie).actor.roles == {P, C}
    shown = {person.id: person for person in staff.list_people(people.parts, administrator)}[person_id]
    assert (shown.state, shown.has_password, shown.roles) == (PersonState.ACTIVE, True, {P, C})


def test_a_sign_in_name_is_one_persons_in_any_case_of_letters(
    people: PeopleParts, administrator: Actor, trail: RememberingTrail
) -> None:
    for name, error in [("first@NORTH", NameTakenError), ("a b", PersonInputError), ("", PersonInputError)]:
        with pytest.raises(error):
            staff.invite(people.parts, administrator, sign_in_name=name, shown_name="X", roles=[])
    assert len(staff.list_people(people.parts, administrator)) == 1


@pytest.mark.parametrize("role", [C, A])
def test_a_researcher_is_neither_coach_nor_administrator(
    people: PeopleParts, administrator: Actor, add: Add, role: StaffRole
) -> None:
    researcher, other = add("researcher", R), add("other", role)
    for person_id, wanted in [(researcher, role), (other, R)]:
        with pytest.raises(RolesApartError):
            staff.grant_role(people.parts, administrator, person_id, wanted)
    with pytest.raises(RolesApartError):
        staff.invite(people.parts, administrator, sign_in_name="both", shown_name="Both", roles=[R, role])
    staff.end_role(people.parts, administrator, researcher, R)
    staff.grant_role(people.parts, administrator, researcher, role)


def test_a_role_is_given_once_and_ended_once(people: PeopleParts, administrator: Actor, add: Add) -> None:
    person_id = add("ola", P)
    with pytest.raises(WrongStateError):
        staff.grant_role(people.parts, administrator, person_id, P)
    staff.end_role(people.parts, administrator, person_id, P)
    with pytest.raises(WrongStateError):
        staff.end_role(people.parts, administrator, person_id, P)


def test_the_last_administrator_stays(people: PeopleParts, administrator: Actor) -> None:
    with pytest.raises(LastAdministratorError):
        staff.disable(people.parts, administrator, administrator.person_id)
    with pytest.raises(LastAdministratorError):
        staff.end_role(people.parts, administrator, administrator.person_id, A)
    staff.invite(people.parts, administrator, sign_in_name="later", shown_name="Later", roles=[A])
    with pytest.raises(LastAdministratorError):
        staff.disable(people.parts, administrator, administrator.person_id)


def test_two_administrators_cannot_remove_each_other_at_once(
    people: PeopleParts, administrator: Actor, add: Add
) -> None:
    second = Actor(person_id=add("second", A), roles=frozenset({A}), request_id=new_id())
    start, refused = threading.Barrier(2), []

    def remove(actor: Actor, whom: str) -> None:
        start.wait()
        try:
            staff.disable(people.parts, actor, whom)
        except (LastAdministratorError, RefusedError) as error:
            refused.append(error)

    pairs = [(administrator, second.person_id), (second, administrator.person_id)]
    threads = [threading.Thread(target=remove, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1


def test_a_disabled_person_is_out_with_the_next_request_and_back_once_enabled(
    people: PeopleParts, administrator: Actor, add: Add
) -> None:
    person_id = add("ola", P)
    cookie = entered(people, "ola").cookie
    staff.disable(people.parts, administrator, person_id)
    assert who(people, cookie) is None
    with pytest.raises(SignInRefusedError):
        entered(people, "ola")
    staff.enable(people.parts, administrator, person_id)
    assert who(people, cookie) is None
    entered(people, "ola")
    with pytest.raises(WrongStateError):
        staff.enable(people.parts, administrator, person_id)


def test_an_invitation_ends_with_its_persons_disabling(people: PeopleParts, administrator: Actor) -> None:
    person_id, secret = staff.invite(people.parts, administrator, sign_in_name="ola", shown_name="Ola", roles=[P])
    staff.disable(people.parts, administrator, person_id)
    staff.enable(people.parts, administrator, person_id)
    with pytest.raises(LinkRefusedError):
        accept(people, REQUEST, secret, PASSWORD)


def test_a_change_of_roles_ends_sign_ins(people: PeopleParts, administrator: Actor, add: Add) -> None:
    person_id = add("ola", P)
    for change in (staff.grant_role, staff.end_role):
        cookie = entered(people, "ola").cookie
        change(people.parts, administrator, person_id, M)
        assert who(people, cookie) is None


def test_an_administrator_ends_all_sign_ins_of_a_person(people: PeopleParts, administrator: Actor, add: Add) -> None:
    person_id = add("ola", P)
    cookies = [entered(people, "ola").cookie for _ in range(3)]
    staff.end_sign_ins_of(people.parts, administrator, person_id)
    assert [who(people, cookie) for cookie in cookies] == [None] * 3


def test_teams_have_members_and_only_managers_lead(people: PeopleParts, administrator: Actor, add: Add) -> None:
    parts, worker, manager = people.parts, add("ola", P), add("mo", M)
    north = teams.make_team(parts, administrator, "North")
    teams.add_member(parts, administrator, north, manager, leads=True)
    with pytest.raises(WrongStateError):
        teams.add_member(parts, administrator, north, worker, leads=True)
    teams.add_member(parts, administrator, north, worker)
    with pytest.raises(WrongStateError):
        teams.add_member(parts, administrator, north, worker)
    with pytest.raises(NameTakenError):
        teams.make_team(parts, administrator, "North")
    [team] = teams.list_teams(parts, administrator)
    assert (team.members, team.leaders) == ({worker, manager}, {manager})
    teams.remove_member(parts, administrator, north, worker)
    assert teams.list_teams(parts, administrator)[0].members == {manager}
    with pytest.raises(WrongStateError):
        teams.remove_member(parts, administrator, north, worker)


def test_coaching_is_between_a_coach_and_somebody_who_practises(
    people: PeopleParts, administrator: Actor, add: Add
) -> None:
    parts, worker, coach, both = people.parts, add("ola", P), add("mo", C), add("ro", C, P)
    for coach_id, worker_id in [(worker, coach), (coach, coach), (both, both), (coach, administrator.person_id)]:
        with pytest.raises(WrongStateError):
            teams.begin_coaching(parts, administrator, coach_id=coach_id, worker_id=worker_id)
    teams.begin_coaching(parts, administrator, coach_id=coach, worker_id=worker)
    with pytest.raises(WrongStateError):
        teams.begin_coaching(parts, administrator, coach_id=coach, worker_id=worker)
    teams.end_coaching(parts, administrator, coach_id=coach, worker_id=worker)
    with pytest.raises(WrongStateError):
        teams.end_coaching(parts, administrator, coach_id=coach, worker_id=worker)
    teams.begin_coaching(parts, administrator, coach_id=coach, worker_id=worker)


def test_coaching_keeps_its_dates(people: PeopleParts, administrator: Actor, add: Add) -> None:
    parts, worker, coach = people.parts, add("ola", P), add("mo", C)
    begin = parts.clock() + 1000
    with pytest.raises(WrongStateError):
        teams.begin_coaching(parts, administrator, coach_id=coach, worker_id=worker, from_ms=begin, until_ms=begin)
    teams.begin_coaching(parts, administrator, coach_id=coach, worker_id=worker, from_ms=begin, until_ms=begin + 5)
    [found] = teams.list_coaching(parts, administrator)
    assert (found.from_ms, found.until_ms) == (begin, begin + 5)


def test_coaching_ends_with_the_coachs_role(people: PeopleParts, administrator: Actor, add: Add) -> None:
    parts, worker, coach = people.parts, add("ola", P), add("mo", C)
    teams.begin_coaching(parts, administrator, coach_id=coach, worker_id=worker)
    staff.end_role(parts, administrator, coach, C)
    staff.grant_role(parts, administrator, coach, C)
    assert teams.list_coaching(parts, administrator) == []
