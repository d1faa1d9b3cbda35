"""Beginning a review, deciding about flags and elements, finishing and reopening."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from service.audit.records import Action, Kind
from service.database.tables import confirmation, decision, feedback, review, session
from service.database.words import Content, ReviewKind
from service.database.words import ReviewState as Stage
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.reviews.errors import FeedbackConfirmedError, NotAllScoredError, OtherReviewError
from service.reviews.records import ElementState, FlagState, NoneGiven, ReviewState, Standing, Verdict
from service.reviews.usecases import Reviews
from service.sessions.errors import NoDocumentError
from tests.service.reviews.made import (
    ELEMENTS,
    FIRST,
    SECOND,
    a_coach,
    act,
    all_scored,
    finished,
    score,
    scored,
    to_review,
)
from tests.service.stand_ins import OpenHandedBroker, RememberingTrail, ToldClock


def flag(state: ReviewState, about: str) -> FlagState:
    return next(one for one in state.flags if one.about == about)


def element(state: ReviewState, name: str) -> ElementState:
    return next(one for one in state.scores if one.element == name)


def row_of(parts: Parts, session_id: str):  # type: ignore[no-untyped-def]
    with parts.database.reading() as rows:
        return rows.execute(select(session).where(session.c.id == session_id)).one()


def test_an_open_review_begins_with_what_the_machine_suggests(reviews: Reviews, coach: Actor, session_id: str) -> None:
    begun = reviews.begin(coach, session_id)
    assert (begun.kind, begun.state, begun.number, begun.mine) == (ReviewKind.OPEN, Stage.OPEN, 0, True)
    assert [one.element for one in begun.scores] == list(ELEMENTS)
    assert flag(begun, FIRST) == FlagState(
        about=FIRST, utterance="u3", element="empathy", direction="+", by_machine=True, probability=0.8
    )
    suggested = element(begun, "empathy").suggested
    assert suggested is not None
    assert (suggested.score, suggested.low, suggested.high, suggested.listen_first) == (4, 3, 5, True)
    assert suggested.evidence == (FIRST, "u1")


def test_the_first_review_ends_the_time_in_which_sharing_can_be_undone(
    reviews: Reviews, coach: Actor, other: Actor, session_id: str, parts: Parts, clock: ToldClock
) -> None:
    before = row_of(parts, session_id)
    reviews.begin(coach, session_id)
    first = row_of(parts, session_id)
    clock.pass_ms(1_000)
    reviews.begin(other, session_id)
    assert (before.review_begun_ms, first.review_begun_ms) == (None, clock() - 1_000)
    assert first.version == before.version + 1
    assert row_of(parts, session_id).review_begun_ms == first.review_begun_ms


def test_beginning_again_finds_the_review_that_was_begun(reviews: Reviews, coach: Actor, session_id: str) -> None:
    first, again = reviews.begun(coach, session_id), reviews.begun(coach, session_id, ReviewKind.OPEN)
    assert (first.new, again.new) == (True, False)
    assert again.review == first.review


def test_a_coach_has_one_view_of_a_session(reviews: Reviews, coach: Actor, session_id: str) -> None:
    reviews.begin(coach, session_id, ReviewKind.BLIND)
    with pytest.raises(OtherReviewError):
        reviews.begin(coach, session_id, ReviewKind.OPEN)


def test_a_session_without_a_scoring_is_not_reviewed(reviews: Reviews, coach: Actor, parts: Parts) -> None:
    bare = to_review(parts)
    with parts.database.writing() as rows:
        rows.exec_driver_sql("DELETE FROM artefact")
    with pytest.raises(NoDocumentError):
        reviews.begin(coach, bare)
    assert row_of(parts, bare).review_begun_ms is None


def test_a_review_is_not_begun_on_a_session_whose_sharing_was_undone_meanwhile(
    reviews: Reviews, coach: Actor, session_id: str, parts: Parts
) -> None:
    with parts.database.writing() as rows:
        rows.execute(update(session).values(shared_ms=None))
    with pytest.raises(RefusedError):
        reviews.begin(coach, session_id)
    assert row_of(parts, session_id).review_begun_ms is None


def test_every_verdict_stands_as_it_was_given(reviews: Reviews, coach: Actor, session_id: str) -> None:
    review_id = reviews.begin(coach, session_id).id
    acts = [
        act("flag", FIRST, verdict="accept", note=" a clear one "),
        act("flag", SECOND, verdict="change", to="empathy-"),
        act("flag", "u6:empathy+", verdict="reject"),
        act("flag", "u9:empathy+", verdict="unsure"),
        act("flag", "u1:child_focus+", verdict="add"),
    ]
    done = reviews.act(coach, review_id, acts)
    assert done.refused == ()
    assert [(one.about, one.verdict, one.to, one.note) for one in done.review.flags if one.verdict] == [
        (FIRST, Verdict.ACCEPT, None, "a clear one"),
        (SECOND, Verdict.CHANGE, "empathy-", ""),
        ("u6:empathy+", Verdict.REJECT, None, ""),
        ("u9:empathy+", Verdict.UNSURE, None, ""),
        ("u1:child_focus+", Verdict.ADD, None, ""),
    ]
    added = flag(done.review, "u1:child_focus+")
    assert (added.by_machine, added.probability, added.element, added.direction) == (False, None, "child_focus", "+")
    assert reviews.look(coach, review_id) == done.review


def test_a_score_waits_for_evidence_or_a_reason(reviews: Reviews, coach: Actor, session_id: str) -> None:
    review_id = reviews.begin(coach, session_id).id
    refused = reviews.act(
        coach, review_id, [act("score", "empathy", score=4), act("score", "autonomy", none="not_seen")]
    )
    assert [one.title for one in refused.refused] == ["Look at the evidence first"] * 2
    assert refused.number == 0
    acts = [
        act("opened", "empathy", utterances=["u3"]),
        act("score", "empathy", score=4),
        act("score", "autonomy", none="not_seen", reason="Nobody decided anything."),
    ]
    done = reviews.act(coach, review_id, acts)
    assert done.refused == ()
    assert element(done.review, "empathy").opened is True
    assert (element(done.review, "empathy").score, element(done.review, "empathy").state) == (4, Standing.CONFIRMED)
    assert element(done.review, "autonomy").none is NoneGiven.NOT_SEEN
    assert element(done.review, "autonomy").opened is False


def test_evidence_of_another_element_opens_nothing(reviews: Reviews, coach: Actor, session_id: str) -> None:
    review_id = reviews.begin(coach, session_id).id
    done = reviews.act(coach, review_id, [act("opened", "empathy", utterances=["u5"])])
    assert len(done.refused) == 1
    moved = [act("flag", SECOND, verdict="change", to="empathy-"), act("opened", "empathy", utterances=["u5"])]
    assert reviews.act(coach, review_id, moved).refused == ()


def test_a_score_can_be_taken_back(reviews: Reviews, coach: Actor, session_id: str) -> None:
    review_id = reviews.begin(coach, session_id).id
    done = reviews.act(coach, review_id, [score("empathy", 2), act("score", "empathy", score=None, none=None)])
    assert element(done.review, "empathy").score is None
    assert element(done.review, "empathy").state is Standing.OPEN


def test_a_refused_act_does_not_stop_the_others(reviews: Reviews, coach: Actor, session_id: str) -> None:
    review_id = reviews.begin(coach, session_id).id
    wrong = act("flag", "u3:nothing+", verdict="accept")
    done = reviews.act(coach, review_id, [act("note", text="one"), wrong, act("note", text="two", utterance="u2")])
    assert [one.act_id for one in done.refused] == [wrong.act_id]
    assert [(one.text, one.utterance) for one in done.review.notes] == [("one", None), ("two", "u2")]


@pytest.mark.parametrize(
    ("kind", "about", "body"),
    [
        ("flag", "u3:empathy+", {}),
        ("flag", "u3:empathy+", {"verdict": "loved"}),
        ("flag", "u3:empathy+", {"verdict": ["accept"]}),
        ("flag", "u3:empathy+", {"verdict": "accept", "colour": "red"}),
        ("flag", "u3:empathy+", {"verdict": "accept", "to": "empathy-"}),
        ("flag", "u3:empathy+", {"verdict": "change"}),
        ("flag", "u3:empathy+", {"verdict": "change", "to": "empathy+"}),
        ("flag", "u3:empathy+", {"verdict": "change", "to": "warmth+"}),
        ("flag", "u3:empathy+", {"verdict": "accept", "note": "x" * 4_001}),
        ("flag", "u4:empathy+", {"verdict": "accept"}),
        ("flag", "u99:empathy+", {"verdict": "add"}),
        ("flag", "u 3:empathy+", {"verdict": "add"}),
        ("score", "warmth", {"score": 3, "reason": "x"}),
        ("score", "empathy", {"score": 0, "reason": "x"}),
        ("score", "empathy", {"score": 6, "reason": "x"}),
        ("score", "empathy", {"score": True, "reason": "x"}),
        ("score", "empathy", {"score": 3.0, "reason": "x"}),
        ("score", "empathy", {"score": "3", "reason": "x"}),
        ("score", "empathy", {"score": 3, "none": "not_seen", "reason": "x"}),
        ("score", "empathy", {"none": "tired", "reason": "x"}),
        ("score", "empathy", {"score": 3, "reason": "   "}),
        ("note", "", {}),
        ("note", "", {"text": " "}),
        ("note", "", {"text": "x", "utterance": "u99"}),
        ("note", "", {"text": "a\0b"}),
        ("opened", "empathy", {"utterances": []}),
        ("opened", "empathy", {"utterances": "u3"}),
        ("opened", "empathy", {"utterances": ["u3", 4]}),
        ("opened", "warmth", {"utterances": ["u3"]}),
        ("undo", "", {}),
        ("redo", "", {}),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words_and_changes_nothing(
    reviews: Reviews, coach: Actor, session_id: str, kind: str, about: str, body: dict[str, object]
) -> None:
    begun = reviews.begin(coach, session_id)
    done = reviews.act(coach, begun.id, [act(kind, about, **body)])
    assert len(done.refused) == 1
    assert done.refused[0].detail.endswith(".")
    assert done.review == begun


def test_an_act_sent_again_is_kept_once(reviews: Reviews, coach: Actor, session_id: str, parts: Parts) -> None:
    review_id = reviews.begin(coach, session_id).id
    sent = act("note", text="once")
    first = reviews.act(coach, review_id, [sent, sent])
    again = reviews.act(coach, review_id, [sent])
    assert first.refused == again.refused == ()
    assert again.review == first.review
    assert [one.text for one in again.review.notes] == ["once"]


def test_fifty_acts_are_undone_and_done_again(reviews: Reviews, coach: Actor, session_id: str) -> None:
    begun = reviews.begin(coach, session_id)
    done = reviews.act(coach, begun.id, [act("note", text=str(number)) for number in range(60)]).review
    assert (done.undoable, done.redoable) == (50, 0)
    undone = reviews.act(coach, begun.id, [act("undo") for _ in range(60)])
    assert undone.refused == ()
    assert (undone.review.notes, undone.review.undoable, undone.review.redoable) == ((), 0, 50)
    redone = reviews.act(coach, begun.id, [act("redo") for _ in range(60)])
    assert redone.refused == ()
    assert redone.review.notes == done.notes


def test_undo_passes_over_opened_evidence(reviews: Reviews, coach: Actor, session_id: str) -> None:
    review_id = reviews.begin(coach, session_id).id
    acts = [act("note", text="x"), act("opened", "empathy", utterances=["u3"]), act("undo")]
    done = reviews.act(coach, review_id, acts)
    assert done.review.notes == ()
    assert element(done.review, "empathy").opened is True


def test_what_is_kept_is_sealed(reviews: Reviews, coach: Actor, session_id: str, parts: Parts) -> None:
    review_id = reviews.begin(coach, session_id).id
    reviews.act(coach, review_id, [act("note", text="canary-of-a-note")])
    with parts.database.reading() as rows:
        kept = rows.execute(select(decision.c.body, decision.c.about)).all()
    assert len(kept) == 1
    assert b"canary" not in kept[0].body


def test_each_request_that_changes_a_review_is_in_the_audit_once(
    reviews: Reviews, coach: Actor, session_id: str, trail: RememberingTrail
) -> None:
    review_id = reviews.begin(coach, session_id).id
    trail.events.clear()
    reviews.act(coach, review_id, [act("note", text="x"), act("note", text="y")])
    reviews.act(coach, review_id, [act("undo"), act("redo"), act("redo")])
    reviews.act(coach, review_id, [act("redo")])
    assert [(one.action, one.kind, one.object_id, one.session_id) for one in trail.events] == [
        (Action.EDIT, Kind.REVIEW, review_id, session_id)
    ] * 2


def test_a_review_is_finished_when_every_element_is_settled(
    reviews: Reviews, coach: Actor, session_id: str, parts: Parts, clock: ToldClock
) -> None:
    review_id = reviews.begin(coach, session_id).id
    reviews.act(coach, review_id, all_scored()[1:])
    with pytest.raises(NotAllScoredError):
        reviews.finish(coach, review_id)
    assert row_of(parts, session_id).confirmed_ms is None
    reviews.act(coach, review_id, all_scored()[:1])
    clock.pass_ms(5)
    done = reviews.finish(coach, review_id)
    assert (done.state, done.finished_ms) == (Stage.FINISHED, clock())
    assert row_of(parts, session_id).confirmed_ms == clock()
    assert reviews.look(coach, review_id) == done
    assert reviews.finish(coach, review_id) == done


def test_a_finished_review_takes_no_act_until_it_is_reopened(
    reviews: Reviews, coach: Actor, session_id: str, parts: Parts
) -> None:
    done = finished(reviews, coach, session_id, all_scored())
    late = reviews.act(coach, done.id, [act("note", text="late")])
    assert [one.title for one in late.refused] == ["This review is finished"]
    assert late.review == done
    confirmed = row_of(parts, session_id).confirmed_ms
    opened = reviews.reopen(coach, done.id)
    assert (opened.state, opened.finished_ms, opened.scores) == (Stage.OPEN, None, done.scores)
    assert opened.number > done.number
    assert reviews.act(coach, done.id, [act("note", text="late")]).refused == ()
    assert row_of(parts, session_id).confirmed_ms == confirmed


@pytest.mark.parametrize(("state", "stays"), [("in-review", False), ("confirmed", True)])
def test_a_review_is_not_reopened_once_feedback_is_confirmed(
    reviews: Reviews, coach: Actor, session_id: str, parts: Parts, state: str, stays: bool
) -> None:
    done = finished(reviews, coach, session_id, all_scored())
    _write_feedback(parts, coach, done, state)
    if stays:
        with pytest.raises(FeedbackConfirmedError):
            reviews.reopen(coach, done.id)
    else:
        assert reviews.reopen(coach, done.id).state is Stage.OPEN


def test_nobody_else_acts_in_a_review(reviews: Reviews, coach: Actor, other: Actor, session_id: str) -> None:
    done = finished(reviews, coach, session_id, all_scored())
    for attempt in (reviews.finish, reviews.reopen, reviews.reveal, reviews.look):
        with pytest.raises(RefusedError):
            attempt(other, done.id)
    with pytest.raises(RefusedError):
        reviews.act(other, done.id, [act("note", text="x")])


def test_a_review_goes_on_with_the_scoring_that_it_began_with(
    reviews: Reviews, coach: Actor, session_id: str, parts: Parts, clock: ToldClock
) -> None:
    begun = reviews.begin(coach, session_id)
    clock.pass_ms(1)
    scored(parts, session_id, utterances=2, key="b" * 64)
    found = reviews.look(coach, begun.id)
    assert (begun.newer, found.newer) == (False, True)
    assert found.flags == begun.flags
    assert reviews.begin(a_coach(parts), session_id).flags == ()


def test_a_review_whose_suggestions_are_deleted_keeps_what_the_coach_said(
    reviews: Reviews, coach: Actor, session_id: str, parts: Parts
) -> None:
    done = finished(reviews, coach, session_id, all_scored(empathy=5))
    with parts.database.writing() as rows:
        rows.exec_driver_sql("DELETE FROM artefact")
    found = reviews.look(coach, done.id)
    assert element(found, "empathy").suggested is None
    assert element(found, "empathy").score == 5


def test_another_tab_learns_whether_something_was_done(
    reviews: Reviews, coach: Actor, other: Actor, session_id: str, open_handed: OpenHandedBroker
) -> None:
    begun = reviews.begin(coach, session_id)
    open_handed.asked.clear()
    assert reviews.is_unchanged(coach, begun.id, 0) is True
    assert reviews.is_unchanged(other, begun.id, 0) is False
    assert open_handed.asked == []
    number = reviews.act(coach, begun.id, [act("note", text="x")]).number
    assert reviews.is_unchanged(coach, begun.id, 0) is False
    assert reviews.is_unchanged(coach, begun.id, number) is True
    open_handed.refused.add(session_id)
    assert reviews.is_unchanged(coach, begun.id, number) is False


def test_a_coach_finds_their_own_reviews_of_sessions_that_they_may_see(
    reviews: Reviews, coach: Actor, other: Actor, parts: Parts, open_handed: OpenHandedBroker
) -> None:
    kept, gone = to_review(parts), to_review(parts)
    wanted = reviews.begin(coach, kept)
    reviews.begin(coach, gone)
    reviews.begin(other, kept)
    open_handed.refused.add(gone)
    assert [(one.id, one.mine) for one in reviews.mine(coach)] == [(wanted.id, True)]


def test_a_review_opens_its_own_content_and_the_codes_and_nothing_more(
    reviews: Reviews, coach: Actor, session_id: str, open_handed: OpenHandedBroker
) -> None:
    review_id = reviews.begin(coach, session_id).id
    open_handed.asked.clear()
    reviews.act(coach, review_id, [act("flag", FIRST, verdict="accept")])
    assert [(content, action) for _, _, content, _, action in open_handed.asked] == [
        (Content.REVIEW, Action.EDIT),
        (Content.CODING, Action.VIEW),
    ]


def test_a_review_that_there_is_not_is_refused(reviews: Reviews, coach: Actor) -> None:
    with pytest.raises(RefusedError):
        reviews.look(coach, new_id())


def test_a_refused_session_refuses_its_review(
    reviews: Reviews, coach: Actor, session_id: str, open_handed: OpenHandedBroker, parts: Parts
) -> None:
    review_id = reviews.begin(coach, session_id).id
    open_handed.refused.add(session_id)
    with pytest.raises(RefusedError):
        reviews.act(coach, review_id, [act("note", text="x")])
    with parts.database.reading() as rows:
        assert rows.execute(select(decision)).all() == []
        assert len(rows.execute(select(review)).all()) == 1


def _write_feedback(parts: Parts, coach: Actor, done: ReviewState, state: str) -> None:
    feedback_id, worker_id = new_id(), row_of(parts, done.session_id).worker_id
    confirmed = {"confirmed_hash": "h", "confirmed_by": coach.person_id}
    with parts.database.writing() as rows:
        rows.execute(insert(confirmation).values(
            session_id=done.session_id, feedback_id=feedback_id, body_hash="h", person_id=coach.person_id, made_ms=0
        ))  # fmt: skip
        rows.execute(insert(feedback).values(
            id=feedback_id, session_id=done.session_id, review_id=done.id, author_id=coach.person_id,
            worker_id=worker_id, state="draft", body=b"-", body_hash="h", changed_ms=0,
        ))  # fmt: skip
        for step in ("in-review", "confirmed"):
            more = confirmed if step == "confirmed" else {}
            rows.execute(update(feedback).where(feedback.c.id == feedback_id).values(state=step, **more))
            if step == state:
                break
