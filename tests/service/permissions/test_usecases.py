"""Answers are appended, raise the epoch, and decide whether a session is quarantined."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from models.records.speech import Role
from service.audit.records import Action, Outcome
from service.database.tables import job, session
from service.database.words import How, JobState, LawfulBasis, PermissionAnswer, SessionState, StaffRole
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.parts import Parts
from service.permissions.coverage import covered
from service.permissions.errors import (
    AnswerError,
    NoSuchParticipantError,
    ParticipantExistsError,
    StatementError,
)
from service.permissions.usecases import (
    add_participant,
    history,
    record,
    set_lawful_basis,
    settle_lapsed,
)
from tests.service.permissions.family import COACHING, GIVEN, REFLECTION, REFUSED, Family, add_person, add_recording
from tests.service.stand_ins import RememberingTrail, ToldClock


@pytest.fixture
def family(parts: Parts) -> Family:
    met = Family.met(parts)
    add_recording(met)
    return met


def is_covered(family: Family, purpose: object = REFLECTION) -> bool:
    with family.parts.database.reading() as rows:
        return covered(rows, family.session_id, purpose, family.parts.clock())  # type: ignore[arg-type]


def add_work(family: Family, state: JobState) -> str:
    """A recording and a job for it."""
    recorded, worked = add_recording(family), new_id()
    with family.parts.database.writing() as rows:
        rows.execute(insert(job).values(
            id=worked, session_id=family.session_id, recording_id=recorded, person_id=family.worker.person_id,
            state=state, queue="cpu", created_ms=1, permission_epoch=1,
        ))  # fmt: skip
    return worked


def asked_to_stop(family: Family, worked: str) -> bool:
    with family.parts.database.reading() as rows:
        return rows.execute(job.select().where(job.c.id == worked)).one().asked_to_stop_ms is not None


def test_a_session_is_covered_only_when_everybody_has_agreed(family: Family) -> None:
    for role in family.people:
        assert not is_covered(family)
        family.say(role)
    assert is_covered(family)
    assert not is_covered(family, COACHING)


def test_a_session_that_does_not_exist_is_not_covered(parts: Parts) -> None:
    with parts.database.reading() as rows:
        assert not covered(rows, new_id(), REFLECTION, 0)


def test_every_change_raises_the_permission_epoch_and_is_audited(family: Family, trail: RememberingTrail) -> None:
    epoch, events = family.row()[1], len(trail.events)
    family.all_say_yes()
    assert family.row()[1] == epoch + 3
    assert [one.action for one in trail.events[events:]] == [Action.PERMISSION] * 3
    assert {one.object_id for one in trail.events[events:]} == set(family.people.values())


def test_a_no_quarantines_a_session_and_a_later_yes_brings_it_back(family: Family) -> None:
    add_work(family, JobState.DONE)
    family.all_say_yes()
    assert family.row()[0] == SessionState.READY
    assert family.say(Role.CHILD, REFUSED) is SessionState.QUARANTINED
    assert family.say(Role.CHILD) is SessionState.READY


@pytest.mark.parametrize(
    ("worked", "state"),
    [
        (JobState.QUEUED, SessionState.WAITING),
        (JobState.CANCELLED, SessionState.WAITING),
        (JobState.FAILED, SessionState.FAILED),
        (JobState.DONE, SessionState.READY),
    ],
)
def test_a_session_goes_on_where_its_work_stands(family: Family, worked: JobState, state: SessionState) -> None:
    add_work(family, worked)
    family.all_say_yes()
    assert family.row()[0] == state


def test_a_quarantine_asks_running_jobs_to_stop(family: Family) -> None:
    family.all_say_yes()
    worked = add_work(family, JobState.RUNNING)
    family.say(Role.PARENT_OR_CARER, purpose=COACHING)
    assert not asked_to_stop(family, worked)
    family.say(Role.PARENT_OR_CARER, REFUSED)
    assert asked_to_stop(family, worked)


def test_a_draft_stays_a_draft_until_there_is_a_recording(parts: Parts) -> None:
    family = Family.met(parts, state=SessionState.DRAFT)
    assert family.row()[0] == SessionState.DRAFT


def test_a_new_participant_has_agreed_to_nothing_yet(family: Family) -> None:
    family.all_say_yes()
    add_participant(family.parts, family.worker, family.session_id, Role.OTHER_FAMILY)
    assert family.row()[0] == SessionState.QUARANTINED


def test_permission_that_runs_out_covers_nothing_from_that_moment(family: Family, clock: ToldClock) -> None:
    family.all_say_yes()
    family.say(Role.CHILD, until_ms=clock.now + 1000)
    clock.pass_ms(999)
    assert is_covered(family)
    assert settle_lapsed(family.parts, new_id()) == 0
    clock.pass_ms(1)
    assert not is_covered(family)
    assert settle_lapsed(family.parts, new_id()) == 1
    assert family.row()[0] == SessionState.QUARANTINED
    assert settle_lapsed(family.parts, new_id()) == 0


def test_a_lapse_that_was_renewed_is_no_lapse(family: Family, clock: ToldClock) -> None:
    family.all_say_yes()
    family.say(Role.CHILD, until_ms=clock.now + 1)
    family.say(Role.CHILD)
    clock.pass_ms(10)
    epoch = family.row()[1]
    assert settle_lapsed(family.parts, new_id()) == 0
    assert family.row()[1] == epoch


@pytest.mark.parametrize(
    ("answer", "how", "said", "until"),
    [
        (PermissionAnswer.WITHDRAWN, How.SPOKEN, 0, None),
        (GIVEN, How.THROUGH_PARENT, 0, None),
        (GIVEN, How.SPOKEN, 400_000, None),
        (GIVEN, How.SPOKEN, -2_000_000_000_000, None),
        (GIVEN, How.SPOKEN, 0, 0),
    ],
)
def test_an_answer_that_cannot_be_meant_is_refused_and_changes_nothing(
    family: Family, answer: PermissionAnswer, how: How, said: int, until: int | None
) -> None:
    before, now = family.row(), family.parts.clock()
    with pytest.raises(AnswerError):
        family.say(
            Role.PARENT_OR_CARER, answer, how=how, said_ms=now + said, until_ms=None if until is None else now + until
        )
    assert family.row() == before


def test_a_child_has_to_hear_the_childs_words(family: Family) -> None:
    for how, statement in ((How.SPOKEN, "adult-1"), (How.THROUGH_PARENT, "child-1"), (How.SPOKEN, "child-99")):
        with pytest.raises(StatementError):
            record(
                family.parts, family.worker, family.session_id, family.people[Role.CHILD], REFLECTION, GIVEN,
                how=how, statement=statement, said_ms=0,
            )  # fmt: skip


def test_a_participant_of_another_session_cannot_answer_here(family: Family) -> None:
    other = Family.met(family.parts)
    family.people[Role.CHILD] = other.people[Role.CHILD]
    with pytest.raises(NoSuchParticipantError):
        family.say(Role.CHILD)


def test_the_same_place_cannot_be_taken_twice(family: Family) -> None:
    with pytest.raises(ParticipantExistsError):
        add_participant(family.parts, family.worker, family.session_id, Role.CHILD, 1)


def test_who_is_neither_the_worker_nor_an_administrator_is_refused_and_that_is_audited(
    family: Family, trail: RememberingTrail
) -> None:
    before = family.row()
    for roles in ((StaffRole.PRACTITIONER,), (StaffRole.COACH,), (StaffRole.MANAGER,), (StaffRole.RESEARCHER,), ()):
        stranger = add_person(family.parts, *roles)
        with pytest.raises(RefusedError):
            add_participant(family.parts, stranger, family.session_id, Role.CHILD)
        assert (trail.events[-1].action, trail.events[-1].outcome) == (Action.DENIAL, Outcome.DENIED)
        assert trail.events[-1].actor_id == stranger.person_id
    assert family.row() == before


@pytest.mark.parametrize("session_id", ["0" * 32, "not-an-id", ""])
def test_a_session_that_is_not_there_is_refused_as_one_that_is_not_theirs(family: Family, session_id: str) -> None:
    with pytest.raises(RefusedError) as absent:
        history(family.parts, family.administrator, session_id)
    with pytest.raises(RefusedError) as foreign:
        history(family.parts, add_person(family.parts, StaffRole.COACH), family.session_id)
    assert str(absent.value) == str(foreign.value)


def test_the_history_keeps_every_answer_with_the_words_that_were_read_out(family: Family) -> None:
    family.say(Role.CHILD)
    family.say(Role.CHILD, REFUSED)
    people, said = history(family.parts, family.administrator, family.session_id)
    assert [one.answer for one in said] == [GIVEN, REFUSED]
    assert {one.statement.split()[0] for one in said} == {"child-1"}
    assert len(people) == 3


def test_the_lawful_basis_opens_nothing(family: Family) -> None:
    set_lawful_basis(family.parts, family.administrator, family.session_id, LawfulBasis.CONSENT)
    assert not is_covered(family)
    with family.parts.database.reading() as rows:
        assert rows.scalar(session.select().with_only_columns(session.c.lawful_basis)) == LawfulBasis.CONSENT
