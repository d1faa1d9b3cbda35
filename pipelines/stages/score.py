"""From a coding to its scoring: measures are taken, a judge is asked, and its answer is held to the house's rules.

Whoever the judge is: a score is a whole number from 1 to 5 within its interval, rests on utterances of the scored role
that are there, and is missing, with a reason, where the rubric says so. There is no overall number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from models.errors import BadInputError, EngineError
from models.ports import Judge, Progress, no_progress
from models.records.coding import Coding
from models.records.rubric import Element, Rubric
from models.records.scoring import (
    SCORES,
    Circumstances,
    Evidence,
    Measure,
    NoScore,
    Observed,
    Scoring,
    Suggestion,
    Verdict,
)

WORDS_A_MINUTE = 150
"""How fast people talk in a session, to reckon the length of a transcript without times."""

_MINUTE = 60_000


def observe(coding: Coding, measures: tuple[Measure, ...], circumstances: Circumstances) -> Observed:
    """A coded session with its length: from its times, else reckoned from its words."""
    spans = [circumstances.spans[one.id] for one in coding.utterances if one.id in circumstances.spans]
    words = sum(len(one.text.split()) for one in coding.utterances)
    timed = bool(spans) and len(spans) == len(coding.utterances)
    length = max(s.end_ms for s in spans) - min(s.start_ms for s in spans) if timed else 0
    return Observed(
        coding=coding,
        measures=measures,
        circumstances=circumstances,
        length_ms=length if timed else words * _MINUTE // WORDS_A_MINUTE,
        length_estimated=not timed,
    )


def score(observed: Observed, rubric: Rubric, judge: Judge, progress: Progress = no_progress) -> Scoring:
    """Suggestions and measures of a session.

    Raises BadInputError where rubric and session are of different settings, EngineError where the judge's answer
    breaks a rule, and whatever the judge raises.
    """
    if rubric.setting is not observed.coding.setting:
        raise BadInputError(
            f"The rubric {rubric.ref.id} is for {rubric.setting.value}, and this session is "
            f"{observed.coding.setting.value}. Name the rubric of the session's setting."
        )
    refused = _refusal(observed, rubric)
    verdict = _none_at_all(rubric, refused) if refused else judge.judge(observed, rubric, progress)
    _check(verdict, observed, rubric)
    return Scoring(
        judge=judge.engine,
        coder=observed.coding.engine,
        rubric=rubric.ref,
        suggestions=verdict.suggestions,
        measures=observed.measures,
        notes=(*_notes(observed, rubric, bool(refused)), *verdict.notes),
        addressed=verdict.addressed,
        quotes_dropped=verdict.quotes_dropped,
    )


def _refusal(observed: Observed, rubric: Rubric) -> str:
    """Why this session gets no suggestion at all; empty where it may be judged."""
    role = observed.coding.setting.scored_role
    said = [one for one in observed.coding.utterances if one.role is role]
    if not observed.coding.utterances:
        return "There is nothing here to judge: the transcript is empty."
    if not said:
        return f"Nobody here is known as the {role.value}, whose practice is looked at. Say who it is."
    if len(said) == len(observed.coding.utterances):
        return f"Only the {role.value} speaks here. Practice shows in a conversation; check who is who."
    if observed.length_ms < rubric.length.counts_only_ms:
        least = rubric.length.counts_only_ms / _MINUTE
        return f"The session is shorter than {least:g} minutes: too short for a score. The measures stand."
    return ""


def _none_at_all(rubric: Rubric, reason: str) -> Verdict:
    return Verdict(
        suggestions=tuple(
            Suggestion(element=one.id, score=None, reason=NoScore.NOT_ENOUGH_EVIDENCE, because=reason)
            for one in rubric.elements
        )
    )


def _notes(observed: Observed, rubric: Rubric, refused: bool) -> Iterator[str]:
    circumstances = observed.circumstances
    minutes = observed.length_ms / _MINUTE
    reckoned = ", reckoned from the number of words" if observed.length_estimated else ""
    if not refused and observed.length_ms < rubric.length.warn_ms:
        yield (
            f"This is a short session of about {max(1, round(minutes))} minutes{reckoned}: what is missing here may "
            "only have had no time. Take the suggestions with care."
        )
    if not circumstances.roles_checked:
        yield "Nobody has confirmed yet who is who. A line given to the wrong person changes a score."
    if circumstances.interpreter:
        yield "An interpreter took part: the exact wording and the depth of reflections cannot be relied on."


def _check(verdict: Verdict, observed: Observed, rubric: Rubric) -> None:
    """Raises EngineError where the verdict is not one for this session and rubric."""
    if [one.element for one in verdict.suggestions] != [element.id for element in rubric.elements]:
        raise EngineError("The judge's suggestions are not the rubric's elements in order. Please report it.")
    role = observed.coding.setting.scored_role
    said = {one.id: one for one in observed.coding.utterances if one.role is role}
    for suggestion, element in zip(verdict.suggestions, rubric.elements, strict=True):
        if fault := _fault(suggestion, element, observed):
            raise EngineError(f"The judge's suggestion for {element.id} {fault}. Please report it.")
        for evidence in suggestion.evidence:
            spoken = said.get(evidence.utterance)
            if spoken is None or evidence.quote not in spoken.text or evidence.direction not in ("+", "-"):
                raise EngineError(f"The judge's evidence for {element.id} is not in the transcript. Please report it.")


def _fault(suggestion: Suggestion, element: Element, observed: Observed) -> str:
    if suggestion.score is None:
        return "has neither a score nor a reason" if suggestion.reason is None else ""
    low, high = suggestion.low, suggestion.high
    if suggestion.score not in SCORES or low is None or high is None or not 1 <= low <= suggestion.score <= high <= 5:
        return "is not a score from 1 to 5 within its interval"
    if suggestion.reason is not None or not suggestion.evidence:
        return "has a score and no evidence, or a reason for none"
    if element.needs_change_goal and observed.coding.change_goal is None:
        return "has a score though no change goal is stated"
    return ""


def quoted(evidence: Evidence, coding: Coding) -> Evidence:
    """The same evidence with the utterance's own words as its quote, where it has none."""
    texts = {one.id: one.text for one in coding.utterances}
    return evidence if evidence.quote else replace(evidence, quote=texts[evidence.utterance])
