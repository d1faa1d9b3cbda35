"""Feedback is written from a finished review, goes one step at a time, and is the worker's only once it is released."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from service.api.errors import ChangedMeanwhileError
from service.audit.records import Action, Kind
from service.database.tables import confirmation, feedback
from service.database.words import ReplyKind, ReviewKind
from service.feedback.errors import (
    FeedbackStateError,
    FeedbackTextError,
    NotADraftError,
    NotReadyToReleaseError,
    NotTalkedError,
    OtherContentError,
    QuoteError,
    ReplyError,
    ReviewChangedError,
    ReviewNotFinishedError,
)
from service.feedback.records import MOST_WORDS, NOT_FOR, WHOLE, Body, Moment, Wording, plain
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.parts import Parts
from service.reviews.usecases import Reviews
from tests.service.feedback.made import QUOTE, SAID, Told, told
from tests.service.reviews.made import ELEMENTS, a_coach, act, to_review
from tests.service.stand_ins import RememberingTrail


@pytest.fixture
def one(parts: Parts) -> Told:
    return told(replace(parts, blind_share=0.0))


def stored_state(one: Told) -> str:
    with one.parts.database.reading() as rows:
        return str(rows.scalar(select(feedback.c.state).where(feedback.c.session_id == one.session_id)))


def test_a_draft_has_the_confirmed_scores_and_nothing_of_the_coach(one: Told) -> None:
    body = one.drafted().body
    assert {each.element: each.score for each in body.scores} == dict.fromkeys(ELEMENTS, 3) | {"empathy": 4}
    assert (body.strengths, body.next_steps) == ((), ())
    assert (body.changed.flags_accepted, body.changed.scores_kept, body.changed.scores_changed) == (1, 1, 1)
    assert body.made_by.rubric == "msw 1"


def test_a_draft_is_begun_once(one: Told) -> None:
    assert one.drafted().facts == one.drafted().facts


def test_feedback_is_not_written_from_a_review_that_goes_on(one: Told) -> None:
    Reviews(parts=one.parts).reopen(one.coach, one.review_id)
    with pytest.raises(ReviewNotFinishedError):
        one.drafted()


def test_nobody_writes_from_the_review_of_another_coach(one: Told) -> None:
    other = replace(one, coach=a_coach(one.parts))
    with pytest.raises(RefusedError):
        other.drafted()


def test_accepted_moments_are_offered_with_the_words_of_the_transcript(one: Told) -> None:
    one.drafted()
    draft = one.feedbacks.editing(one.coach, one.session_id)
    assert draft is not None
    (found,) = draft.candidates
    assert (found.element, found.moment.utterance, found.moment.quote) == ("empathy", "u3", SAID)


def test_what_the_coach_writes_is_kept_sealed(one: Told) -> None:
    written = one.written("You named what was hard.")
    assert written.body.strengths[0].moments == (Moment(utterance="u3", quote=QUOTE),)
    assert written.body.next_steps == ("Ask, then wait.",)
    with one.parts.database.reading() as rows:
        sealed = rows.scalar(select(feedback.c.body))
    assert b"hard" not in sealed
    assert written.facts.body_hash != written.body.sha256.hex()


@pytest.mark.parametrize("quote", ["nobody asked what you thinks", "", "NOBODY ASKED"])
def test_a_quote_that_is_not_in_the_transcript_is_refused(one: Told, quote: str) -> None:
    begun = one.drafted().facts
    with pytest.raises(QuoteError):
        one.feedbacks.change(one.coach, begun.id, one.wording(quote=quote), version=begun.version)


def test_there_are_at_most_two_next_steps(one: Told) -> None:
    begun = one.drafted().facts
    three = Wording(strengths=(), words={}, next_steps=("a", "b", "c"))
    with pytest.raises(FeedbackTextError):
        one.feedbacks.change(one.coach, begun.id, three, version=begun.version)


def test_a_change_over_another_change_is_refused(one: Told) -> None:
    begun = one.drafted().facts
    one.feedbacks.change(one.coach, begun.id, one.wording(), version=begun.version)
    with pytest.raises(ChangedMeanwhileError):
        one.feedbacks.change(one.coach, begun.id, one.wording("Other"), version=begun.version)


def test_empty_feedback_goes_no_further(one: Told) -> None:
    begun = one.drafted().facts
    with pytest.raises(NotReadyToReleaseError):
        one.feedbacks.send_to_review(one.coach, begun.id, version=begun.version)


def test_feedback_in_review_is_not_changed(one: Told) -> None:
    sent = one.in_review().facts
    with pytest.raises(NotADraftError):
        one.feedbacks.change(one.coach, sent.id, one.wording(), version=sent.version)


def test_a_person_confirms_exactly_what_they_read(one: Told) -> None:
    sent = one.in_review().facts
    with pytest.raises(OtherContentError):
        one.feedbacks.confirm(one.coach, sent.id, "0" * 64, version=sent.version)
    done = one.feedbacks.confirm(one.coach, sent.id, sent.body_hash, version=sent.version)
    with one.parts.database.reading() as rows:
        kept = rows.execute(select(confirmation)).one()
    assert (kept.body_hash, kept.person_id) == (sent.body_hash, one.coach.person_id)
    assert done.facts.confirmed_by == one.coach.person_id


def test_scores_of_a_review_that_was_reopened_are_not_confirmed(one: Told) -> None:
    sent, reviews = one.in_review().facts, Reviews(parts=one.parts)
    reviews.reopen(one.coach, one.review_id)
    for finish in (False, True):
        if finish:
            reviews.finish(one.coach, one.review_id)
        with pytest.raises(ReviewChangedError):
            one.feedbacks.confirm(one.coach, sent.id, sent.body_hash, version=sent.version)


def test_feedback_is_released_after_a_conversation_alone(one: Told) -> None:
    done = one.confirmed().facts
    with pytest.raises(NotTalkedError):
        one.feedbacks.release(one.coach, done.id, version=done.version)
    talked = one.feedbacks.record_conversation(one.coach, done.id, version=done.version).facts
    assert one.feedbacks.release(one.coach, done.id, version=talked.version).facts.released_ms == one.parts.clock()


def test_the_worker_may_waive_the_conversation(one: Told) -> None:
    one.confirmed()
    assert one.receiving.waits_to_talk(one.worker, one.session_id)
    one.receiving.waive(one.worker, one.session_id)
    assert not one.receiving.waits_to_talk(one.worker, one.session_id)
    mine = one.feedbacks.mine(one.coach, one.session_id)
    assert mine is not None
    assert mine.facts.heard == "waived"
    one.feedbacks.release(one.coach, mine.facts.id, version=mine.facts.version)


def test_nobody_else_waives_it_and_nothing_is_waived_before(one: Told) -> None:
    with pytest.raises(FeedbackStateError):
        one.receiving.waive(one.worker, one.session_id)
    one.confirmed()
    with pytest.raises(RefusedError):
        one.receiving.waive(one.coach, one.session_id)


def test_going_back_to_a_draft_takes_confirmation_and_conversation_away(one: Told) -> None:
    talked = one.talked().facts
    draft = one.feedbacks.back_to_draft(one.coach, talked.id, version=talked.version).facts
    assert (draft.confirmed_by, draft.heard) == (None, None)
    assert one.confirmed().facts.state == "confirmed"


def test_released_feedback_goes_nowhere(one: Told) -> None:
    done = one.released().facts
    for step in (one.feedbacks.back_to_draft, one.feedbacks.send_to_review, one.feedbacks.release):
        with pytest.raises(FeedbackStateError):
            step(one.coach, done.id, version=done.version)


@pytest.mark.parametrize("made", [Told.drafted, Told.in_review, Told.confirmed, Told.talked])
def test_the_worker_reads_nothing_before_the_release(one: Told, made: Callable[[Told], object]) -> None:
    made(one)
    assert one.receiving.released(one.worker, one.session_id) is None


def test_the_worker_reads_what_was_released(one: Told) -> None:
    done = one.released()
    received = one.receiving.released(one.worker, one.session_id)
    assert received is not None
    assert received.written.body == done.body
    assert one.receiving.released(a_coach(one.parts), one.session_id) is None


def test_a_contested_score_shows_both_views_and_can_go_to_a_second_coder(one: Told) -> None:
    one.released()
    with pytest.raises(ReplyError):
        one.receiving.ask_second(one.worker, one.session_id, act_id=new_id())
    act_id = new_id()
    for _ in range(2):
        one.receiving.contest(one.worker, one.session_id, "empathy", "I think it was less.", act_id=act_id)
    one.receiving.respond(one.coach, one.session_id, "empathy", "Let us listen again.", act_id=new_id())
    one.receiving.ask_second(one.worker, one.session_id, act_id=new_id())
    received = one.receiving.released(one.coach, one.session_id)
    assert received is not None
    kinds = [(each.kind, each.about, each.mine) for each in received.replies]
    assert kinds[:2] == [(ReplyKind.CONTEST, "empathy", False), (ReplyKind.RESPONSE, "empathy", True)]
    assert received.second_wanted


def test_a_session_waits_for_a_second_coder_until_their_review_is_finished(one: Told) -> None:
    one.released()
    one.receiving.contest(one.worker, one.session_id, "empathy", "Less.", act_id=new_id())
    one.receiving.ask_second(one.worker, one.session_id, act_id=new_id())
    other, reviews = a_coach(one.parts), Reviews(parts=one.parts)
    assert one.receiving.second_wanted(other) == (one.session_id,)
    begun = reviews.begin(other, one.session_id, ReviewKind.SECOND)
    reviews.act(other, begun.id, [act("score", each, score=3, reason="-") for each in ELEMENTS])
    reviews.finish(other, begun.id)
    assert one.receiving.second_wanted(other) == ()


@pytest.mark.parametrize(
    ("about", "words"), [("empathy", ""), ("empathy", "x" * (MOST_WORDS + 1)), ("nothing", "x"), (WHOLE, "x")]
)
def test_a_contest_is_about_a_score_and_says_why(one: Told, about: str, words: str) -> None:
    one.released()
    with pytest.raises(ReplyError):
        one.receiving.contest(one.worker, one.session_id, about, words, act_id=new_id())


def test_the_coach_does_not_answer_for_the_worker(one: Told) -> None:
    one.released()
    with pytest.raises(RefusedError):
        one.receiving.answer(one.coach, one.session_id, "Thank you", act_id=new_id())
    with pytest.raises(RefusedError):
        one.receiving.respond(one.worker, one.session_id, WHOLE, "Thank you", act_id=new_id())


def test_every_step_is_in_the_audit(one: Told, trail: RememberingTrail) -> None:
    done = one.released().facts
    one.receiving.answer(one.worker, one.session_id, "Thank you.", act_id=new_id())
    acts = [event.action for event in trail.events if event.kind is Kind.FEEDBACK and event.object_id == done.id]
    assert acts == [Action.EDIT] * 5 + [Action.RELEASE, Action.EDIT]


def test_what_it_may_not_be_used_for_is_part_of_the_content(one: Told) -> None:
    packed = one.drafted().body.packed()
    assert NOT_FOR.encode() in packed
    with pytest.raises(ValueError, match="not_for"):
        Body.unpacked(packed.replace(b"may not", b"may"))


def test_texts_keep_their_lines_and_no_control_characters() -> None:
    assert plain(" a\r\nb\x00\x1b[31m\u202e c\t ") == "a\nb[31m c"


def test_feedback_on_a_session_without_a_review_is_not_there(parts: Parts) -> None:
    session_id, coach = to_review(parts), a_coach(parts)
    assert Told(parts=parts, session_id=session_id, worker=coach, coach=coach, review_id="").feedbacks.mine(
        coach, session_id
    ) is None  # fmt: skip
