"""Adding a session, changing what was written about it, and sharing it."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Select, insert, select, update

from models.records.coding import Setting
from models.records.speech import Role
from service.api.errors import ChangedMeanwhileError
from service.api.paging import Wanted
from service.audit.records import Action
from service.database.tables import person, session
from service.database.words import Content, LawfulBasis, SessionState, StaffRole
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.sessions.errors import (
    NothingToShareError,
    NotYoursToAddError,
    ReviewBegunError,
    SessionDetailsError,
)
from service.sessions.records import Details, NewSession, Session
from service.sessions.usecases import Sessions
from tests.service.stand_ins import OpenHandedBroker, RememberingTrail, ToldClock


def own(rows: Connection, actor: Actor) -> Select[tuple[str]]:
    return select(session.c.id).where(session.c.worker_id == actor.person_id)


@pytest.fixture
def sessions(parts: Parts) -> Sessions:
    return Sessions(parts=parts, visible=own)


@pytest.fixture
def worker(parts: Parts) -> Actor:
    return someone(parts, StaffRole.PRACTITIONER)


def someone(parts: Parts, *roles: StaffRole) -> Actor:
    actor = Actor(person_id=new_id(), roles=frozenset(roles), request_id=new_id())
    with parts.database.writing() as rows:
        rows.execute(
            insert(person).values(
                id=actor.person_id,
                sign_in_name=actor.person_id,
                shown_name="x",
                state="active",
                created_ms=0,
                changed_ms=0,
            )
        )
    return actor


def a_session(**changed: object) -> NewSession:
    given: dict[str, object] = {
        "setting": Setting.DIRECT_PRACTICE,
        "held_on": "2026-11-20",
        "lawful_basis": LawfulBasis.PUBLIC_TASK,
        "participants": (Role.PRACTITIONER, Role.PARENT_OR_CARER, Role.CHILD, Role.CHILD),
        "details": Details(title="Visit after the move", change_goal="Mornings without shouting"),
    }
    return NewSession(**given | changed)  # type: ignore[arg-type]


def ready(parts: Parts, added: Session) -> None:
    with parts.database.writing() as rows:
        rows.execute(update(session).where(session.c.id == added.facts.id).values(state=SessionState.READY.value))


def test_an_added_session_is_read_back_whole(sessions: Sessions, worker: Actor) -> None:
    added = sessions.add(worker, a_session())
    found = sessions.look(worker, added.facts.id)
    assert found == added
    assert found.details.title == "Visit after the move"
    assert [(one.role, one.place) for one in found.facts.participants] == [
        (Role.CHILD, 1),
        (Role.CHILD, 2),
        (Role.PARENT_OR_CARER, 1),
        (Role.PRACTITIONER, 1),
    ]


def test_what_was_written_is_nowhere_in_the_database(sessions: Sessions, worker: Actor, parts: Parts) -> None:
    sessions.add(worker, a_session())
    with parts.database.reading() as rows:
        stored = repr(rows.execute(select(session)).all())
    assert "Visit after" not in stored
    assert "shouting" not in stored


def test_the_key_is_made_before_the_row(parts: Parts, worker: Actor, open_handed: OpenHandedBroker) -> None:
    def fail(actor: Actor, session_id: str) -> None:
        raise RefusedError("no keystore")

    open_handed.create = fail  # type: ignore[method-assign]
    with pytest.raises(RefusedError):
        Sessions(parts=parts, visible=own).add(worker, a_session())
    with parts.database.reading() as rows:
        assert rows.execute(select(session)).all() == []


def test_a_coach_adds_no_session(sessions: Sessions, parts: Parts) -> None:
    with pytest.raises(NotYoursToAddError):
        sessions.add(someone(parts, StaffRole.COACH), a_session())


def test_a_supervision_is_added_by_the_manager_who_gave_it(sessions: Sessions, parts: Parts, worker: Actor) -> None:
    given = a_session(setting=Setting.SUPERVISION, participants=(Role.SUPERVISOR, Role.PRACTITIONER))
    with pytest.raises(NotYoursToAddError):
        sessions.add(worker, given)
    manager = someone(parts, StaffRole.MANAGER)
    assert sessions.add(manager, given).facts.worker_id == manager.person_id


def test_two_changes_from_one_version_do_not_both_hold(sessions: Sessions, worker: Actor) -> None:
    added = sessions.add(worker, a_session())
    first = sessions.change(worker, added.facts.id, Details(title="first"), version=added.facts.version)
    with pytest.raises(ChangedMeanwhileError):
        sessions.change(worker, added.facts.id, Details(title="second"), version=added.facts.version)
    assert sessions.look(worker, added.facts.id) == first


def test_details_are_opened_for_a_purpose(sessions: Sessions, worker: Actor, open_handed: OpenHandedBroker) -> None:
    added = sessions.add(worker, a_session())
    sessions.look(worker, added.facts.id)
    kinds = {(content, action) for _, _, content, _, action in open_handed.asked}
    assert kinds == {(Content.DETAILS, Action.EDIT), (Content.DETAILS, Action.VIEW)}


def test_a_refused_session_is_not_looked_at(sessions: Sessions, worker: Actor, open_handed: OpenHandedBroker) -> None:
    added = sessions.add(worker, a_session())
    open_handed.refused.add(added.facts.id)
    for act in (sessions.look, sessions.share, sessions.unshare):
        with pytest.raises(RefusedError):
            act(worker, added.facts.id)


def test_pages_follow_one_another_without_gap(
    sessions: Sessions, worker: Actor, clock: ToldClock, parts: Parts
) -> None:
    added = []
    for number in range(7):
        clock.pass_ms(number % 2)  # some share a moment
        added.append(sessions.add(worker, a_session()).facts.id)
    sessions.add(someone(parts, StaffRole.PRACTITIONER), a_session())
    seen: list[str] = []
    wanted: Wanted | None = Wanted(limit=3)
    while wanted:
        found = sessions.page(worker, wanted)
        seen += [one.id for one in found.items]
        wanted = Wanted(limit=3, cursor=found.next) if found.next else None
    assert sorted(seen) == sorted(added)


def test_only_a_ready_session_is_shared(sessions: Sessions, worker: Actor, parts: Parts) -> None:
    added = sessions.add(worker, a_session())
    with pytest.raises(NothingToShareError):
        sessions.share(worker, added.facts.id)
    ready(parts, added)
    assert sessions.share(worker, added.facts.id).shared_ms is not None


def test_sharing_can_be_undone_until_the_review_begins(sessions: Sessions, worker: Actor, parts: Parts) -> None:
    added = sessions.add(worker, a_session())
    ready(parts, added)
    sessions.share(worker, added.facts.id)
    assert sessions.unshare(worker, added.facts.id).shared_ms is None
    sessions.share(worker, added.facts.id)
    with parts.database.writing() as rows:
        rows.execute(update(session).values(review_begun_ms=1))
    with pytest.raises(ReviewBegunError):
        sessions.unshare(worker, added.facts.id)


def test_sharing_again_changes_nothing(
    sessions: Sessions, worker: Actor, parts: Parts, clock: ToldClock, trail: RememberingTrail
) -> None:
    added = sessions.add(worker, a_session())
    ready(parts, added)
    first = sessions.share(worker, added.facts.id)
    told = len(trail.events)
    clock.pass_ms(60_000)
    assert sessions.share(worker, added.facts.id) == first
    assert len(trail.events) == told


def test_adding_and_sharing_are_told_to_the_audit(
    sessions: Sessions, worker: Actor, parts: Parts, trail: RememberingTrail
) -> None:
    added = sessions.add(worker, a_session())
    ready(parts, added)
    sessions.share(worker, added.facts.id)
    told = [(event.action, event.session_id, event.actor_id) for event in trail.events]
    assert told == [
        (Action.EDIT, added.facts.id, worker.person_id),
        (Action.PERMISSION, added.facts.id, worker.person_id),
    ]


def test_somebody_elses_shared_session_cannot_be_unshared(sessions: Sessions, worker: Actor, parts: Parts) -> None:
    added = sessions.add(worker, a_session())
    ready(parts, added)
    sessions.share(worker, added.facts.id)
    with pytest.raises(RefusedError):
        sessions.unshare(someone(parts, StaffRole.COACH), added.facts.id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"held_on": "20.11.2026"},
        {"held_on": "2026-02-30"},
        {"held_on": "20261120"},
        {"participants": ()},
        {"participants": (Role.PARENT_OR_CARER,)},
        {"participants": (Role.PRACTITIONER,) * 21},
        {"legal_status": "Child in Need"},
    ],
)
def test_facts_that_cannot_be_meant_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(SessionDetailsError):
        a_session(**wrong)


@pytest.mark.parametrize("wrong", [{"title": "x" * 201}, {"notes": "x" * 4001}, {"title": "\0"}])
def test_details_that_are_too_long_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(SessionDetailsError):
        Details(**wrong)
