"""A scoring as ``scoring.json`` and back. docs/scoring-json.md explains every field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from models.errors import BadInputError
from models.records.provenance import Engine
from models.records.rubric import RubricRef
from models.records.scoring import SCORES, Measure, Scoring, Suggestion
from pipelines.outputs.strict_json import StrictJson

SCORING_VERSION = "1.0"


class ScoringDocumentError(BadInputError):
    """This is not a scoring.json that this program can read. Write it again with `practice score`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureValue:
    """One measure as the document holds it, under its name."""

    value: float | None
    low: float | None
    high: float | None
    unit: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringDocument:
    """The document, its fields in the order in which they are written."""

    suggestions: tuple[Suggestion, ...]
    measures: dict[str, MeasureValue]
    notes: tuple[str, ...]
    addressed: tuple[str, ...]
    quotes_dropped: int
    judge: Engine
    coder: Engine
    rubric: RubricRef
    schema_version: str


@cache
def scoring_type() -> TypeAdapter[ScoringDocument]:
    """What checks and writes scorings; built once."""
    return TypeAdapter(ScoringDocument)


def scoring_json(scoring: Scoring) -> str:
    """The document: fields in the order of the records, options by name, two blanks a level, a line end at the end.

    The same scoring always gives the same text. Characters stand for themselves (UTF-8).
    """
    document = ScoringDocument(
        suggestions=scoring.suggestions,
        measures={one.name: _value(one) for one in scoring.measures},
        notes=scoring.notes,
        addressed=scoring.addressed,
        quotes_dropped=scoring.quotes_dropped,
        judge=_ordered(scoring.judge),
        coder=_ordered(scoring.coder),
        rubric=scoring.rubric,
        schema_version=SCORING_VERSION,
    )
    return scoring_type().dump_json(document, indent=2).decode("utf-8") + "\n"


def read_scoring(path: Path) -> Scoring:
    """Read what `scoring_json` wrote; a score that is none of the scale is refused.

    Raises ScoringDocumentError that names the place in the document, and never repeats what stands there.
    """
    try:
        content = path.read_bytes()
    except OSError as refused:
        raise ScoringDocumentError(f"{path.name} cannot be opened. Check the name and the folder.") from refused
    return scoring_of(content, path.name)


def scoring_of(content: str | bytes, file: str) -> Scoring:
    """Read what `scoring_json` wrote; ``file`` is what errors call it. Raises ScoringDocumentError."""
    strict = StrictJson(
        file=file,
        kind=scoring_type(),
        version=SCORING_VERSION,
        again="Score the session again with this version.",
        error=ScoringDocumentError,
    )
    document = strict.read(content)
    _check(document, file)
    return Scoring(
        judge=document.judge,
        coder=document.coder,
        rubric=document.rubric,
        suggestions=document.suggestions,
        measures=tuple(_measure(name, one) for name, one in document.measures.items()),
        notes=document.notes,
        addressed=document.addressed,
        quotes_dropped=document.quotes_dropped,
    )


def _check(document: ScoringDocument, file: str) -> None:
    """Raises ScoringDocumentError where a score cannot be, or stands with a reason for having none, or without both."""
    for number, one in enumerate(document.suggestions):
        scores = {"score": one.score, "low": one.low, "high": one.high}
        for field, score in scores.items():
            if score is not None and score not in SCORES:
                raise ScoringDocumentError(
                    f"{file}: suggestions[{number}].{field}: must be a whole number from 1 to 5."
                )
        if (one.score is None) == (one.reason is None):
            raise ScoringDocumentError(f"{file}: suggestions[{number}]: needs a score or a reason for none, not both.")


def _ordered(engine: Engine) -> Engine:
    """The engine with its options in the order of their names."""
    return replace(engine, options=dict(sorted(engine.options.items())))


def _value(measure: Measure) -> MeasureValue:
    return MeasureValue(
        value=measure.value, low=measure.low, high=measure.high, unit=measure.unit, reason=measure.reason
    )


def _measure(name: str, one: MeasureValue) -> Measure:
    return Measure(name=name, unit=one.unit, value=one.value, low=one.low, high=one.high, reason=one.reason)
