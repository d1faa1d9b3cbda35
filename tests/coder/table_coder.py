"""A coder that answers from a table, and one that knows the labels and errs by a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from models.coder.labels import HEADS, NONE, evidence_of
from models.ports import Progress, no_progress
from models.records.coding import Code, CodedUtterance, Coding, Conversation, Flag, Line, Off
from models.records.provenance import Engine
from pipelines.labelled.records import Gold, Labelled

SURE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a table coder says of a text: head -> class -> probability, evidence -> probability, indicators."""

    heads: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    evidence: Mapping[str, float] = field(default_factory=dict)
    indicators: Mapping[str, str] = field(default_factory=dict)


class TableCoder:
    """Answers each text from the table, and nothing where it is not there; sure and flagged from ``sure`` up."""

    def __init__(self, table: Mapping[str, Answer], *, sure: float = SURE) -> None:
        self.engine = Engine(name="table-coder", version="1")
        self._table = table
        self._sure = sure
        self.seen: list[str] = []

    def code(self, conversation: Conversation, progress: Progress = no_progress) -> Coding:
        utterances = tuple(self._utterance(line) for line in conversation.lines)
        self.seen += [line.text for line in conversation.lines]
        progress(1.0)
        return Coding(
            engine=self.engine,
            setting=conversation.setting,
            change_goal=conversation.change_goal,
            utterances=utterances,
            off=(Off(name="sup_analysis-", reason="Nobody has measured it."),),
        )

    def _utterance(self, line: Line) -> CodedUtterance:
        answer = self._table.get(line.text, Answer())
        return CodedUtterance(
            id=line.id,
            turn=line.turn,
            speaker=line.speaker,
            role=line.role,
            text=line.text,
            codes=tuple(self._codes(answer)),
            flags=tuple(
                Flag(
                    element=name[:-1], direction=name[-1], indicator=answer.indicators.get(name, ""), probability=chance
                )
                for name, chance in answer.evidence.items()
                if chance >= self._sure
            ),
            heads={name: dict(shares) for name, shares in answer.heads.items()},
            evidence=dict(answer.evidence),
        )

    def _codes(self, answer: Answer) -> list[Code]:
        codes = []
        for head in HEADS:
            shares = answer.heads.get(head.name)
            if shares:
                best = max(head.classes, key=lambda name: shares.get(name, 0.0))
                code = head.codes[head.classes.index(best)]
                if code != NONE:
                    codes.append(Code(code=code, probability=shares[best], sure=shares[best] >= self._sure))
        return codes


def noisy(labelled: Sequence[Labelled], *, noise: float, seed: int = 3) -> TableCoder:
    """A table coder that gives every labelled text its labels, blurred by random numbers in proportion to ``noise``."""
    draw = np.random.default_rng(seed)
    table = {
        line.text: _blurred(gold, one, draw, noise)
        for one in labelled
        for line, gold in zip(one.conversation.lines, one.gold, strict=True)
    }
    return TableCoder(table)


def _blurred(gold: Gold, one: Labelled, draw: np.random.Generator, noise: float) -> Answer:
    heads = {}
    for head in HEADS:
        choice = gold.choice(head.name)
        if choice is not None:
            raw = [float(name == choice) + noise * draw.random() for name in head.classes]
            heads[head.name] = {name: value / sum(raw) for name, value in zip(head.classes, raw, strict=True)}
    evidence = {}
    if gold.labels is not None:
        told = {label.evidence for label in gold.labels}
        for name in evidence_of(one.conversation.setting):
            evidence[name] = float((0.9 * (name in told) + noise * draw.random()) / (1 + noise))
    indicators = {label.evidence: label.indicator for label in gold.labels or ()}
    return Answer(heads=heads, evidence=evidence, indicators=indicators)
