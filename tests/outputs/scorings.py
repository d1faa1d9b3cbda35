"""Scorings for the tests of the outputs: small, without any score, and hostile."""

from __future__ import annotations

from dataclasses import replace

from models.records.coding import Setting
from models.records.provenance import Engine, Weights
from models.records.rubric import Rubric
from models.records.scoring import Evidence, Measure, NoScore, Scoring, Suggestion
from pipelines.rubrics import shipped_rubric

JUDGE = Engine(
    name="transparent-judge",
    version="1",
    weights=(Weights(name="judge.onnx", sha256="ab" * 32),),
    options={"b": "2", "a": "1"},
)
FOR = Evidence(utterance="u0001", turn=1, direction="+", indicator="EM+2", moved=0.42)
AGAINST = Evidence(utterance="u0003", turn=3, direction="-", indicator="EM-1", moved=-0.2, quote="Right")
EMPATHY = Suggestion(
    element="empathy",
    score=4,
    low=3,
    high=5,
    because="From the start at 3: about 2 pieces of evidence for empathy.",
    chances=(0.0, 0.1, 0.2, 0.5, 0.2),
    evidence=(FOR, AGAINST),
    would_change=("With one more clear piece of evidence against it, the suggestion would be 3.",),
    listen_first=True,
)


def rubric() -> Rubric:
    """The shipped rubric for direct practice."""
    return shipped_rubric(Setting.DIRECT_PRACTICE)


def none(element: str, reason: NoScore = NoScore.NOT_ENOUGH_EVIDENCE, because: str = "Too little.") -> Suggestion:
    """An element without a suggestion."""
    return Suggestion(element=element, score=None, reason=reason, because=because)


def small_scoring() -> Scoring:
    """Empathy has a score, evocation does not apply, nothing else has enough evidence; five measures, one missing."""
    others = [none(one.id) for one in rubric().elements if one.id not in ("empathy", "evocation")]
    return Scoring(
        judge=JUDGE,
        coder=Engine(name="embedded-coder", version="1"),
        rubric=rubric().ref,
        suggestions=(EMPATHY, *others, none("evocation", NoScore.NOT_APPLICABLE, "No change goal is stated.")),
        measures=(
            Measure(name="count_question", unit="count", value=1.0, low=1.0, high=2.0),
            Measure(name="percent_complex_reflections", unit="share", value=0.43, low=0.36, high=0.5),
            Measure(name="talk_share_practitioner", unit="share", value=0.6, low=0.6, high=0.6),
            Measure(name="reflection_to_question_ratio", unit="ratio", value=1.25, low=0.5, high=2.0),
            Measure(name="percent_change_talk", unit="share", value=None, reason="No change goal was stated."),
        ),
        notes=("Nobody has confirmed yet who is who.",),
        addressed=("u0002",),
        quotes_dropped=1,
    )


def hostile_scoring() -> Scoring:
    """Words that try to break out of JSON, markup and the terminal."""
    bad = '[red]x[/] \u001b[31mred\u001b[0m </script> "quoted" \u202eevil \U0001f600\nsecond line\x00'
    piece = replace(FOR, utterance=bad, indicator=bad, quote=bad + "x" * 5000)
    return replace(
        small_scoring(),
        suggestions=(replace(EMPATHY, because=bad, evidence=(piece,), would_change=(bad,)),),
        measures=(Measure(name=bad, unit=bad, value=None, reason=bad),),
        notes=(bad,),
        addressed=(bad,),
    )


def empty_scoring() -> Scoring:
    """A rubric without elements, for a session without anything."""
    return Scoring(
        judge=Engine(name="j", version="0"),
        coder=Engine(name="c", version="0"),
        rubric=rubric().ref,
        suggestions=(),
        measures=(),
    )
