"""Codes and scores for the sessions of the tests: with flags, hostile, without a practitioner."""

from __future__ import annotations

from dataclasses import replace

from models.records.coding import CodedUtterance, Coding, Flag, Off, Setting
from models.records.provenance import Engine
from models.records.rubric import Rubric
from models.records.scoring import Evidence, Measure, NoScore, Scoring, Suggestion
from models.records.session import Session
from models.records.speech import Role
from pipelines.outputs.practice_view import Practice
from pipelines.rubrics import shipped_rubric

CODER = Engine(name="fake-coder", version="7")
JUDGE = Engine(name="fake-judge", version="3")
RUBRIC = shipped_rubric(Setting.DIRECT_PRACTICE)
NOBODY = "Nobody here is known as the practitioner, whose practice is looked at. Say who it is."
TOO_LITTLE = "Hardly anything here was clearly for or against evocation."

EMPATHY = Suggestion(
    element="empathy",
    score=4,
    low=3,
    high=5,
    because="From the start at 3: about 2 pieces of evidence for empathy.",
    chances=(0.0, 0.05, 0.25, 0.5, 0.2),
    evidence=(
        Evidence(utterance="u0002", turn=3, direction="+", indicator="EM+1", moved=0.52, quote="it still goes wrong"),
        Evidence(utterance="u0000", turn=1, direction="-", indicator="EM-1", moved=-0.31),
    ),
    would_change=("With one more clear piece of evidence against it, the suggestion would be 3.",),
    listen_first=True,
)
EVOCATION = Suggestion(element="evocation", score=None, reason=NoScore.NOT_ENOUGH_EVIDENCE, because=TOO_LITTLE)
MEASURES = (
    Measure(name="count_question", unit="count", value=5.0, low=4.0, high=6.0),
    Measure(name="reflection_to_question_ratio", unit="ratio", value=0.62, low=0.3, high=1.04),
    Measure(name="talk_share_practitioner", unit="share", value=0.6),
    Measure(name="longest_monologue", unit="seconds", value=65.0, low=65.0, high=65.0),
    Measure(name="count_affirm", unit="count", value=None, reason="The coder does not state affirm."),
    Measure(name="mi_adherent_total", unit="count", value=None, reason="The coder does not state affirm."),
    Measure(name="percent_change_talk", unit="share", value=None, reason="No change goal is stated."),
)


def small_practice(session: Session) -> Practice:
    """Flags on the first and third utterance; empathy has a score, evocation has none, the others are plain 3s."""
    flags = {
        "u0000": (
            Flag(element="evocation", direction="+", indicator="EV+1", probability=0.83),
            Flag(element="empathy", direction="-", indicator="EM-1", probability=0.62),
        ),
        "u0002": (Flag(element="empathy", direction="+", indicator="EM+1", probability=0.997),),
    }
    suggestions = tuple(
        {"empathy": EMPATHY, "evocation": EVOCATION}.get(one.id) or _plain(one.id) for one in RUBRIC.elements
    )
    return Practice(
        coding=_coding(session, flags, off=(Off(name="autonomy-", reason="Too unreliable when it was measured."),)),
        scoring=_scoring(suggestions, notes=("Nobody has confirmed yet who is who.",)),
        rubric=RUBRIC,
    )


def flagged_everywhere(session: Session) -> Practice:
    """A flag on every utterance of the practitioner, for and against by turns."""
    small = small_practice(session)
    flags = {
        one.id: (Flag(element="empathy", direction="+-"[number % 4 // 2], indicator="EM+1", probability=0.7),)
        for number, one in enumerate(session.utterances)
        if one.role is Role.PRACTITIONER
    }
    return replace(small, coding=_coding(session, flags))


def without_practitioner(session: Session) -> Practice:
    """Nobody is known to be the practitioner, so no element has a suggestion, all for one reason."""
    refused = tuple(
        Suggestion(element=one.id, score=None, reason=NoScore.NOT_ENOUGH_EVIDENCE, because=NOBODY)
        for one in RUBRIC.elements
    )
    return Practice(coding=_coding(session, {}), scoring=_scoring(refused), rubric=RUBRIC)


def hostile_practice(session: Session) -> Practice:
    """Quotes, reasons, names and ids that try to break out of the page."""
    bad = "</script><img src=x onerror=alert(1)> --> {{ 7 * 7 }} \"' \u202eevil\u2028"
    first = session.utterances[0]
    evidence = Evidence(utterance=first.id, turn=1, direction="+", indicator=bad, moved=1.0, quote=bad)
    lost = Evidence(utterance="nowhere", turn=9, direction="-", indicator="EM-1", moved=-1.0, quote=bad)
    wild = Suggestion(
        element="empathy", score=2, low=1, high=4, because=bad, evidence=(evidence, lost), would_change=(bad,)
    )
    suggestions = tuple(wild if one.id == "empathy" else _plain(one.id) for one in RUBRIC.elements)
    flags = {first.id: (Flag(element=bad, direction="+", indicator=bad, probability=0.5),)}
    engine = Engine(name="<i>judge</i>", version="</style>")
    scoring = replace(
        _scoring(suggestions, notes=(bad,)), judge=engine, addressed=(first.id, "nowhere"), quotes_dropped=2
    )
    return Practice(
        coding=_coding(session, flags, off=(Off(name=bad, reason=bad),)), scoring=scoring, rubric=_bad_rubric(bad)
    )


def _bad_rubric(bad: str) -> Rubric:
    elements = tuple(replace(one, name=bad, question=bad, limits=bad) for one in RUBRIC.elements)
    factors = tuple(replace(one, name=bad) for one in RUBRIC.factors)
    return replace(RUBRIC, name=bad, warning=bad, labels=(bad,) * 5, elements=elements, factors=factors)


def _plain(element: str) -> Suggestion:
    evidence = Evidence(utterance="u0000", turn=1, direction="+", indicator="", moved=0.01)
    return Suggestion(element=element, score=3, low=3, high=3, because="Mixed.", evidence=(evidence,))


def _coding(session: Session, flags: dict[str, tuple[Flag, ...]], off: tuple[Off, ...] = ()) -> Coding:
    utterances = tuple(
        CodedUtterance(
            id=one.id, turn=turn, speaker=one.speaker, role=one.role, text=one.text, flags=flags.get(one.id, ())
        )
        for turn, one in enumerate(session.utterances, 1)
    )
    return Coding(
        engine=CODER, setting=Setting.DIRECT_PRACTICE, change_goal="calmer mornings", utterances=utterances, off=off
    )


def _scoring(suggestions: tuple[Suggestion, ...], notes: tuple[str, ...] = ()) -> Scoring:
    return Scoring(judge=JUDGE, coder=JUDGE, rubric=RUBRIC.ref, suggestions=suggestions, measures=MEASURES, notes=notes)
