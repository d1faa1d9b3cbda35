"""Sessions by their evidence alone: which utterance is how likely a piece of what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.coder.labels import evidence_of
from models.records.coding import CodedUtterance, Coding, Setting
from models.records.provenance import Engine
from models.records.rubric import Element
from models.records.scoring import Circumstances, Observed, Suggestion
from models.records.speech import Role
from pipelines.judges.transparent import TransparentJudge
from pipelines.rubrics import shipped_rubric
from pipelines.stages.score import observe

WORDS = "ten words of talk that say nothing much at all"
TURNS = 60
"""With ten words each, a session of the usual length: `pipelines.judges.tally.USUAL_WORDS`."""

Pieces = Mapping[int, Mapping[str, float]]


def coding(
    pieces: Pieces | None = None,
    *,
    turns: int = TURNS,
    goal: str | None = "home by nine",
    setting: Setting = Setting.DIRECT_PRACTICE,
) -> Coding:
    """Worker and parent by turns. ``pieces``: the number of the worker's utterance -> evidence -> probability."""
    held = pieces or {}
    utterances = []
    for number in range(turns):
        evidence = dict.fromkeys(evidence_of(setting), 0.0) | dict(held.get(number, {}))
        utterances.append(_said(2 * number + 1, setting.scored_role, evidence))
        utterances.append(_said(2 * number + 2, Role.PARENT_OR_CARER, {}))
    return Coding(
        engine=Engine(name="made-by-hand", version="1"),
        setting=setting,
        change_goal=goal,
        utterances=tuple(utterances),
    )


def _said(turn: int, role: Role, evidence: dict[str, float]) -> CodedUtterance:
    return CodedUtterance(
        id=f"u{turn:04d}",
        turn=turn,
        speaker=role.value,
        role=role,
        text=WORDS,
        evidence=evidence,
        indicators={name: "X1" for name, chance in evidence.items() if chance},
    )


def even(evidence: str, chances: Sequence[float], first: int = 0) -> dict[int, dict[str, float]]:
    """One piece of this evidence in each of the worker's utterances from a first one on."""
    return {first + number: {evidence: chance} for number, chance in enumerate(chances)}


def observed(held: Coding) -> Observed:
    """Ready to be judged."""
    return observe(held, (), Circumstances())


def suggestion(held: Coding, element: str = "empathy", judge: TransparentJudge | None = None) -> Suggestion:
    """What the transparent judge suggests for one element."""
    verdict = (judge or TransparentJudge()).judge(observed(held), shipped_rubric(held.setting))
    return next(one for one in verdict.suggestions if one.element == element)


def element(name: str = "empathy") -> Element:
    """One of the shipped rubric's elements."""
    return shipped_rubric(Setting.DIRECT_PRACTICE).element(name)


def mean(one: Suggestion) -> float:
    """The mean of the chances."""
    return sum(score * chance for score, chance in enumerate(one.chances, 1))
