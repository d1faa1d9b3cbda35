"""Scored sessions beside what a judge suggests for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.ports import Coder, Judge, Progress, no_progress
from models.records.coding import Coding
from models.records.rubric import Rubric
from models.records.scoring import Scoring
from pipelines.evaluation.scores.flagged import flagged_coding
from pipelines.labelled.records import Labelled
from pipelines.rubrics import shipped_rubric
from pipelines.scoring import circumstances_of, score_coding
from pipelines.stages.classify import classify
from pipelines.stages.score import observe, score


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One scored session, and what was suggested for it."""

    labelled: Labelled
    scoring: Scoring


def judge_flags(sessions: Sequence[Labelled], judge: Judge, rubric: Rubric | None = None) -> tuple[Judged, ...]:
    """Each session judged from the flags that people gave it: the judge alone, without measures.

    ``rubric`` None takes the one shipped for each session's setting. Raises what the stage and the judge raise.
    """
    return tuple(judge_coding(one, flagged_coding(one), judge, rubric) for one in sessions)


def judge_coding(labelled: Labelled, coding: Coding, judge: Judge, rubric: Rubric | None = None) -> Judged:
    """A session judged from evidence alone, without measures."""
    chosen = rubric or shipped_rubric(labelled.conversation.setting)
    observed = observe(coding, (), circumstances_of(labelled.conversation))
    return Judged(labelled=labelled, scoring=score(observed, chosen, judge))


def judge_text(
    sessions: Sequence[Labelled],
    coder: Coder,
    judge: Judge,
    rubric: Rubric | None = None,
    progress: Progress = no_progress,
) -> tuple[Judged, ...]:
    """Each session coded and judged from its words, as in use. Raises what coder, stages and judge raise."""
    found = []
    for number, one in enumerate(sessions, 1):
        conversation = one.conversation
        coding = classify(conversation, coder)
        chosen = rubric or shipped_rubric(conversation.setting)
        found.append(Judged(labelled=one, scoring=score_coding(coding, judge, chosen, circumstances_of(conversation))))
        progress(number / len(sessions))
    return tuple(found)
