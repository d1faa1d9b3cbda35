"""Feedback as people read it: one record that the page, the PDF and the Word document are all made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.records.rubric import Rubric
from pipelines.rubrics import shipped_rubric
from service.database.words import ReplyKind
from service.feedback.records import SECOND, WHOLE, Body, Changed, Moment, Reply, Scored, Strength, plain

NONE_WORDS = {"not_seen": "Not seen in this session", "not_applicable": "Does not apply to this session"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentView:
    """A quote, and where it is heard: ``at`` like 12:07, empty where there is no sound. Times in ms."""

    quote: str
    at: str
    start_ms: int | None
    end_ms: int | None

    @property
    def fragment(self) -> str:
        """The end of the address of the sound that plays this moment, half a second around it."""
        if self.start_ms is None or self.end_ms is None:
            return ""
        return f"#t={max(0, self.start_ms - 500) / 1000:g},{(self.end_ms + 500) / 1000:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StrengthView:
    """What went well, under the element's name."""

    name: str
    words: str
    moments: tuple[MomentView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidView:
    """One reply: whose view it is, and the words."""

    whose: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreView:
    """A confirmed score in words. ``said``: what worker and coach said to it since, oldest first."""

    element: str
    name: str
    definition: str
    score: int | None
    label: str
    anchor: str
    words: str
    said: tuple[SaidView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackView:
    """All of it, in the order it is read in. Texts hold no control characters."""

    title: str
    day: str
    strengths: tuple[StrengthView, ...]
    next_steps: tuple[str, ...]
    scores: tuple[ScoreView, ...]
    made: tuple[str, ...]
    not_for: str
    warning: str
    said: tuple[SaidView, ...] = ()
    second_wanted: bool = False


def view_of(body: Body, held_on: str, replies: Sequence[Reply] = ()) -> FeedbackView:
    """What people read. Definitions are those of the rubric that is installed."""
    rubric = shipped_rubric(body.setting)
    day = date.fromisoformat(held_on)
    shown = f"{day.day} {day:%B %Y}"
    return FeedbackView(
        title=f"Feedback on the session of {shown}",
        day=shown,
        strengths=tuple(_strength(one, rubric) for one in body.strengths),
        next_steps=tuple(plain(step) for step in body.next_steps),
        scores=tuple(_score(one, rubric, replies) for one in body.scores),
        made=_made(body, rubric),
        not_for=body.not_for,
        warning=rubric.warning,
        said=tuple(_said(one) for one in replies if one.about == WHOLE),
        second_wanted=any(one.about == SECOND for one in replies),
    )


def moment_view(moment: Moment) -> MomentView:
    """A moment with its place as people write it."""
    at = "" if moment.start_ms is None else clock(moment.start_ms)
    return MomentView(quote=plain(moment.quote), at=at, start_ms=moment.start_ms, end_ms=moment.end_ms)


def clock(at_ms: int) -> str:
    """A place in a recording in ms: 12:07, or 1:02:07."""
    minutes, seconds = divmod(at_ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def name_of(element: str, rubric: Rubric) -> str:
    """What an element is called; its id where the installed rubric does not know it."""
    return next((one.name for one in rubric.elements if one.id == element), element)


def _strength(one: Strength, rubric: Rubric) -> StrengthView:
    moments = tuple(moment_view(moment) for moment in one.moments)
    return StrengthView(name=name_of(one.element, rubric), words=plain(one.words), moments=moments)


def _score(one: Scored, rubric: Rubric, replies: Sequence[Reply]) -> ScoreView:
    known = next((each for each in rubric.elements if each.id == one.element), None)
    if one.score is None:
        label, anchor = NONE_WORDS.get(one.none or "", "No score"), ""
    else:
        label, anchor = (
            f"{one.score} of 5: {rubric.labels[one.score - 1]}",
            known.anchors[one.score - 1] if known else "",
        )
    return ScoreView(
        element=one.element,
        name=known.name if known else one.element,
        definition=known.question if known else "",
        score=one.score,
        label=label,
        anchor=anchor,
        words=plain(one.words),
        said=tuple(_said(each) for each in replies if each.about == one.element),
    )


def _said(one: Reply) -> SaidView:
    whose = "The coach's answer" if one.kind is ReplyKind.RESPONSE else "The worker's view"
    return SaidView(whose=whose, words=plain(one.words))


def _made(body: Body, rubric: Rubric) -> tuple[str, ...]:
    installed = f"{rubric.ref.id} {rubric.ref.version}"
    sentences = [
        "A program wrote down the session, marked moments and suggested scores. A coach decided on each score and wrote"
        " the words here.",
        _counted(body.changed),
        f"Rubric: {body.made_by.rubric}. Coder: {body.made_by.coder}. Judge: {body.made_by.judge}.",
    ]
    if body.made_by.rubric != installed:
        sentences.append(f"The definitions shown are those of {installed}, which is installed now.")
    return tuple(sentences)


def _counted(changed: Changed) -> str:
    return (
        f"Of the moments that the program offered, the coach accepted {changed.flags_accepted},"
        f" changed {changed.flags_changed} and rejected {changed.flags_rejected}, and found {changed.flags_added} more."
        f" Of the suggested scores, the coach kept {changed.scores_kept} and changed {changed.scores_changed}."
    )
