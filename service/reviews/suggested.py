"""What the machine makes of a session, as far as a review shows it: flags, and a suggestion for each element.

Only the fields that are shown are read. The documents were checked when they were made, and their seals are checked
here; a strict reading of every field at every act of a coach would take longer than the act.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from pydantic import TypeAdapter

from models.records.coding import Code, Setting
from models.records.scoring import Suggestion
from service.jobs.records import Document
from service.keybroker.ports import Opened
from service.reviews.folding import Start
from service.reviews.records import ElementState, FlagState, Suggested
from service.rubrics import rubric_for


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
class _UtteranceWithCodes(_Utterance):
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class _CodingWithCodes:
    utterances: list[_UtteranceWithCodes]


@dataclass(frozen=True, slots=True)
class _Scoring:
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What there is before a coach's first act, and the ids of the utterances that the machine coded.

    ``codes``: by these ids, where they were asked for.
    """

    start: Start
    utterances: frozenset[str] = frozenset()
    codes: Mapping[str, tuple[Code, ...]] = field(default_factory=dict)


def unseen(setting: Setting) -> Machine:
    """Nothing by the machine: the elements of the setting's rubric alone."""
    elements = rubric_for(setting).elements
    return Machine(start=Start(scores=tuple(ElementState(element=one.id) for one in elements)))


def read_machine(opened: Opened, blobs: dict[str, str], setting: Setting, *, with_codes: bool = False) -> Machine:
    """Read coding and scoring. ``blobs``: blob ids by document; where one is gone by now, as if it were unseen."""
    if Document.CODING not in blobs or Document.SCORING not in blobs:
        return unseen(setting)
    utterances, codes = _coded(_content(opened, blobs[Document.CODING]), with_codes=with_codes)
    scoring = _scoring_type().validate_json(_content(opened, blobs[Document.SCORING]))
    flags = {flag.about: flag for flag in _flags(utterances)}
    scores = tuple(ElementState(element=one.element, suggested=_suggested(one, flags)) for one in scoring.suggestions)
    return Machine(
        start=Start(flags=tuple(flags.values()), scores=scores),
        utterances=frozenset(one.id for one in utterances),
        codes=codes,
    )


def _coded(document: bytes, *, with_codes: bool) -> tuple[Sequence[_Utterance], Mapping[str, tuple[Code, ...]]]:
    if not with_codes:
        return _coding_type().validate_json(document).utterances, {}
    found = _coding_type_with_codes().validate_json(document).utterances
    return found, {one.id: one.codes for one in found}


@cache
def _coding_type() -> TypeAdapter[_Coding]:
    return TypeAdapter(_Coding)


@cache
def _coding_type_with_codes() -> TypeAdapter[_CodingWithCodes]:
    return TypeAdapter(_CodingWithCodes)


@cache
def _scoring_type() -> TypeAdapter[_Scoring]:
    return TypeAdapter(_Scoring)


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
