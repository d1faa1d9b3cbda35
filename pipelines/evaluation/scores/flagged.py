"""A session as coded by its labels: every flag that a person gave is a piece of evidence that is certainly there."""

from __future__ import annotations

from models.coder.labels import evidence_of
from models.records.coding import CodedUtterance, Coding, Line, Setting
from models.records.provenance import Engine
from pipelines.labelled.records import Gold, Labelled

ENGINE = Engine(name="labelled-flags", version="1")


def flagged_coding(labelled: Labelled) -> Coding:
    """The labels as a coding: evidence only, 1 where somebody flagged it and 0 elsewhere; no codes.

    Several flags of one line for the same element and direction are one piece; the first one's indicator counts.
    """
    conversation = labelled.conversation
    return Coding(
        engine=ENGINE,
        setting=conversation.setting,
        change_goal=conversation.change_goal,
        utterances=tuple(
            _coded(line, gold, conversation.setting)
            for line, gold in zip(conversation.lines, labelled.gold, strict=True)
        ),
    )


def _coded(line: Line, gold: Gold, setting: Setting) -> CodedUtterance:
    scored = line.role is setting.scored_role
    evidence = dict.fromkeys(evidence_of(setting), 0.0) if scored else {}
    indicators: dict[str, str] = {}
    for label in gold.labels or () if scored else ():
        evidence[label.evidence] = 1.0
        indicators.setdefault(label.evidence, label.indicator)
    return CodedUtterance(
        id=line.id,
        turn=line.turn,
        speaker=line.speaker,
        role=line.role,
        text=line.text,
        evidence=evidence,
        indicators=indicators,
    )
