"""What the machine makes of a session, as far as a review shows it: flags, and a suggestion for each element.

Only the fields that are shown are read. The documents were checked when they were made, and their seals are checked
here; a strict reading of every field at every act of a coach would take longer than the act.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from models.records.coding import Setting
from models.records.scoring import Suggestion
from pipelines.rubrics import shipped_rubric
from service.jobs.records import Document
from service.keybroker.ports import Opened
from service.reviews.folding import Start
from service.reviews.records import ElementState, FlagState, Suggested


@dataclass(frozen=True, slots=True)
class _Flag:
    element: str
    direction: str
    probability: float


@dataclass(frozen=True, slots=True)
class _Utterance:
    id: str
    flags: list[_Flag]


@dataclass(frozen=True, slots=True)
class _Coding:
    utterances: list[_Utterance]


@dataclass(frozen=True, slots=True)
class _Scoring:
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What there is before a coach's first act, and the ids of the utterances that the machine coded."""

    start: Start
    utterances: frozenset[str] = frozenset()


def unseen(setting: Setting) -> Machine:
    """Nothing by the machine: the elements of the setting's rubric alone."""
    elements = shipped_rubric(setting).elements
    return Machine(start=Start(scores=tuple(ElementState(element=one.id) for one in elements)))


def read_machine(opened: Opened, blobs: dict[str, str], setting: Setting) -> Machine:
    """Read coding and scoring. ``blobs``: blob ids by document; where one is gone by now, as if it were unseen."""
    if Document.CODING not in blobs or Document.SCORING not in blobs:
        return unseen(setting)
    coding = _types()[0].validate_json(_content(opened, blobs[Document.CODING]))
    scoring = _types()[1].validate_json(_content(opened, blobs[Document.SCORING]))
    flags = {flag.about: flag for flag in _flags(coding.utterances)}
    scores = tuple(ElementState(element=one.element, suggested=_suggested(one, flags)) for one in scoring.suggestions)
    return Machine(
        start=Start(flags=tuple(flags.values()), scores=scores),
        utterances=frozenset(one.id for one in coding.utterances),
    )


@cache
def _types() -> tuple[TypeAdapter[_Coding], TypeAdapter[_Scoring]]:
    return TypeAdapter(_Coding), TypeAdapter(_Scoring)


def _content(opened: Opened, blob_id: str) -> bytes:
    with opened.read(blob_id) as reader:
        return reader.readall() or b""


def _flags(utterances: Iterable[_Utterance]) -> Iterator[FlagState]:
    for one in utterances:
        for flag in one.flags:
            yield FlagState(
                about=f"{one.id}:{flag.element}{flag.direction}",
                utterance=one.id,
                element=flag.element,
                direction=flag.direction,
                by_machine=True,
                probability=flag.probability,
            )


def _suggested(one: Suggestion, flags: dict[str, FlagState]) -> Suggested:
    ids = ((f"{each.utterance}:{one.element}{each.direction}", each.utterance) for each in one.evidence)
    return Suggested(
        score=one.score,
        low=one.low,
        high=one.high,
        reason=one.reason.value if one.reason else None,
        because=one.because,
        listen_first=one.listen_first,
        evidence=tuple(dict.fromkeys(about if about in flags else utterance for about, utterance in ids)),
    )
