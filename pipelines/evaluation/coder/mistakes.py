"""The most confident mistakes with the lines around them. They hold speech: for a person to read, never for a log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest

from models.coder.labels import HEADS, evidence_of
from models.records.coding import CodedUtterance, Line, Setting
from pipelines.evaluation.coder.coded import Coded, CodedSet
from pipelines.evaluation.coder.head_samples import answer_of
from pipelines.labelled.records import Gold

BEFORE, AFTER = 2, 1
FLAGS = "flags"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One wrong answer. ``probability`` is what the coder gave the wrong side; ``lines[at]`` is the line itself."""

    conversation: str
    task: str
    expected: str
    given: str
    probability: float
    lines: tuple[Line, ...]
    at: int


def mistakes(coded: CodedSet, count: int) -> tuple[Mistake, ...]:
    """Up to ``count`` mistakes, the most confident of each head and of the flags in turn."""
    by_task: dict[str, list[Mistake]] = {}
    for one in coded.conversations:
        for number, (_, gold, utterance) in enumerate(one.lines):
            for mistake in _of_line(one, number, gold, utterance):
                by_task.setdefault(mistake.task, []).append(mistake)
    ranked = [sorted(by_task[task], key=lambda one: -one.probability) for task in sorted(by_task)]
    in_turn = [one for one in chain.from_iterable(zip_longest(*ranked)) if one is not None]
    return tuple(in_turn[:count])


def _of_line(one: Coded, number: int, gold: Gold, utterance: CodedUtterance) -> Iterator[Mistake]:
    found = chain(_heads(gold, utterance), _flags(gold, utterance, one.setting))
    lines = one.labelled.conversation.lines
    first = max(0, number - BEFORE)
    for task, expected, given, probability in found:
        yield Mistake(
            conversation=one.labelled.name,
            task=task,
            expected=expected,
            given=given,
            probability=probability,
            lines=lines[first : number + AFTER + 1],
            at=number - first,
        )


def _heads(gold: Gold, utterance: CodedUtterance) -> Iterator[tuple[str, str, str, float]]:
    for head in HEADS:
        choice, answer = gold.choice(head.name), answer_of(head, utterance)
        if choice is not None and answer is not None and answer[0] != choice:
            yield head.name, choice, *answer


def _flags(gold: Gold, utterance: CodedUtterance, setting: Setting) -> Iterator[tuple[str, str, str, float]]:
    if gold.labels is None:
        return
    told = {label.evidence for label in gold.labels}
    flagged = {f"{flag.element}{flag.direction}": flag.probability for flag in utterance.flags}
    for name in evidence_of(setting):
        if name in flagged and name not in told:
            yield FLAGS, f"no {name}", name, flagged[name]
        elif name in told and name not in flagged and name in utterance.evidence:
            yield FLAGS, name, f"no {name}", 1 - utterance.evidence[name]
