"""A conversation, coded and scored: what `practice score`, an analysis and an evaluation have in common."""

from __future__ import annotations

from dataclasses import dataclass

from models.ports import Coder, Judge, Progress, no_progress
from models.records.coding import Coding, Conversation
from models.records.rubric import Rubric
from models.records.scoring import Circumstances, Scoring
from models.records.speech import Role
from pipelines.rubrics import shipped_rubric
from pipelines.stages.classify import classify
from pipelines.stages.measures import measures
from pipelines.stages.score import observe, score
from pipelines.time_use import time_use_of, told_apart

_CODING = 0.9
"""The share of the work that the coder takes, as far as progress is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A conversation with all that was made of it."""

    conversation: Conversation
    coding: Coding
    scoring: Scoring
    rubric: Rubric


def score_conversation(
    conversation: Conversation,
    coder: Coder,
    judge: Judge,
    rubric: Rubric | None = None,
    circumstances: Circumstances | None = None,
    progress: Progress = no_progress,
) -> Scored:
    """Code a conversation and suggest scores; ``rubric`` None takes the one shipped for its setting.

    Raises what the coder, the judge and the stages raise.
    """
    chosen = rubric or shipped_rubric(conversation.setting)
    coding = classify(conversation, coder, lambda part: progress(_CODING * part))
    around = circumstances or circumstances_of(conversation)
    scoring = score_coding(coding, judge, chosen, around, lambda part: progress(_CODING + (1 - _CODING) * part))
    progress(1.0)
    return Scored(conversation=conversation, coding=coding, scoring=scoring, rubric=chosen)


def score_coding(
    coding: Coding, judge: Judge, rubric: Rubric, circumstances: Circumstances, progress: Progress = no_progress
) -> Scoring:
    """Measures and suggestions of a session that is coded already."""
    found = told_apart(measures(coding, circumstances, time_use_of(coding)))
    return score(observe(coding, found, circumstances), rubric, judge, progress)


def circumstances_of(
    conversation: Conversation, *, legal_status: str | None = None, purpose: str | None = None, checked: bool = False
) -> Circumstances:
    """What the lines themselves say of the circumstances: their times, and whether an interpreter took part."""
    return Circumstances(
        spans={line.id: line.span for line in conversation.lines if line.span is not None},
        legal_status=legal_status,
        purpose=purpose,
        interpreter=any(line.role is Role.INTERPRETER for line in conversation.lines),
        roles_checked=checked,
    )
