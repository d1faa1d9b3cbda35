"""What the report shows of practice, worked out before it is drawn: flags, elements, moments, measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.records.coding import Coding, Flag
from models.records.rubric import Element, Rubric
from models.records.scoring import Evidence, Measure, Scoring, Suggestion
from pipelines.outputs import practice_wording as words
from pipelines.outputs.coding_wording import SUGGESTION_NOTICE, element_name, off_phrase
from pipelines.outputs.report_view import Line
from pipelines.outputs.scoring_wording import missing_phrase
from pipelines.outputs.wording import one_line
from pipelines.stages.measures import MEASURES


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """What a machine made of a session's words: its codes and flags, and suggestions by a rubric."""

    coding: Coding
    scoring: Scoring
    rubric: Rubric


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagShown:
    """A flag beside its utterance. ``place`` numbers the element; with the sign it is the key of the filter."""

    place: int
    name: str
    sign: str
    word: str
    indicator: str
    likely: str

    @property
    def key(self) -> str:
        """The element's place and the direction, such as "3+" or "0-"."""
        return f"{self.place}{'+' if self.sign == '+' else '-'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A piece of evidence. ``line`` is its utterance's number on the page, None where the page does not have it."""

    anchor: str
    line: int | None
    time: str
    sign: str
    word: str
    quote: str
    indicator: str
    moved: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementShown:
    """One element with its suggestion, or with why there is none. ``flags`` are numbers of flags for and against."""

    place: int
    name: str
    question: str
    suggestion: Suggestion
    label: str
    likely: str
    none: str
    because: str
    listen: str
    moments: tuple[Moment, ...]
    would_change: tuple[str, ...]
    flags: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorShown:
    """Elements that belong together."""

    name: str
    elements: tuple[ElementShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureShown:
    """A measure that has a value."""

    title: str
    explanation: str
    value: str
    interval: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Measures that are not available, for one and the same reason."""

    reason: str
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeView:
    """Everything on the page that follows from codes and scores.

    ``nothing`` says why no element at all has a suggestion, where one reason holds for all. ``flags`` are by the
    utterance's id. ``addressed`` are utterances that speak to the machine. ``choices`` are the elements of the filter.
    """

    factors: tuple[FactorShown, ...]
    nothing: str
    flags: Mapping[str, tuple[FlagShown, ...]]
    choices: tuple[tuple[int, str], ...]
    measures: tuple[MeasureShown, ...]
    missing: tuple[Missing, ...]
    notes: tuple[str, ...]
    addressed: tuple[Line, ...]
    warning: str
    made: tuple[str, ...]
    off: tuple[str, ...]

    @property
    def flagged(self) -> int:
        """How many utterances carry a flag."""
        return len(self.flags)


def practice_view(practice: Practice, lines: Sequence[Line]) -> PracticeView:
    """Arrange codes and scores for the page; ``lines`` are the utterances in the page's order."""
    coding, scoring, rubric = practice.coding, practice.scoring, practice.rubric
    shelf = _Shelf(practice, lines)
    return PracticeView(
        factors=tuple(_factors(shelf)),
        nothing=_nothing(scoring),
        flags={one.id: tuple(shelf.flag(f) for f in one.flags) for one in coding.utterances if one.flags},
        choices=tuple((place, shelf.name(element)) for element, place in shelf.places.items()),
        measures=tuple(_measures(scoring.measures)),
        missing=_missing(scoring.measures),
        notes=tuple(_notes(scoring)),
        addressed=tuple(shelf.lines[name][1] for name in scoring.addressed if name in shelf.lines),
        warning=one_line(rubric.warning),
        made=(
            words.rubric_phrase(rubric),
            words.engine_phrase("Scores suggested", scoring.judge),
            words.engine_phrase("Utterances marked", coding.engine),
            SUGGESTION_NOTICE,
        ),
        off=tuple(one_line(off_phrase(one)) for one in coding.off),
    )


class _Shelf:
    """Where things are: elements by id, their places, utterances by id."""

    def __init__(self, practice: Practice, lines: Sequence[Line]) -> None:
        self.practice = practice
        self.elements = {element.id: element for element in practice.rubric.elements}
        flagged = [flag.element for one in practice.coding.utterances for flag in one.flags]
        self.places = {name: place for place, name in enumerate(dict.fromkeys([*self.elements, *flagged]))}
        self.lines = {line.utterance.id: (number, line) for number, line in enumerate(lines)}
        self.counts = Counter((f.element, f.direction) for one in practice.coding.utterances for f in one.flags)

    def name(self, element: str) -> str:
        known = self.elements.get(element)
        return one_line(known.name if known else element_name(element))

    def flag(self, flag: Flag) -> FlagShown:
        return FlagShown(
            place=self.places[flag.element],
            name=self.name(flag.element),
            sign=words.SIGNS[flag.direction],
            word=words.DIRECTIONS[flag.direction],
            indicator=words.indicator_text(self.elements.get(flag.element), flag.indicator),
            likely=words.likely_phrase(flag.probability),
        )

    def moment(self, evidence: Evidence, element: Element) -> Moment:
        number, line = self.lines.get(evidence.utterance, (None, None))
        return Moment(
            anchor=line.anchor if line else "",
            line=number,
            time=line.time if line else "",
            sign=words.SIGNS[evidence.direction],
            word=words.DIRECTIONS[evidence.direction],
            quote=one_line(evidence.quote or (line.utterance.text if line else "")),
            indicator=words.indicator_text(element, evidence.indicator),
            moved=words.moved_phrase(evidence),
        )


def _factors(shelf: _Shelf) -> Iterator[FactorShown]:
    suggestions = {one.element: one for one in shelf.practice.scoring.suggestions}
    for factor in shelf.practice.rubric.factors:
        shown = [_element(shelf, shelf.elements[name], suggestions[name]) for name in factor.elements]
        yield FactorShown(name=one_line(factor.name), elements=tuple(shown))


def _element(shelf: _Shelf, element: Element, suggestion: Suggestion) -> ElementShown:
    return ElementShown(
        place=shelf.places[element.id],
        name=shelf.name(element.id),
        question=one_line(element.question),
        suggestion=suggestion,
        label=one_line(words.score_label(suggestion, shelf.practice.rubric)),
        likely=words.interval_phrase(suggestion),
        none=words.reason_phrase(suggestion),
        because=one_line(suggestion.because),
        listen=one_line(element.limits) if suggestion.listen_first else "",
        moments=tuple(shelf.moment(one, element) for one in suggestion.evidence),
        would_change=tuple(one_line(one) for one in suggestion.would_change),
        flags=(shelf.counts[element.id, "+"], shelf.counts[element.id, "-"]),
    )


def _nothing(scoring: Scoring) -> str:
    """The one reason why no element has a suggestion; empty where some have, or where the reasons differ."""
    reasons = {one.because for one in scoring.suggestions}
    nobody = all(one.score is None for one in scoring.suggestions)
    return one_line(reasons.pop()) if nobody and len(reasons) == 1 else ""


def _measures(measures: Sequence[Measure]) -> Iterator[MeasureShown]:
    kinds = {kind.name: kind for kind in MEASURES}
    for one in measures:
        if one.value is None:
            continue
        kind = kinds.get(one.name)
        yield MeasureShown(
            title=kind.title if kind else one_line(one.name).replace("_", " ").capitalize(),
            explanation=kind.explanation if kind else "",
            value=words.measure_value(one, one.value),
            interval=words.measure_interval(one),
        )


def _missing(measures: Sequence[Measure]) -> tuple[Missing, ...]:
    titles = {kind.name: kind.title for kind in MEASURES}
    grouped: dict[str, list[str]] = {}
    for one in measures:
        if one.value is None:
            grouped.setdefault(missing_phrase(one), []).append(titles.get(one.name, one_line(one.name)))
    return tuple(Missing(reason=reason, titles=tuple(names)) for reason, names in grouped.items())


def _notes(scoring: Scoring) -> Iterator[str]:
    yield from (one_line(note) for note in scoring.notes)
    if scoring.quotes_dropped:
        dropped = scoring.quotes_dropped
        were = "quote was" if dropped == 1 else "quotes were"
        yield f"{dropped} {were} not in the transcript and have been dropped."
