"""What a finished review and the transcript give to feedback. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from models.records.coding import Setting
from models.records.scoring import Scoring
from service.database.words import ReviewState as Stage
from service.feedback.errors import NoSuchElementError, QuoteError, ReviewNotFinishedError
from service.feedback.records import Body, Candidate, Changed, MadeBy, Moment, Scored, Strength, Wording, plain
from service.reviews.records import FlagState, ReviewState, Verdict
from service.transcripts.records import Said, Standing

_STANDS = (Verdict.ACCEPT, Verdict.CHANGE, Verdict.ADD)


def begun(review: ReviewState, scoring: Scoring, setting: Setting) -> Body:
    """Feedback before the coach wrote anything: the confirmed scores alone. Raises ReviewNotFinishedError."""
    nothing = Wording(strengths=(), words={}, next_steps=())
    made_by = MadeBy(
        coder=f"{scoring.coder.name} {scoring.coder.version}",
        judge=f"{scoring.judge.name} {scoring.judge.version}",
        rubric=f"{scoring.rubric.id} {scoring.rubric.version}",
    )
    return written(nothing, review, {}, made_by, setting)


def written(wording: Wording, review: ReviewState, said: Mapping[str, Said], made_by: MadeBy, setting: Setting) -> Body:
    """The content: the coach's words and the review's scores. Raises ReviewNotFinishedError, QuoteError.

    Raises NoSuchElementError. ``said``: utterances of the transcript as it stands, by id.
    """
    if review.state is not Stage.FINISHED:
        raise ReviewNotFinishedError
    known = {one.element for one in review.scores}
    if not {*(one.element for one in wording.strengths), *wording.words} <= known:
        raise NoSuchElementError
    strengths = (
        Strength(
            element=one.element,
            words=plain(one.words),
            moments=tuple(quoted(moment, said) for moment in one.moments),
        )
        for one in wording.strengths
    )
    return Body(
        strengths=tuple(one for one in strengths if one.words or one.moments),
        scores=tuple(
            Scored(
                element=one.element,
                score=one.score,
                none=one.none.value if one.none else None,
                words=plain(wording.words.get(one.element, "")),
            )
            for one in review.scores
        ),
        next_steps=tuple(step for step in map(plain, wording.next_steps) if step),
        made_by=made_by,
        changed=counted(review),
        setting=setting,
        review_number=review.number,
    )


def quoted(moment: Moment, said: Mapping[str, Said]) -> Moment:
    """A moment with the times of its utterance. Raises QuoteError where the quote does not stand in it."""
    there = said.get(moment.utterance)
    quote = plain(moment.quote)
    if there is None or not quote or quote not in plain(there.text):
        raise QuoteError
    return Moment(utterance=there.id, quote=quote, start_ms=there.start_ms, end_ms=there.end_ms)


def still_stand(body: Body, said: Mapping[str, Said]) -> bool:
    """Whether every quote stands in the transcript as it is now."""
    try:
        return all(quoted(moment, said) == moment for one in body.strengths for moment in one.moments)
    except QuoteError:
        return False


def by_id(standing: Standing) -> dict[str, Said]:
    """The utterances by their ids."""
    return {one.id: one for one in standing.said}


def candidates(review: ReviewState, said: Mapping[str, Said]) -> tuple[Candidate, ...]:
    """The moments for an element that the coach accepted or found, in the order of the session."""
    places = {utterance: place for place, utterance in enumerate(said)}
    found = []
    for flag in review.flags:
        element, direction = _now(flag)
        if direction == "+" and flag.verdict in _STANDS and flag.utterance in said:
            there = said[flag.utterance]
            moment = Moment(
                utterance=there.id, quote=plain(there.text), start_ms=there.start_ms, end_ms=there.end_ms
            )  # fmt: skip
            found.append(Candidate(element=element, moment=moment, note=flag.note))
    return tuple(sorted(found, key=lambda one: places[one.moment.utterance]))


def counted(review: ReviewState) -> Changed:
    """What became of the suggestions."""
    verdicts = [flag.verdict for flag in review.flags]
    suggested = [one for one in review.scores if one.suggested and one.suggested.score is not None]
    kept = sum(one.suggested is not None and one.score == one.suggested.score for one in suggested)
    return Changed(
        flags_accepted=verdicts.count(Verdict.ACCEPT),
        flags_changed=verdicts.count(Verdict.CHANGE),
        flags_rejected=verdicts.count(Verdict.REJECT),
        flags_added=verdicts.count(Verdict.ADD),
        scores_kept=kept,
        scores_changed=len(suggested) - kept,
    )


def _now(flag: FlagState) -> tuple[str, str]:
    """Which element a flag is for, and in which direction, once the coach changed it."""
    return (flag.to[:-1], flag.to[-1:]) if flag.to else (flag.element, flag.direction)
