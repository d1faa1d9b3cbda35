"""Plain words for what a scoring holds (suggestions, intervals, evidence, measures), the same in every output."""

from __future__ import annotations

from models.records.rubric import Indicator, Rubric
from models.records.scoring import Evidence, Measure, NoScore, Suggestion
from pipelines.outputs.wording import one_line, percent
from pipelines.stages.measuring.kinds import MEASURES, MeasureKind

SUGGESTION_NOTICE = (
    "Every score here is a suggestion for a person to confirm, change or reject; nobody has decided anything yet, and "
    "there is no overall score. What it rests on was learned from invented and demonstration talk and has not been "
    "validated on social work: it can be wrong in any part."
)

VALIDATED = "validated_locally"
"""The status of a rubric once people's agreement with it has been measured; everything else is a draft."""

_REASONS = {
    NoScore.NOT_APPLICABLE: "does not apply to this session",
    NoScore.NOT_ENOUGH_EVIDENCE: "not enough evidence",
    NoScore.NO_ANSWER: "the judge gave no answer that can be used",
}
DIRECTIONS = {"+": "for", "-": "against"}
"""Evidence for or against an element, in a word."""

_KINDS = {kind.name: kind for kind in MEASURES}
_UNITS = {"count": "times", "ratio": "", "seconds": "seconds", "words": "words"}
_IN_A_ROW = "longest_question_run"
_NOT_STATED = "The coder does not state "


def score_phrase(suggestion: Suggestion, rubric: Rubric) -> str:
    """Such as "suggested 3, Mixed or neutral"; "no suggestion" where there is none."""
    if suggestion.score is None:
        return "no suggestion"
    return f"suggested {suggestion.score}, {one_line(rubric.labels[suggestion.score - 1])}"


def interval_phrase(suggestion: Suggestion) -> str:
    """Such as "likely 2 to 4", by an 80% interval; empty where there is no suggestion."""
    low, high = suggestion.low, suggestion.high
    if suggestion.score is None or low is None or high is None:
        return ""
    return f"likely {low}" if low == high else f"likely {low} to {high}"


def reason_phrase(suggestion: Suggestion) -> str:
    """Why there is no suggestion, in a few words; empty where there is one. ``because`` says more."""
    return "" if suggestion.reason is None else _REASONS[suggestion.reason]


def evidence_phrase(evidence: Evidence, rubric: Rubric) -> str:
    """Such as "for: Asks what it was like, not only what happened (EM+3)"; the direction where no more is known."""
    direction = DIRECTIONS.get(evidence.direction, evidence.direction)
    known = _indicators(rubric).get(evidence.indicator)
    if known is None:
        return f"{direction} ({one_line(evidence.indicator)})" if evidence.indicator else direction
    return f"{direction}: {one_line(known.text)} ({known.id})"


def measure_title(name: str) -> str:
    """A measure's name for reading."""
    return _KINDS[name].title if name in _KINDS else one_line(name).replace("_", " ").capitalize()


def measure_phrase(measure: Measure) -> str:
    """Such as "43% of reflections [36% to 50%]", without its title; "not available" where there is no value.

    The interval is the coder's doubt; a measure that rests on times and words alone is given without one.
    """
    if measure.value is None:
        return "not available"
    kind = _KINDS.get(measure.name)
    words = " ".join(part for part in (_number(measure, measure.value), _unit(measure, kind)) if part)
    if measure.low is None or measure.high is None or (kind is not None and not kind.from_codes):
        return words
    return f"{words} [{_number(measure, measure.low)} to {_number(measure, measure.high)}]"


def missing_phrase(measure: Measure) -> str:
    """Why a measure has no value; without the figures of the coder's own reliability, which the document keeps."""
    reason = one_line(measure.reason)
    return f"{reason.split('. ')[0].rstrip('.')}." if reason.startswith(_NOT_STATED) else reason


def rubric_phrase(rubric: Rubric) -> str:
    """The rubric's name and version, such as "Direct practice, version 1"."""
    return f"{one_line(rubric.name) or rubric.ref.id}, version {rubric.ref.version}"


def rubric_notice(rubric: Rubric) -> str:
    """What the rubric is worth, and its own warning if it has one."""
    if rubric.ref.status == VALIDATED:
        state = f"The rubric ({rubric_phrase(rubric)}) has been validated locally."
    else:
        state = f"The rubric ({rubric_phrase(rubric)}) is a draft that has not been validated."
    return " ".join(part for part in (state, one_line(rubric.warning)) if part)


def _indicators(rubric: Rubric) -> dict[str, Indicator]:
    return {
        one.id: one for element in rubric.elements for one in (*element.indicators_for, *element.indicators_against)
    }


def _number(measure: Measure, value: float) -> str:
    if measure.unit == "share":
        return percent(value)
    return f"{value:.1f}" if measure.unit == "ratio" else f"{round(value, 1):g}"


def _unit(measure: Measure, kind: MeasureKind | None) -> str:
    if measure.unit == "share":
        return f"of {kind.per}" if kind is not None and kind.per else "of all"
    if measure.name == _IN_A_ROW:
        return "in a row"
    words = _UNITS.get(measure.unit, measure.unit)
    return words.removesuffix("s") if _number(measure, measure.value or 0) == "1" else words
