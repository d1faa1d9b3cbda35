"""A blind review: the coach scores first and sees what the machine suggests afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.database.words import Content, ReviewKind
from service.keybroker.ports import Actor
from service.parts import Parts
from service.reviews.errors import NotAllScoredError, NotRevealedError
from service.reviews.records import Given, ReviewState, Standing, Verdict
from service.reviews.usecases import Reviews
from tests.service.reviews.made import ELEMENTS, FIRST, a_coach, act, all_scored, to_review
from tests.service.stand_ins import OpenHandedBroker, ToldClock


@pytest.fixture
def blind(reviews: Reviews, coach: Actor, session_id: str) -> ReviewState:
    return reviews.begin(coach, session_id, ReviewKind.BLIND)


def nothing_by_the_machine(state: ReviewState) -> bool:
    return all(one.suggested is None for one in state.scores) and not any(one.by_machine for one in state.flags)


def test_nothing_by_the_machine_is_given_before_it_is_revealed(
    reviews: Reviews, coach: Actor, blind: ReviewState, open_handed: OpenHandedBroker
) -> None:
    open_handed.asked.clear()
    bare = [act("score", one, score=2) for one in ELEMENTS[1:]]
    states = [
        blind,
        reviews.look(coach, blind.id),
        reviews.begin(coach, blind.session_id),
        reviews.act(coach, blind.id, [act("opened", "empathy", utterances=["u1"]), *bare]).review,
        reviews.act(coach, blind.id, [act("undo"), act("redo")]).review,
    ]
    assert all(nothing_by_the_machine(one) and one.revealed_ms is None for one in states)
    assert [one.element for one in blind.scores] == list(ELEMENTS)
    assert {content for _, _, content, _, _ in open_handed.asked} == {Content.REVIEW}


def test_a_refusal_does_not_tell_what_the_machine_flagged(reviews: Reviews, coach: Actor, blind: ReviewState) -> None:
    flagged, plain = "u3:empathy+", "u4:empathy+"
    done = reviews.act(coach, blind.id, [act("flag", one, verdict="accept") for one in (flagged, plain)])
    assert len(done.refused) == 2
    assert done.refused[0].detail == done.refused[1].detail


def test_a_blind_score_needs_no_evidence_by_the_machine(reviews: Reviews, coach: Actor, blind: ReviewState) -> None:
    done = reviews.act(coach, blind.id, [act("score", "empathy", score=4)])
    assert done.refused == ()


def test_the_suggestions_are_revealed_once_every_element_is_settled(
    reviews: Reviews, coach: Actor, blind: ReviewState, clock: ToldClock
) -> None:
    reviews.act(coach, blind.id, all_scored()[1:])
    with pytest.raises(NotAllScoredError):
        reviews.reveal(coach, blind.id)
    assert nothing_by_the_machine(reviews.look(coach, blind.id))
    reviews.act(coach, blind.id, [act("score", ELEMENTS[0], none="not_applicable")])
    clock.pass_ms(7)
    shown = reviews.reveal(coach, blind.id)
    assert shown.revealed_ms == clock()
    assert any(one.by_machine for one in shown.flags)
    assert any(one.suggested for one in shown.scores)
    assert all(one.state is Standing.CONFIRMED for one in shown.scores)
    assert reviews.reveal(coach, blind.id) == shown


def test_what_was_given_blind_stays_beside_what_is_given_afterwards(
    reviews: Reviews, coach: Actor, blind: ReviewState
) -> None:
    reviews.act(coach, blind.id, all_scored(empathy=2))
    reviews.reveal(coach, blind.id)
    changed = [act("opened", "empathy", utterances=["u3"]), act("score", "empathy", score=4)]
    after = reviews.act(coach, blind.id, changed).review
    empathy = next(one for one in after.scores if one.element == "empathy")
    assert (empathy.score, empathy.before) == (4, Given(score=2, reason="heard it all"))
    undone = reviews.act(coach, blind.id, [act("undo"), act("undo")]).review
    assert next(one for one in undone.scores if one.element == "empathy").before == empathy.before


def test_after_it_is_revealed_a_changed_score_needs_evidence_or_a_reason(
    reviews: Reviews, coach: Actor, blind: ReviewState
) -> None:
    reviews.act(coach, blind.id, all_scored())
    reviews.reveal(coach, blind.id)
    assert len(reviews.act(coach, blind.id, [act("score", "empathy", score=4)]).refused) == 1


def test_a_flag_found_blind_is_one_with_the_machines(reviews: Reviews, coach: Actor, blind: ReviewState) -> None:
    found = reviews.act(coach, blind.id, [act("flag", FIRST, verdict="add")]).review.flags
    assert [(one.about, one.by_machine, one.probability) for one in found] == [(FIRST, False, None)]
    reviews.act(coach, blind.id, all_scored())
    shown = [one for one in reviews.reveal(coach, blind.id).flags if one.about == FIRST]
    assert [(one.by_machine, one.verdict) for one in shown] == [(True, Verdict.ADD)]


def test_a_blind_review_is_finished_after_the_suggestions_were_seen(
    reviews: Reviews, coach: Actor, blind: ReviewState
) -> None:
    reviews.act(coach, blind.id, all_scored())
    with pytest.raises(NotRevealedError):
        reviews.finish(coach, blind.id)
    reviews.reveal(coach, blind.id)
    assert reviews.finish(coach, blind.id).finished_ms is not None


@pytest.mark.parametrize(("share", "kind"), [(0.0, ReviewKind.OPEN), (1.0, ReviewKind.BLIND)])
def test_the_share_decides_where_no_kind_is_asked_for(parts: Parts, share: float, kind: ReviewKind) -> None:
    reviews = Reviews(parts=replace(parts, blind_share=share))
    assert reviews.begin(a_coach(parts), to_review(parts)).kind is kind


def test_about_the_share_of_sessions_is_blind_and_the_draw_is_not_the_sessions_id_alone(parts: Parts) -> None:
    from service.audit.records import Purpose
    from service.reviews.beginning import is_drawn

    coach, drawn, ids = a_coach(parts), 0, [f"{number:032x}" for number in range(600)]
    for one in ids:
        parts.broker.create(coach, one)
        with parts.broker.open(coach, one, Content.REVIEW, purpose=Purpose.COACHING) as opened:
            drawn += is_drawn(opened, one, 0.2)
            assert is_drawn(opened, one, 0.2) is is_drawn(opened, one, 0.2)
    assert 80 <= drawn <= 160


def test_acts_of_a_tab_that_has_not_seen_the_reveal_are_judged_by_what_is_shown_now(
    reviews: Reviews, coach: Actor, blind: ReviewState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reveal comes between opening the review and keeping the act."""
    reviews.act(coach, blind.id, all_scored())
    whole, told = Reviews._said, []

    def slow(self: Reviews, *given: object) -> frozenset[str]:
        if not told:
            told.append(True)
            reviews.reveal(coach, blind.id)
        return whole(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Reviews, "_said", slow)
    done = reviews.act(coach, blind.id, [act("flag", FIRST, verdict="accept"), act("score", "empathy", score=5)])
    assert [one.title for one in done.refused] == ["Look at the evidence first"]
    assert next(one for one in done.review.flags if one.about == FIRST).verdict is Verdict.ACCEPT
