"""Two coaches score apart from one another; then their views are compared, and one may adjudicate."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.database.words import ReviewKind
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.reviews.errors import AdjudicationBegunError, NotBothFinishedError, OtherReviewError
from service.reviews.records import Act, Given, ReviewState, Standing, Verdict
from service.reviews.usecases import Reviews
from tests.service.reviews.made import ELEMENTS, FIRST, SECOND, a_coach, act, all_scored, finished, score
from tests.service.stand_ins import ToldClock

FOUND = "u1:child_focus+"
MINE = [
    act("flag", FIRST, verdict="accept"),
    act("flag", SECOND, verdict="change", to="empathy-"),
    act("flag", FOUND, verdict="add"),
]
THEIRS = [
    act("flag", FIRST, verdict="accept"),
    act("flag", SECOND, verdict="reject"),
]


@pytest.fixture
def both(
    reviews: Reviews, coach: Actor, other: Actor, session_id: str, clock: ToldClock
) -> tuple[ReviewState, ReviewState]:
    """Empathy is one point apart, autonomy three; clarity about concerns was not seen by one of them."""
    unseen = act("score", "clarity_about_concerns", none="not_seen", reason="Nothing said.")
    one = finished(reviews, coach, session_id, [*MINE, *all_scored(empathy=4, autonomy=1)])
    clock.pass_ms(1)
    two = finished(reviews, other, session_id, [*THEIRS, *all_scored(empathy=3, autonomy=4), unseen])
    return one, two


def again(acts: list[Act]) -> list[Act]:
    """The same with ids of their own."""
    return [act(one.kind, one.about, **one.body) for one in acts]


def test_the_second_coachs_view_is_a_second_one(both: tuple[ReviewState, ReviewState]) -> None:
    assert (both[0].kind, both[1].kind) == (ReviewKind.OPEN, ReviewKind.SECOND)


def test_neither_coach_sees_the_others_view_before_both_are_finished(
    reviews: Reviews, coach: Actor, other: Actor, session_id: str
) -> None:
    mine, theirs = reviews.begin(coach, session_id), reviews.begin(other, session_id)
    reviews.act(coach, mine.id, [*again(MINE), *all_scored()])
    assert {one.verdict for one in reviews.look(other, theirs.id).flags} == {None}

    def apart() -> None:
        assert [one.id for one in reviews.of_session(coach, session_id)] == [mine.id]
        assert [one.id for one in reviews.of_session(other, session_id)] == [theirs.id]
        for who, foreign in ((coach, theirs), (other, mine)):
            with pytest.raises(RefusedError):
                reviews.look(who, foreign.id)
            with pytest.raises(NotBothFinishedError):
                reviews.compare(who, session_id)

    apart()
    reviews.finish(coach, mine.id)
    apart()
    reviews.act(other, theirs.id, all_scored())
    reviews.finish(other, theirs.id)
    for who, foreign in ((coach, theirs), (other, mine)):
        assert {one.id for one in reviews.of_session(who, session_id)} == {mine.id, theirs.id}
        seen = reviews.look(who, foreign.id)
        assert (seen.mine, seen.id) == (False, foreign.id)
        assert reviews.compare(who, session_id).both == len(ELEMENTS)


def test_a_coach_who_reopens_their_view_sees_no_other_any_more(
    reviews: Reviews, coach: Actor, session_id: str, both: tuple[ReviewState, ReviewState]
) -> None:
    reviews.reopen(coach, both[0].id)
    with pytest.raises(RefusedError):
        reviews.look(coach, both[1].id)
    with pytest.raises(NotBothFinishedError):
        reviews.compare(coach, session_id)


def test_a_third_coach_without_a_view_sees_neither(
    reviews: Reviews, parts: Parts, session_id: str, both: tuple[ReviewState, ReviewState]
) -> None:
    third = a_coach(parts)
    assert reviews.of_session(third, session_id) == ()
    with pytest.raises(RefusedError):
        reviews.look(third, both[0].id)
    with pytest.raises(NotBothFinishedError):
        reviews.compare(third, session_id)


def test_a_comparison_says_how_far_the_scores_are_apart_and_who_said_what(
    reviews: Reviews, coach: Actor, other: Actor, session_id: str, both: tuple[ReviewState, ReviewState]
) -> None:
    found = reviews.compare(coach, session_id)
    assert [one.id for one in found.reviews] == [both[0].id, both[1].id]
    assert [one.mine for one in found.reviews] == [True, False]
    apart = {one.element: one.distance for one in found.elements}
    assert (apart["empathy"], apart["autonomy"], apart["clarity_about_concerns"], apart["evocation"]) == (1, 3, None, 0)
    assert (found.both, found.exact, found.within_one) == (6, 4 / 6, 5 / 6)
    flags = {one.about: one for one in found.flags}
    assert flags[FIRST].said == (Verdict.ACCEPT, Verdict.ACCEPT)
    assert (flags[SECOND].said, flags[SECOND].to) == ((Verdict.CHANGE, Verdict.REJECT), ("empathy-", None))
    assert (flags[FOUND].said, flags[FOUND].by_machine) == ((Verdict.ADD, None), False)
    assert flags["u6:empathy+"].said == (None, None)
    mirrored = reviews.compare(other, session_id)
    assert [one.id for one in mirrored.reviews] == [both[1].id, both[0].id]
    assert (mirrored.exact, mirrored.within_one) == (found.exact, found.within_one)


def test_an_adjudication_waits_for_two_finished_views(
    reviews: Reviews, parts: Parts, coach: Actor, other: Actor, session_id: str
) -> None:
    finished(reviews, coach, session_id, all_scored())
    theirs = reviews.begin(other, session_id)
    for who in (coach, other, a_coach(parts)):
        with pytest.raises(NotBothFinishedError):
            reviews.begin(who, session_id, ReviewKind.ADJUDICATION)
    reviews.act(other, theirs.id, all_scored())
    reviews.finish(other, theirs.id)
    assert reviews.begin(other, session_id, ReviewKind.ADJUDICATION).kind is ReviewKind.ADJUDICATION


def test_a_coach_whose_own_view_is_open_does_not_adjudicate(
    reviews: Reviews, parts: Parts, session_id: str, both: tuple[ReviewState, ReviewState]
) -> None:
    third = a_coach(parts)
    reviews.begin(third, session_id)
    with pytest.raises(NotBothFinishedError):
        reviews.begin(third, session_id, ReviewKind.ADJUDICATION)


def test_an_adjudication_begins_with_both_views_and_what_they_agree_on(
    reviews: Reviews, parts: Parts, session_id: str, both: tuple[ReviewState, ReviewState]
) -> None:
    third = a_coach(parts)
    begun = reviews.begin(third, session_id, ReviewKind.ADJUDICATION)
    assert begun.number == 0
    still = {one.element for one in begun.scores if one.state is Standing.OPEN}
    assert still == {"empathy", "autonomy", "clarity_about_concerns"}
    assert {one.score for one in begun.scores if one.state is Standing.CONFIRMED} == {3}
    flags = {one.about: one for one in begun.flags}
    assert (flags[FIRST].verdict, flags[SECOND].verdict) == (Verdict.ACCEPT, None)
    assert (flags[FOUND].verdict, flags[FOUND].by_machine) == (None, False)
    compared = {one.element: one.given for one in reviews.compare(third, session_id).elements}
    assert compared["autonomy"] == (Given(score=1, reason="heard it all"), Given(score=4, reason="heard it all"))


def test_an_adjudications_decisions_are_its_own(
    reviews: Reviews, parts: Parts, coach: Actor, session_id: str, both: tuple[ReviewState, ReviewState]
) -> None:
    third = a_coach(parts)
    begun = reviews.begin(third, session_id, ReviewKind.ADJUDICATION)
    acts = [
        act("flag", FOUND, verdict="accept"),
        *(score(element, 2) for element in ("empathy", "autonomy", "clarity_about_concerns")),
    ]
    assert reviews.act(third, begun.id, acts).refused == ()
    final = reviews.finish(third, begun.id)
    given = {one.element: one.score for one in final.scores}
    assert (given["empathy"], given["autonomy"], given["clarity_about_concerns"], given["evocation"]) == (2, 2, 2, 3)
    assert reviews.look(coach, both[0].id) == both[0]
    assert reviews.look(coach, final.id).scores == final.scores


@pytest.mark.parametrize("kind", [None, ReviewKind.OPEN, ReviewKind.SECOND, ReviewKind.ADJUDICATION])
def test_nobody_begins_another_review_beside_an_adjudication(
    reviews: Reviews, parts: Parts, coach: Actor, session_id: str, both: tuple[ReviewState, ReviewState],
    kind: ReviewKind | None,
) -> None:  # fmt: skip
    reviews.begin(coach, session_id, ReviewKind.ADJUDICATION)
    with pytest.raises(AdjudicationBegunError):
        reviews.begin(a_coach(parts), session_id, kind)


def test_what_is_adjudicated_stays_as_it_is(
    reviews: Reviews, other: Actor, coach: Actor, session_id: str, both: tuple[ReviewState, ReviewState]
) -> None:
    reviews.begin(coach, session_id, ReviewKind.ADJUDICATION)
    for who, one in zip((coach, other), both, strict=True):
        with pytest.raises(AdjudicationBegunError):
            reviews.reopen(who, one.id)


def test_an_adjudicator_gives_no_view_of_their_own_afterwards(
    reviews: Reviews, parts: Parts, session_id: str, both: tuple[ReviewState, ReviewState]
) -> None:
    third = a_coach(parts)
    reviews.begin(third, session_id, ReviewKind.ADJUDICATION)
    with pytest.raises((OtherReviewError, AdjudicationBegunError)):
        reviews.begin(third, session_id, ReviewKind.OPEN)


def test_a_third_view_does_not_change_which_two_are_adjudicated(
    reviews: Reviews, parts: Parts, coach: Actor, session_id: str, clock: ToldClock,
    both: tuple[ReviewState, ReviewState],
) -> None:  # fmt: skip
    third = a_coach(parts)
    theirs = reviews.begin(third, session_id)
    begun = reviews.begin(coach, session_id, ReviewKind.ADJUDICATION)
    clock.pass_ms(1)
    reviews.act(third, theirs.id, all_scored(5))
    reviews.finish(third, theirs.id)
    assert reviews.look(coach, begun.id) == begun
    assert {one.id for one in reviews.compare(coach, session_id).reviews} == {one.id for one in both}


def test_double_scoring_may_be_blind_on_both_sides(
    reviews: Reviews, coach: Actor, other: Actor, session_id: str, clock: ToldClock
) -> None:
    begin: Callable[[Actor], ReviewState] = lambda who: reviews.begin(who, session_id, ReviewKind.BLIND)  # noqa: E731
    for who, given in ((coach, 2), (other, 5)):
        one = begin(who)
        reviews.act(who, one.id, all_scored(given))
        reviews.reveal(who, one.id)
        reviews.finish(who, one.id)
        clock.pass_ms(1)
    found = reviews.compare(other, session_id)
    assert [one.kind for one in found.reviews] == [ReviewKind.BLIND] * 2
    assert (found.exact, found.within_one) == (0.0, 0.0)
