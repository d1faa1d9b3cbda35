"""What the page of a reflection shows: plain values, put together from what was written and what was suggested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.records.rubric import Element, Rubric
from service.reflection.moments import Looked, Moment, Suggested
from service.reflection.questions import question_of
from service.reflection.records import NOTE, OWN, WANTED, Aside, Kept, answer_field, answer_parts, is_rating

SHOWN = 3
"""So many moments of an element stand open; the others are one click away."""
_NAMES = {NOTE: "Your note on the session", WANTED: "What you want from your coach"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A field to write in. ``name`` is the field's, ``place`` an id for the page."""

    name: str
    place: str
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentView:
    """A moment with what the worker wrote to it; ``number`` counts from 1 through the page."""

    moment: Moment
    number: int
    writings: tuple[Writing, ...]

    @property
    def written(self) -> bool:
        """Whether anything was written to it."""
        return any(one.text for one in self.writings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementView:
    """One element: the worker's own rating as it is kept, the suggestion, its first moments and the others."""

    element: Element
    rated: str
    looked: Looked | None
    first: tuple[MomentView, ...]
    more: tuple[MomentView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideView:
    """A text that was kept beside: what it belongs to, itself, and what stands there."""

    aside: Aside
    label: str
    standing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The whole page. ``other``: answers to moments that are not marked any more."""

    kept: Kept
    rubric: Rubric
    suggested: Suggested | None
    elements: tuple[ElementView, ...]
    note: Writing
    wanted: Writing
    other: tuple[Writing, ...]
    asides: tuple[AsideView, ...]

    @property
    def all_rated(self) -> bool:
        """Whether every element has a rating, or "I cannot say"."""
        return all(one.rated for one in self.elements)

    @property
    def first_unrated(self) -> str:
        """The element to go on with; the first one where all are rated."""
        return next((one.element.id for one in self.elements if not one.rated), self.elements[0].element.id)

    @property
    def sound(self) -> bool:
        """Whether any moment has a place in a recording."""
        return any(one.moment.said.start_ms is not None for el in self.elements for one in (*el.first, *el.more))


def view_of(kept: Kept, rubric: Rubric, made: Suggested | None, typed: Mapping[str, str]) -> View:
    """The page's values. ``typed``: what was sent and could not be kept, which is shown instead of what stands."""
    texts = {**kept.reflection.fields, **typed}
    looked = {one.element.id: one for one in made.elements} if made else {}
    elements, number = [], 1
    for element in rubric.elements:
        one = looked.get(element.id)
        moments = tuple(_moment(each, number + at, texts) for at, each in enumerate(one.moments if one else ()))
        number += len(moments)
        rated = kept.reflection.rated(element.id)
        elements.append(
            ElementView(element=element, rated=rated, looked=one, first=moments[:SHOWN], more=moments[SHOWN:])
        )
    shown = {field.name for one in elements for each in (*one.first, *one.more) for field in each.writings}
    return View(
        kept=kept,
        rubric=rubric,
        suggested=made,
        elements=tuple(elements),
        note=Writing(name=NOTE, place="note", label=_NAMES[NOTE], text=texts.get(NOTE, "")),
        wanted=Writing(name=WANTED, place="wanted", label=_NAMES[WANTED], text=texts.get(WANTED, "")),
        other=_other(texts, shown, rubric) if made else (),
        asides=tuple(_aside(one, kept, rubric) for one in kept.reflection.asides),
    )


def _moment(moment: Moment, number: int, texts: Mapping[str, str]) -> MomentView:
    asked = [(one.id, one.text) for one in moment.questions] + [(OWN, "Your own note on this moment")]
    writings = []
    for at, (question, label) in enumerate(asked, 1):
        name = answer_field(moment.about, question)
        writings.append(Writing(name=name, place=f"moment-{number}-{at}", label=label, text=texts.get(name, "")))
    return MomentView(moment=moment, number=number, writings=tuple(writings))


def _other(texts: Mapping[str, str], shown: set[str], rubric: Rubric) -> tuple[Writing, ...]:
    left = [name for name, text in texts.items() if text and answer_parts(name) and name not in shown]
    return tuple(
        Writing(name=name, place=f"other-{at}", label=_label(name, rubric), text=texts[name])
        for at, name in enumerate(left, 1)
    )


def _aside(aside: Aside, kept: Kept, rubric: Rubric) -> AsideView:
    return AsideView(aside=aside, label=_label(aside.field, rubric), standing=kept.reflection.text(aside.field))


def _label(field: str, rubric: Rubric) -> str:
    """What a field is called where it stands alone."""
    names = {one.id: one.name for one in rubric.elements}
    if is_rating(field):
        return f"Your rating of {names.get(field.partition(' ')[2], 'an element')}"
    if parts := answer_parts(field):
        about, asked = parts
        direction = about.rpartition(":")[2]
        question = question_of(direction, asked)
        of = names.get(direction[:-1], "a moment")
        return f"{of}: {question.text}" if question else f"{of}: your own note on a moment"
    return _NAMES.get(field, field)
