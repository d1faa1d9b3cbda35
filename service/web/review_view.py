"""The page of a review, built from the transcript as it stands, its codes, the rubric and the review's state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from models.records.coding import Code, Setting
from models.records.rubric import Element, Rubric
from models.records.speech import Role
from pipelines.outputs.coding_wording import code_name, telling
from pipelines.outputs.scoring_wording import rubric_notice
from service.database.words import ReviewKind
from service.database.words import ReviewState as State
from service.reviews.records import ElementState, FlagState, ReviewState, Standing, Suggested
from service.transcripts.records import Said
from service.transcripts.records import Standing as Transcript
from service.web import review_wording as say
from service.web.rendering import clock_time
from service.web.review_records import (
    CodeShown,
    ElementShown,
    FlagShown,
    MomentShown,
    NoteShown,
    ReviewShown,
    SaidShown,
    SuggestionShown,
    TurnShown,
)
from service.web.words import PRESENT_WORDS

MOMENTS = 5
"""So many utterances behind a suggestion are shown."""
_LONGEST_QUOTE = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a page of a review is made from. ``codes``: those of utterances, where they may be seen."""

    held_on: str
    transcript: Transcript
    codes: Mapping[str, tuple[Code, ...]]
    rubric: Rubric
    review: ReviewState


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A form that was not taken: what was wrong, where on the page, and what was written about which element."""

    problem: str
    at: str
    element: str = ""
    score: str = ""
    reason: str = ""


def is_blind(review: ReviewState) -> bool:
    """Whether nothing of the machine's may be seen yet."""
    return review.kind is ReviewKind.BLIND and review.revealed_ms is None


def shown_review(looked: Looked, for_script: Mapping[str, object], typed: Typed | None = None) -> ReviewShown:
    """The page. ``for_script``: what scripts are given."""
    review, names = looked.review, {one.id: one.name for one in looked.rubric.elements}
    is_open = review.state is State.OPEN and review.mine
    blind = is_blind(review)
    said = {one.id: one for one in looked.transcript.said}
    return ReviewShown(
        session_id=review.session_id,
        held_on=looked.held_on,
        kind_word=say.KIND_WORDS[review.kind],
        note=say.REVEALED_NOTE if review.kind is ReviewKind.BLIND and not blind else say.KIND_NOTES[review.kind],
        open=is_open,
        finished=review.state is State.FINISHED,
        blind=blind,
        timed=any(one.start_ms is not None for one in looked.transcript.said),
        confirmed=sum(one.state is Standing.CONFIRMED for one in review.scores),
        turns=tuple(_turns(looked, names)),
        elements=tuple(_elements(looked, said, typed, blind=blind)),
        notes=tuple(
            NoteShown(utterance=one.utterance, where=_where(said.get(one.utterance or "")), text=one.text)
            for one in review.notes
        ),
        flaggable=tuple((one.id, f"{_where(one)} {_cut(one.text)}") for one in _scored(looked)) if is_open else (),
        warning=rubric_notice(looked.rubric),
        problem=typed.problem if typed else "",
        problem_at=typed.at if typed else "",
        for_script=dict(for_script) | {"names": names, "labels": looked.rubric.labels, "open": is_open, "blind": blind},
    )


def _turns(looked: Looked, names: Mapping[str, str]) -> Iterable[TurnShown]:
    flags: dict[str, list[FlagShown]] = defaultdict(list)
    for flag in looked.review.flags:
        flags[flag.utterance].append(_flag(flag, names))
    for (_, role), together in groupby(looked.transcript.said, key=lambda one: (one.speaker, one.role)):
        said = tuple(together)
        yield TurnShown(
            role=role.value,
            role_word=PRESENT_WORDS.get(role, "Unknown voice"),
            sure=all(one.role_sure for one in said),
            said=tuple(_said(one, looked.codes.get(one.id, ()), tuple(flags.get(one.id, ()))) for one in said),
        )


def _said(one: Said, codes: tuple[Code, ...], flags: tuple[FlagShown, ...]) -> SaidShown:
    return SaidShown(
        id=one.id,
        text=one.text,
        start_ms=one.start_ms,
        end_ms=one.end_ms,
        changed=one.changed,
        overlap=one.overlap,
        codes=tuple(CodeShown(text=code_name(code.code), sure=code.sure) for code in telling(codes)),
        flags=flags,
    )


def _flag(flag: FlagState, names: Mapping[str, str]) -> FlagShown:
    element, direction = flag.element, flag.direction
    what = say.direction_words(names.get(element, element), direction)
    if flag.to:
        what = f"{what}, now {say.direction_words(names.get(flag.to[:-1], flag.to[:-1]), flag.to[-1])}"
    return FlagShown(
        about=flag.about,
        utterance=flag.utterance,
        direction=direction,
        what=what,
        look="suggested" if flag.verdict is None else flag.verdict.value,
        state_word=say.flag_word(flag),
        likely=say.likely_word(flag.probability),
        percent="" if flag.probability is None else f"{flag.probability:.0%}",
        note=flag.note,
    )


def _elements(looked: Looked, said: Mapping[str, Said], typed: Typed | None, *, blind: bool) -> Iterable[ElementShown]:
    states = {one.element: one for one in looked.review.scores}
    first = next((one.element for one in looked.review.scores if one.state is Standing.OPEN), "")
    for element in looked.rubric.elements:
        if (one := states.get(element.id)) is not None:
            made = _element(element, one, looked, said, first=element.id == first, blind=blind)
            again = typed is not None and typed.element == element.id
            yield replace(made, chosen=typed.score, reason=typed.reason, first=True) if typed and again else made


def _element(
    element: Element, one: ElementState, looked: Looked, said: Mapping[str, Said], *, first: bool, blind: bool
) -> ElementShown:
    take, take_words = say.take_of(one.suggested)
    confirmed = one.state is Standing.CONFIRMED
    needed = not blind and not one.opened
    return ElementShown(
        id=element.id,
        name=element.name,
        question=element.question,
        anchors=element.anchors,
        limits=element.limits,
        choices=tuple(enumerate(looked.rubric.labels, 1)),
        look="confirmed" if confirmed else "open",
        state_word=say.element_word(one),
        chosen=str(one.score) if one.score is not None else one.none.value if one.none else "",
        reason=one.reason,
        reason_hint="(needed until you have opened a moment)" if needed else "(if you want)",
        opened=one.opened,
        confirmed=confirmed,
        take=take,
        take_words=take_words,
        first=first,
        suggestion=None if one.suggested is None else _suggestion(one.suggested, looked.rubric, said),
    )


def _suggestion(one: Suggested, rubric: Rubric, said: Mapping[str, Said]) -> SuggestionShown:
    return SuggestionShown(
        score=one.score,
        label="" if one.score is None else rubric.labels[one.score - 1],
        likely=say.interval_words(one),
        reason=say.REASON_WORDS.get(one.reason or "", ""),
        because=one.because,
        listen_first=one.listen_first,
        moments=tuple(_moments(one.evidence, said)),
    )


def _moments(evidence: Iterable[str], said: Mapping[str, Said]) -> Iterable[MomentShown]:
    for about in tuple(evidence)[:MOMENTS]:
        utterance, _, mark = about.partition(":")
        if (one := said.get(utterance)) is not None:
            word = {"+": "for", "-": "against"}.get(mark[-1:], "")
            yield MomentShown(utterance=one.id, at_ms=one.start_ms, word=word, text=_cut(one.text))


def _scored(looked: Looked) -> Iterable[Said]:
    """Utterances that can carry a flag: of the role that is scored."""
    role = Setting(looked.rubric.setting).scored_role
    return (one for one in looked.transcript.said if one.role in (role, Role.UNKNOWN))


def _where(one: Said | None) -> str:
    if one is None:
        return "session"
    return one.id if one.start_ms is None else clock_time(one.start_ms)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE].rsplit(' ', 1)[0]} …"
