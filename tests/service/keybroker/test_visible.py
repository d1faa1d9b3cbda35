"""Lists show exactly the sessions that would open, in worlds made at random; facts are what a plain count says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from service.audit.records import NOBODY, Action, Purpose
from service.blobs.local_store import LocalBlobStore
from service.database.engine import Database, open_database
from service.database.tables import METADATA, coaching, session
from service.database.words import (
    Content,
    FeedbackState,
    How,
    PermissionAnswer,
    PermissionPurpose,
    PersonState,
    SessionState,
    StaffRole,
)
from service.keybroker import facts
from service.keybroker.broker import KeyBroker
from service.keybroker.errors import RefusedError
from service.keybroker.policy import POLICY, Question, decide
from service.keybroker.ports import Actor
from tests.service.keybroker.worlds import ALWAYS, MadeUpKeys, Window, World, actor
from tests.service.stand_ins import RememberingTrail, ToldClock

WORLDS = 10
MANY_WORLDS = 100
ASKED = sorted({(row.purpose, content) for row in POLICY if Action.VIEW in row.actions for content in row.contents})
"""Purposes and kinds of content that any line lets anybody view."""
PEOPLE, TEAMS, SESSIONS = 3, 2, 3
_NOW = ToldClock().now
WINDOWS = st.sampled_from(
    [ALWAYS, ALWAYS, ALWAYS, (0, _NOW), (0, _NOW + 1), (_NOW, None), (_NOW + 1, None), (_NOW, _NOW)]
)  # often valid, so that worlds are not all closed


@dataclass(frozen=True)
class Made:
    """What hypothesis chose; people, teams and sessions by number."""

    people: list[tuple[frozenset[StaffRole], PersonState]]
    members: list[tuple[int, int, bool, Window]]
    coaching: list[tuple[int, int, Window]]
    sessions: list[tuple[int, int | None, SessionState, str, int | None, bool]]
    present: list[int]
    answers: list[tuple[int, int, PermissionPurpose, PermissionAnswer, int | None, How]]
    feedback: list[tuple[int, int, FeedbackState]]


person, place = st.integers(0, PEOPLE - 1), st.integers(0, TEAMS - 1)
numbered = st.integers(0, SESSIONS - 1)
answers = st.lists(
    st.tuples(
        numbered,
        st.integers(0, 1),
        st.sampled_from(list(PermissionPurpose)[:3]),
        st.sampled_from([PermissionAnswer.GIVEN, PermissionAnswer.GIVEN, *PermissionAnswer]),
        st.sampled_from([None, None, None, _NOW, _NOW + 1]),
        st.sampled_from([How.SPOKEN, How.WRITTEN, How.THROUGH_PARENT]),
    ),
    min_size=6,
    max_size=30,
)
worlds = st.builds(
    Made,
    people=st.lists(
        st.tuples(
            st.frozensets(st.sampled_from(StaffRole), min_size=1),
            st.sampled_from([PersonState.ACTIVE] * 4 + [PersonState.DISABLED, PersonState.INVITED]),
        ),
        min_size=PEOPLE,
        max_size=PEOPLE,
    ),
    members=st.lists(st.tuples(person, place, st.booleans(), WINDOWS), max_size=3),
    coaching=st.lists(st.tuples(person, person, WINDOWS), max_size=4),
    sessions=st.lists(
        st.tuples(
            person,
            st.none() | place,
            st.sampled_from([SessionState.READY, SessionState.READY, *SessionState]),
            st.sampled_from(["direct_practice", "supervision"]),
            st.sampled_from([None, _NOW, _NOW, _NOW + 1]),
            st.sampled_from([False, False, False, True]),
        ),
        min_size=SESSIONS,
        max_size=SESSIONS,
    ),
    present=st.lists(st.integers(0, 2), min_size=SESSIONS, max_size=SESSIONS),
    answers=answers,
    feedback=st.lists(st.tuples(numbered, person, st.sampled_from(FeedbackState)), max_size=3),
)


@dataclass(frozen=True)
class House:
    """A database that all worlds share; each has its own people and sessions in it."""

    database: Database
    broker: KeyBroker


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("worlds")
    database = open_database(f"sqlite:///{folder / 'service.sqlite3'}")
    METADATA.create_all(database.engine)
    broker = KeyBroker(
        database=database,
        keystore=MadeUpKeys(),
        trail=RememberingTrail(),
        blobs=LocalBlobStore(folder / "blobs"),
        clock=ToldClock(),
    )
    yield House(database, broker)
    database.close()


def put(house: House, made: Made) -> tuple[list[Actor], list[str], list[list[str]]]:
    """The world's people, sessions, and participants of each session."""
    with house.database.writing() as rows:
        world = World(rows, _NOW)
        people = [actor(world.person(roles, state=state)) for roles, state in made.people]
        teams = [world.team() for _ in range(TEAMS)]
        for who, where, leads, window in made.members:
            world.member(people[who].person_id, teams[where], leads=leads, window=window)
        for coach, worker, window in made.coaching:
            world.coaching(people[coach].person_id, people[worker].person_id, window)
        sessions, present = [], []
        for (who, where, state, setting, shared, erasing), count in zip(made.sessions, made.present, strict=True):
            one = world.session(
                people[who].person_id, state=state, setting=setting, shared_ms=shared,
                team_id=None if where is None else teams[where],
            )  # fmt: skip
            sessions.append(one)
            present.append([world.participant(one, place=number) for number in range(count)])
            if erasing:
                world.erasure(one)
        for number, which, purpose, answer, until, how in made.answers:
            if which < len(present[number]):
                world.answers(sessions[number], present[number][which], purpose, answer, until, how)
        for number, who, state in made.feedback:
            world.feedback(sessions[number], people[who].person_id, state)
    return people, sessions, present


def opens(house: House, who: Actor, session_id: str, content: Content, purpose: Purpose) -> bool:
    try:
        house.broker.open(who, session_id, content, purpose=purpose).close()
    except RefusedError:
        return False
    return True


def listed(house: House, who: Actor, purpose: Purpose | None, content: Content, among: list[str]) -> set[str]:
    with house.database.reading() as rows:
        seen = house.broker.visible_sessions(rows, who, purpose, content=content)
        return set(rows.scalars(select(session.c.id).where(session.c.id.in_(seen), session.c.id.in_(among))))


@settings(max_examples=WORLDS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=worlds)
def test_a_list_shows_exactly_the_sessions_whose_details_open(house: House, made: Made) -> None:
    people, sessions, _ = put(house, made)
    for who in people:
        anyhow = set()
        for purpose in (Purpose.REFLECTION, Purpose.COACHING, Purpose.RESEARCH):
            opened = {one for one in sessions if opens(house, who, one, Content.DETAILS, purpose)}
            assert listed(house, who, purpose, Content.DETAILS, sessions) == opened
            anyhow |= opened
        assert listed(house, who, None, Content.DETAILS, sessions) == anyhow


@pytest.mark.slow
@settings(max_examples=MANY_WORLDS, deadline=None)
@given(made=worlds)
def test_lists_and_decisions_agree_in_many_worlds(house: House, made: Made) -> None:
    agree(house, made)


@settings(max_examples=WORLDS, deadline=None)
@given(made=worlds)
def test_a_list_for_any_content_agrees_with_the_decision(house: House, made: Made) -> None:
    agree(house, made)


def agree(house: House, made: Made) -> None:
    people, sessions, _ = put(house, made)
    for who in (*people, Actor.worker("f" * 32)):
        with house.database.reading() as rows:
            known = {one: facts.gather(rows, who, one, _NOW) for one in sessions}
        for purpose, content in ASKED:
            allowed = {
                one
                for one, found in known.items()
                if decide(Question(facts=found, content=content, purpose=purpose, action=Action.VIEW)).allowed
            }
            assert listed(house, who, purpose, content, sessions) == allowed


@settings(max_examples=WORLDS, deadline=None)
@given(made=worlds)
def test_what_everybody_agreed_to_is_what_their_last_answers_say(house: House, made: Made) -> None:
    """A count of its own: answers in their order, the last one of each voice holds, and no voice may say no."""
    people, sessions, present = put(house, made)
    for number, one in enumerate(sessions):
        last: dict[tuple[int, PermissionPurpose], dict[bool, bool]] = defaultdict(dict)
        for where, which, purpose, answer, until, how in made.answers:
            if where == number:
                holds = answer is PermissionAnswer.GIVEN and (until is None or until > _NOW)
                last[which, purpose][how is How.THROUGH_PARENT] = holds
        everybody = range(len(present[number]))
        with house.database.reading() as rows:
            found = facts.gather(rows, people[0], one, _NOW)
        assert found.given == {
            purpose
            for purpose in PermissionPurpose
            if everybody and all(last[who, purpose] and all(last[who, purpose].values()) for who in everybody)
        }


def test_a_parents_yes_does_not_undo_a_childs_no(house: House) -> None:
    yes, no = PermissionAnswer.GIVEN, PermissionAnswer.REFUSED
    with house.database.writing() as rows:
        world = World(rows, _NOW)
        one = world.session(world.person())
        child = world.participant(one)
        world.answers(one, child, PermissionPurpose.REFLECTION, no)
        world.answers(one, child, PermissionPurpose.REFLECTION, yes, how=How.THROUGH_PARENT)
        world.answers(one, child, PermissionPurpose.COACHING, no)
        world.answers(one, child, PermissionPurpose.COACHING, yes, how=How.THROUGH_PARENT)
        world.answers(one, child, PermissionPurpose.COACHING, yes, how=How.WRITTEN)
    with house.database.reading() as rows:
        assert facts.gather(rows, actor(NOBODY), one, _NOW).given == {PermissionPurpose.COACHING}


def test_a_list_of_nobody_is_empty(house: House) -> None:
    with house.database.writing() as rows:
        world = World(rows, _NOW)
        own = world.session(world.person((StaffRole.PRACTITIONER,)))
    for who in (actor(NOBODY), Actor.worker("f" * 32)):
        assert listed(house, who, None, Content.DETAILS, [own]) == set()


def test_a_list_takes_its_moment_from_the_broker(house: House) -> None:
    """A coaching that begins later is not there yet."""
    with house.database.writing() as rows:
        world = World(rows, _NOW)
        worker, coach = world.person((StaffRole.PRACTITIONER,)), actor(world.person((StaffRole.COACH,)))
        one = world.session(worker, shared_ms=0)
        world.participant(one, PermissionPurpose.COACHING)
        world.coaching(coach.person_id, worker, (_NOW + 1, None))
    assert listed(house, coach, Purpose.COACHING, Content.DETAILS, [one]) == set()
    with house.database.writing() as rows:
        rows.execute(coaching.update().where(coaching.c.coach_id == coach.person_id).values(from_ms=_NOW))
    assert listed(house, coach, Purpose.COACHING, Content.DETAILS, [one]) == {one}
