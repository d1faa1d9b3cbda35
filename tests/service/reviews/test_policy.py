"""Reviews behind the real policy: who reviews, and what ends it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from service.database.tables import coaching, decision, review, session
from service.database.words import ReviewKind, StaffRole
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.reviews.usecases import Reviews
from service.sessions.errors import ReviewBegunError
from service.sessions.usecases import Sessions
from tests.service.council import Caller, Council
from tests.service.reviews.made import act


@pytest.fixture(scope="module")
def ready(council: Council) -> str:
    """One session for the tests of this file, because making one takes a second."""
    return council.ready()


@pytest.fixture
def shared(council: Council, ready: str) -> str:
    council.worker.done("PUT", f"/sessions/{ready}/sharing")
    return ready


@pytest.fixture
def coach(council: Council) -> Caller:
    """A coach of the worker's of this test's own, so that no test finds another's review."""
    made = council.person(new_id(), StaffRole.COACH)
    council.coaches(made, council.worker)
    return made


@pytest.fixture
def reviews(council: Council) -> Reviews:
    return Reviews(parts=council.parts)


def refused(reviews: Reviews, coach: Caller, review_id: str) -> None:
    """Neither looking nor acting, nor asking whether something changed; and nothing is kept."""
    before = _decisions(reviews)
    with pytest.raises(RefusedError):
        reviews.look(coach.actor, review_id)
    with pytest.raises(RefusedError):
        reviews.act(coach.actor, review_id, [act("note", text="late")])
    with pytest.raises(RefusedError):
        reviews.reopen(coach.actor, review_id)
    assert reviews.is_unchanged(coach.actor, review_id, 0) is False
    assert review_id not in [one.id for one in reviews.mine(coach.actor)]
    assert _decisions(reviews) == before


def test_the_coach_of_a_worker_who_shared_reviews(reviews: Reviews, coach: Caller, shared: str) -> None:
    begun = reviews.begin(coach.actor, shared, ReviewKind.OPEN)
    done = reviews.act(coach.actor, begun.id, [act("note", text="x")])
    assert done.refused == ()
    assert reviews.is_unchanged(coach.actor, begun.id, done.number) is True
    assert [one.id for one in reviews.mine(coach.actor)] == [begun.id]


def test_a_session_that_is_not_shared_is_not_reviewed(
    council: Council, reviews: Reviews, coach: Caller, shared: str
) -> None:
    begun = reviews.begin(coach.actor, shared)
    with council.parts.database.writing() as rows:
        rows.execute(update(session).where(session.c.id == shared).values(shared_ms=None))
    refused(reviews, coach, begun.id)
    for attempt in (reviews.begin, reviews.of_session, reviews.compare):
        with pytest.raises(RefusedError):
            attempt(coach.actor, shared)


@pytest.mark.parametrize("who", ["worker", "stranger", "administrator"])
def test_nobody_but_a_coach_of_theirs_reviews(council: Council, reviews: Reviews, shared: str, who: str) -> None:
    with pytest.raises(RefusedError):
        reviews.begin(council.callers[who].actor, shared)


def test_a_coach_of_somebody_else_does_not_review(council: Council, reviews: Reviews, shared: str) -> None:
    foreign = council.person(new_id(), StaffRole.COACH)
    council.coaches(foreign, council.callers["stranger"])
    with pytest.raises(RefusedError):
        reviews.begin(foreign.actor, shared)


def test_a_review_ends_with_the_coaching(council: Council, reviews: Reviews, coach: Caller, shared: str) -> None:
    begun = reviews.begin(coach.actor, shared)
    with council.parts.database.writing() as rows:
        mine = coaching.c.coach_id == coach.actor.person_id
        rows.execute(update(coaching).where(mine).values(until_ms=council.clock()))
    refused(reviews, coach, begun.id)


def test_sharing_cannot_be_undone_once_a_review_is_begun(
    council: Council, reviews: Reviews, coach: Caller, shared: str
) -> None:
    begun = reviews.begin(coach.actor, shared)
    sessions = Sessions(parts=council.parts, visible=council.parts.broker.visible_sessions)
    with pytest.raises(ReviewBegunError):
        sessions.unshare(council.worker.actor, shared)
    assert reviews.look(coach.actor, begun.id) == begun


def test_a_review_stops_while_a_permission_is_missing(
    council: Council, reviews: Reviews, coach: Caller, shared: str
) -> None:
    begun = reviews.begin(coach.actor, shared)
    somebody = council.worker.done("POST", f"/sessions/{shared}/participants", {"role": "child"})
    refused(reviews, coach, begun.id)
    for purpose in ("reflection", "coaching"):
        council.answer(shared, somebody, purpose)
    assert reviews.look(coach.actor, begun.id) == begun


def test_a_withdrawn_session_is_not_reviewed_any_more(council: Council, reviews: Reviews, coach: Caller) -> None:
    session_id = council.ready()
    council.worker.done("PUT", f"/sessions/{session_id}/sharing")
    begun = reviews.begin(coach.actor, session_id)
    reviews.act(coach.actor, begun.id, [act("note", text="x")])
    people = council.worker.get(f"/sessions/{session_id}/participants").json()["items"]
    council.worker.done("POST", f"/sessions/{session_id}/participants/{people[0]['id']}/withdrawal", {})
    refused(reviews, coach, begun.id)
    council.erase()
    refused(reviews, coach, begun.id)
    with council.parts.database.reading() as rows:
        kept = rows.execute(select(decision.c.body).join(review).where(review.c.session_id == session_id)).scalars()
        assert list(kept) == [None]


def test_each_refusal_leaves_one_row_in_the_audit(council: Council, reviews: Reviews, shared: str) -> None:
    foreign = council.person(new_id(), StaffRole.COACH)
    for attempt in (lambda: reviews.look(foreign.actor, new_id()), lambda: reviews.begin(foreign.actor, shared)):
        before = council.audited()
        with pytest.raises(RefusedError):
            attempt()
        assert council.audited() == before + 1


def _decisions(reviews: Reviews) -> int:
    with reviews.parts.database.reading() as rows:
        return int(rows.execute(select(func.count()).select_from(decision)).scalar_one())


def test_finding_ones_own_review_opens_nothing(council: Council, reviews: Reviews, coach: Caller, shared: str) -> None:
    begun = reviews.begin(coach.actor, shared, ReviewKind.OPEN)
    before = council.audited()
    found = reviews.own(coach.actor, shared)
    assert (found.id if found else None, council.audited()) == (begun.id, before)


def test_a_refusal_to_find_a_review_is_recorded(council: Council, reviews: Reviews, shared: str) -> None:
    before = council.audited()
    with pytest.raises(RefusedError):
        reviews.own(council.callers["stranger"].actor, shared)
    assert council.audited() == before + 1


def test_a_workspace_opens_details_transcript_codes_and_review_once_each(
    council: Council, reviews: Reviews, coach: Caller, shared: str
) -> None:
    reviews.begin(coach.actor, shared, ReviewKind.OPEN)
    before = council.audited()
    assert council.client.get(f"/sessions/{shared}/review", headers=coach.headers).status_code == 200
    assert council.audited() == before + 4
