"""Taking back: all or a part, at any moment of a worker's commits, and nothing is committed afterwards."""

from __future__ import annotations

import random
import threading

import pytest
from sqlalchemy import insert, select

from models.records.speech import Role
from service.audit.records import Action
from service.database.tables import artefact, erasure, permission, session
from service.database.words import Content, PermissionAnswer, SessionState, StaffRole
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.parts import Parts
from service.permissions.errors import HoldError, HoldTooLateError, SessionOverError, WithdrawalError
from service.permissions.holds import LONGEST_MS, place_hold
from service.permissions.withdrawal import withdraw
from tests.service.permissions.family import COACHING, REFLECTION, RESEARCH, Family, add_person
from tests.service.permissions.test_usecases import is_covered
from tests.service.stand_ins import RememberingTrail

SCHEDULES = 200
QUICK_SCHEDULES = 10


@pytest.fixture
def family(parts: Parts) -> Family:
    met = Family.met(parts)
    met.all_say_yes(REFLECTION, COACHING, RESEARCH)
    return met


def taken_back(family: Family, *purposes: object):  # type: ignore[no-untyped-def]
    chosen = purposes or None
    return withdraw(family.parts, family.worker, family.session_id, family.people[Role.CHILD], chosen)  # type: ignore[arg-type]


def test_withdrawing_is_rows_epoch_state_and_erasure_in_one_commit(family: Family, trail: RememberingTrail) -> None:
    epoch = family.row()[1]
    receipt = taken_back(family)
    assert family.row() == (SessionState.WITHDRAWN, epoch + 1)
    with family.parts.database.reading() as rows:
        assert rows.scalar(select(erasure.c.id)) == receipt.erasure_id
        answers = rows.scalars(select(permission.c.answer).order_by(permission.c.number.desc()).limit(4)).all()
    assert set(answers) == {PermissionAnswer.WITHDRAWN}
    assert trail.events[-1].action is Action.WITHDRAWAL


def test_taking_back_research_alone_keeps_the_rest(family: Family) -> None:
    state, epoch = family.row()
    receipt = taken_back(family, RESEARCH)
    assert not receipt.whole
    assert family.row() == (state, epoch + 1)
    assert not is_covered(family, RESEARCH)
    assert is_covered(family, COACHING)
    assert is_covered(family, REFLECTION)


def test_taking_back_reflection_takes_back_everything(family: Family) -> None:
    assert taken_back(family, REFLECTION).whole


def test_taking_back_nothing_is_refused(family: Family) -> None:
    with pytest.raises(WithdrawalError):
        withdraw(family.parts, family.worker, family.session_id, family.people[Role.CHILD], [])


def test_what_is_withdrawn_takes_no_further_answers(family: Family) -> None:
    taken_back(family)
    with pytest.raises(SessionOverError):
        family.say(Role.CHILD)


def test_a_stranger_cannot_withdraw_and_nothing_changes(family: Family) -> None:
    before = family.row()
    with pytest.raises(RefusedError):
        withdraw(
            family.parts, add_person(family.parts, StaffRole.COACH), family.session_id, family.people[Role.CHILD]
        )  # fmt: skip
    assert family.row() == before


def test_a_hold_needs_an_administrator_a_reason_and_an_end(family: Family) -> None:
    now = family.parts.clock()
    with pytest.raises(RefusedError):
        place_hold(family.parts, family.worker, family.session_id, "court", now + 1)
    for reason, until in (("because", now + 1), ("court", now), ("court", now + LONGEST_MS + 1)):
        with pytest.raises(HoldError):
            place_hold(family.parts, family.administrator, family.session_id, reason, until)


def test_a_hold_comes_too_late_once_the_key_is_going(family: Family) -> None:
    taken_back(family)
    with family.parts.database.writing() as rows:
        rows.execute(erasure.update().values(state="key-destroyed"))
    with pytest.raises(HoldTooLateError):
        place_hold(family.parts, family.administrator, family.session_id, "court", family.parts.clock() + 1)


def commits(family: Family, stop: threading.Event, done: list[int], chance: random.Random) -> None:
    """A worker: reads the epoch, works for a moment, and commits only where it is still the same."""
    while not stop.is_set():
        with family.parts.database.reading() as rows:
            seen = rows.scalar(select(session.c.permission_epoch).where(session.c.id == family.session_id)) or 0
            over = rows.scalar(select(session.c.state).where(session.c.id == family.session_id)) == "withdrawn"
        stop.wait(chance.random() * 0.002)
        with family.parts.database.writing() as rows:
            now = rows.scalar(select(session.c.permission_epoch).where(session.c.id == family.session_id))
            if now == seen and not over:
                rows.execute(insert(artefact).values(
                    blob_id=new_id(), session_id=family.session_id, stage="s", content=Content.CODING,
                    content_key=new_id(), size_bytes=1, permission_epoch=seen, made_ms=0,
                ))  # fmt: skip
                done.append(seen)


@pytest.mark.parametrize("schedules", [QUICK_SCHEDULES, pytest.param(SCHEDULES, marks=pytest.mark.slow)])
def test_nothing_is_committed_after_a_withdrawal_whenever_it_comes(parts: Parts, schedules: int) -> None:
    committed = 0
    for number in range(schedules):
        chance, stop, done = random.Random(number), threading.Event(), []  # type: ignore[var-annotated]
        family = Family.met(parts, Role.CHILD)
        working = threading.Thread(target=commits, args=(family, stop, done, chance))
        working.start()
        stop.wait(chance.random() * 0.03)
        taken_back(family)
        with parts.database.reading() as rows:
            at_once = rows.scalars(select(artefact.c.blob_id).where(artefact.c.session_id == family.session_id)).all()
        threading.Event().wait(0.01)
        stop.set()
        working.join()
        with parts.database.reading() as rows:
            later = rows.scalars(select(artefact.c.blob_id).where(artefact.c.session_id == family.session_id)).all()
        assert set(later) == set(at_once)
        committed += len(at_once)
    assert committed > 0, "no commit came before any withdrawal, so this proved nothing"
