"""What the program marked and suggested, put beside the words that were said: pure, from documents to what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from models.records.coding import CodedUtterance, Coding, Flag, Off
from models.records.provenance import Engine
from models.records.rubric import Element, Rubric, RubricRef
from models.records.scoring import Scoring, Suggestion
from pipelines.outputs.coding_json import part_of_coding
from service.reflection.questions import Question, questions_about
from service.transcripts.records import Said, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedUtterance:
    """Of an utterance of a coding its flags."""

    id: str
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Of a `CodingDocument` what moments are made from."""

    schema_version: str
    engine: Engine
    utterances: tuple[MarkedUtterance, ...]
    off: tuple[Off, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An utterance that the program offers as evidence. ``about`` is the flag's id, like ``u12:empathy+``.

    ``moved``: by how many points of the scale it moved the suggestion, 0.0 where that is not known. ``before`` is what
    was said just before, None at the beginning.
    """

    about: str
    said: Said
    before: Said | None
    element: str
    direction: str
    looks_like: str
    probability: float
    moved: float
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One element with its suggestion, None where the judge had none for it, and its moments, strengths first."""

    element: Element
    suggestion: Suggestion | None
    moments: tuple[Moment, ...]
    off: tuple[Off, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """Everything the program made of a session, for its worker. ``off``: what it does not state of anybody."""

    elements: tuple[Looked, ...]
    off: tuple[Off, ...]
    rubric: RubricRef
    coder: Engine
    judge: Engine


def marks_read(document: bytes) -> Marks:
    """What moments are made from. Raises CodingDocumentError where anything is wrong with it."""
    return part_of_coding(document, _marks_type())


@cache
def _marks_type() -> TypeAdapter[Marks]:
    return TypeAdapter(Marks)


def suggested(rubric: Rubric, standing: Standing, coding: Coding | Marks, scoring: Scoring) -> Suggested:
    """For each element of the rubric its suggestion and its moments. What is not in the transcript is left out."""
    suggestions = {one.element: one for one in scoring.suggestions}
    of_flags = {one.name for element in rubric.elements for one in coding.off if one.name[:-1] == element.id}
    return Suggested(
        elements=tuple(
            Looked(
                element=one,
                suggestion=suggestions.get(one.id),
                moments=_moments(one, standing, coding, suggestions.get(one.id)),
                off=tuple(off for off in coding.off if off.name[:-1] == one.id),
            )
            for one in rubric.elements
        ),
        off=tuple(one for one in coding.off if one.name not in of_flags),
        rubric=scoring.rubric,
        coder=coding.engine,
        judge=scoring.judge,
    )


def _moments(
    element: Element, standing: Standing, coding: Coding | Marks, suggestion: Suggestion | None
) -> tuple[Moment, ...]:  # fmt: skip
    said = {one.id: (place, one) for place, one in enumerate(standing.said)}
    moved = {(one.utterance, one.direction): one.moved for one in suggestion.evidence} if suggestion else {}
    found = []
    for coded in coding.utterances:
        for flag in coded.flags:
            if flag.element == element.id and coded.id in said:
                place, one = said[coded.id]
                before = standing.said[place - 1] if place else None
                found.append(_moment(coded, flag, one, before, element, moved))
    return _strengths_first(sorted(found, key=lambda one: (-abs(one.moved), -one.probability, one.about)))


def _strengths_first(found: Sequence[Moment]) -> tuple[Moment, ...]:
    """The two weightiest for the element, the weightiest against it, then all others by weight."""
    first = [one for one in found if one.direction == "+"][:2]
    first += [one for one in found if one.direction != "+"][:1]
    return (*first, *(one for one in found if one not in first))


def _moment(
    coded: CodedUtterance | MarkedUtterance, flag: Flag, said: Said, before: Said | None, element: Element,
    moved: Mapping[tuple[str, str], float],
) -> Moment:  # fmt: skip
    about = f"{coded.id}:{flag.element}{flag.direction}"
    return Moment(
        about=about,
        said=said,
        before=before,
        element=flag.element,
        direction=flag.direction,
        looks_like=_looks_like(element, flag.indicator),
        probability=flag.probability,
        moved=moved.get((coded.id, flag.direction), 0.0),
        questions=questions_about(about),
    )


def _looks_like(element: Element, indicator: str) -> str:
    known = {one.id: one.text for one in (*element.indicators_for, *element.indicators_against)}
    return known.get(indicator, "")
