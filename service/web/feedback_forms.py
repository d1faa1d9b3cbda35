"""What the coach's form of feedback holds, read from what was sent and shown again where it cannot be kept."""

from __future__ import annotations

from dataclasses import dataclass

from models.records.rubric import Rubric
from service.feedback.records import Draft, Moment, Strength, Wording
from service.feedback.rendering import MomentView, moment_view, name_of
from service.web.forms import Fields

STEPS = (0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentField:
    """A moment that can be quoted: whether it is ticked, and the quote as it is written now."""

    utterance: str
    chosen: bool
    quote: str
    shown: MomentView
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementField:
    """What is asked about one element."""

    element: str
    name: str
    score: int | None
    none: str | None
    strength: str
    words: str
    moments: tuple[MomentField, ...]


def wording_of(sent: Fields) -> Wording:
    """What the coach wrote. A moment counts where its box is ticked."""
    parted = (name.partition(".") for name in sent.names())
    elements = list(dict.fromkeys(element for kind, _, element in parted if kind in ("strength", "words", "moment")))
    strengths = (
        Strength(element=element, words=sent.one(f"strength.{element}"), moments=_moments(sent, element))
        for element in elements
    )
    return Wording(
        strengths=tuple(one for one in strengths if one.words or one.moments),
        words={element: sent.one(f"words.{element}") for element in elements},
        next_steps=tuple(filter(None, (sent.one(f"step.{place}") for place in STEPS))),
    )


def kept_in(draft: Draft) -> Wording:
    """What the draft holds, as the coach wrote it."""
    body = draft.written.body
    words = {one.element: one.words for one in body.scores}
    return Wording(strengths=body.strengths, words=words, next_steps=body.next_steps)


def fields_for(draft: Draft, wording: Wording, rubric: Rubric) -> tuple[ElementField, ...]:
    """Every element with what is written to it; moments that were quoted before stay among those to choose from."""
    strengths = {one.element: one for one in wording.strengths}
    return tuple(
        ElementField(
            element=one.element,
            name=name_of(one.element, rubric),
            score=one.score,
            none=one.none,
            strength=strengths[one.element].words if one.element in strengths else "",
            words=wording.words.get(one.element, ""),
            moments=_fields(draft, one.element, strengths.get(one.element)),
        )
        for one in draft.written.body.scores
    )


def _fields(draft: Draft, element: str, strength: Strength | None) -> tuple[MomentField, ...]:
    chosen = {one.utterance: one for one in strength.moments} if strength else {}
    offered = {one.moment.utterance: one for one in draft.candidates if one.element == element}
    found = []
    for utterance in dict.fromkeys((*offered, *chosen)):
        moment = offered[utterance].moment if utterance in offered else chosen[utterance]
        found.append(
            MomentField(
                utterance=utterance,
                chosen=utterance in chosen,
                quote=(chosen.get(utterance) or moment).quote,
                shown=moment_view(moment),
                note=offered[utterance].note if utterance in offered else "",
            )
        )
    return tuple(found)


def _moments(sent: Fields, element: str) -> tuple[Moment, ...]:
    return tuple(
        Moment(utterance=utterance, quote=sent.one(f"quote.{element}.{utterance}"))
        for utterance in sent.all(f"moment.{element}")
    )
