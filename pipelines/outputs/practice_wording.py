"""Plain words for suggestions, evidence and measures, as the report and the terminal say them."""

from __future__ import annotations

from models.records.provenance import Engine
from models.records.rubric import Element, Rubric
from models.records.scoring import Evidence, Measure, NoScore, Scoring, Suggestion
from pipelines.outputs.wording import length, one_line, percent

SUGGESTION_NOTICE = (
    "Scores, codes and flags are a machine's suggestions. Each is for a person to confirm, change or reject, and there "
    "is no overall score."
)

DIRECTIONS = {"+": "for", "-": "against"}
"""Evidence for or against an element, in a word."""

SIGNS = {"+": "+", "-": "\N{MINUS SIGN}"}

_REASONS = {
    NoScore.NOT_APPLICABLE: "Not applicable",
    NoScore.NOT_ENOUGH_EVIDENCE: "Not enough evidence",
    NoScore.NO_ANSWER: "The judge gave no answer",
}

_STATUS = {"draft_unvalidated": "a draft that has not been validated"}
_LEAST_MOVED = 0.05
"""Points of the scale; a smaller push is not told."""


def score_label(suggestion: Suggestion, rubric: Rubric) -> str:
    """What a suggested score means by the rubric ("Clearly present"); empty where there is none."""
    return rubric.labels[suggestion.score - 1] if suggestion.score is not None else ""


def interval_phrase(suggestion: Suggestion) -> str:
    """How sure a suggestion is, such as "likely 3 to 5"; empty where there is none."""
    if suggestion.score is None:
        return ""
    low, high = suggestion.low, suggestion.high
    return f"likely {low}" if low == high else f"likely {low} to {high}"


def reason_phrase(suggestion: Suggestion) -> str:
    """Why there is no suggested score, in a few words; empty where there is one."""
    return _REASONS[suggestion.reason] if suggestion.reason is not None else ""


def indicator_text(element: Element | None, indicator: str) -> str:
    """What an indicator looks for, in the rubric's words; its id where the rubric does not have it."""
    if element is not None:
        for one in (*element.indicators_for, *element.indicators_against):
            if one.id == indicator:
                return one_line(one.text)
    return one_line(indicator)


def likely_phrase(probability: float) -> str:
    """How likely a flag is, such as "83% likely"; nothing is ever called certain."""
    return f"{'over 99%' if probability >= 0.995 else percent(probability)} likely"


def moved_phrase(evidence: Evidence) -> str:
    """How far a piece of evidence moved the suggestion; empty where that is next to nothing."""
    if abs(evidence.moved) < _LEAST_MOVED:
        return ""
    return f"moved it {'up' if evidence.moved > 0 else 'down'} by {abs(evidence.moved):.1f}"


def measure_value(measure: Measure, value: float | None) -> str:
    """A value of a measure with its unit: "12", "34%", "0.8", "1 minute 5 seconds", "120 words"; "" for None."""
    if value is None:
        return ""
    match measure.unit:
        case "share":
            return percent(value)
        case "ratio":
            return f"{value:.1f}"
        case "seconds":
            return length(round(value * 1000))
        case "words":
            return f"{value:.0f} words"
        case _:
            return f"{value:.0f}"


def measure_interval(measure: Measure) -> str:
    """The interval of a measure, such as "9 to 14"; "exact" where both ends are the value, "" where none is known."""
    if measure.low is None or measure.high is None:
        return ""
    low, high = measure_value(measure, measure.low), measure_value(measure, measure.high)
    return low if low == high else f"{low} to {high}"


def rubric_phrase(rubric: Rubric) -> str:
    """Which rubric, in which version, and what it is worth."""
    name = one_line(rubric.name) or one_line(rubric.ref.id)
    status = _STATUS.get(rubric.ref.status, one_line(rubric.ref.status).replace("_", " "))
    return f"Rubric: {name} ({one_line(rubric.ref.id)}, version {one_line(rubric.ref.version)}), {status}."


def engine_phrase(what: str, engine: Engine) -> str:
    """One sentence such as "Scores suggested by transparent-judge 1."."""
    return f"{what} by {one_line(engine.name)} {one_line(engine.version)}."


def summary_phrase(scoring: Scoring, rubric: Rubric) -> str:
    """The suggestions in a few lines of text, for a terminal."""
    names = {element.id: one_line(element.name) for element in rubric.elements}
    told = [
        f"{names[one.element]} {one.score} ({interval_phrase(one)})"
        for one in scoring.suggestions
        if one.score is not None
    ]
    without = len(scoring.suggestions) - len(told)
    status = "draft rubric" if rubric.ref.status.startswith("draft") else "rubric"
    head = f"Suggested by a {status}, for a person to confirm"
    if not told:
        return f"{head}: no scores. {_why_none(scoring)}"
    rest = f" No suggestion for {without} of {len(scoring.suggestions)} elements." if without else ""
    return f"{head}: {', '.join(told)}.{rest}"


def _why_none(scoring: Scoring) -> str:
    reasons = list(dict.fromkeys(one.because for one in scoring.suggestions))
    return one_line(reasons[0]) if len(reasons) == 1 else "The report says why for each element."
