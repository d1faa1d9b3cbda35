"""From probabilities to what is said of each line: codes, flags with their indicator, and what is off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from models.coder.combination import Combination, HeadCombination, Scores
from models.coder.indicators import INDICATORS_OF, indicator_slices
from models.coder.labels import HEADS, NONE, Head, evidence_of
from models.records.coding import Code, CodedUtterance, Conversation, Flag, Line, Off, Setting


def decide(
    conversation: Conversation, combination: Combination, linear: Scores, network: Scores, indicators: Scores
) -> tuple[CodedUtterance, ...]:
    """Every line coded, from both parts' scores [lines, outputs] and the indicators' scores [lines, indicators]."""
    heads = combination.head_probabilities(linear, network)
    answers = {name: combination.heads[name].answers(held) for name, held in heads.items()}
    evidence = combination.evidence_probabilities(linear, network)
    found = []
    for number, line in enumerate(conversation.lines):
        asked = [head for head in HEADS if head.applies(line.role, conversation.setting, conversation.change_goal)]
        scored = line.role is conversation.setting.scored_role
        of_line = {name: float(evidence[name][number]) for name in evidence_of(conversation.setting)} if scored else {}
        named = _indicators(of_line, indicators[number])
        choices = {head.name: int(answers[head.name][number]) for head in asked}
        codes = [
            code
            for head in asked
            for code in _code(head, combination.heads[head.name], heads[head.name][number], choices[head.name])
        ]
        found.append(
            CodedUtterance(
                id=line.id,
                turn=line.turn,
                speaker=line.speaker,
                role=line.role,
                text=line.text,
                codes=tuple(sorted(codes, key=lambda code: -code.probability)),
                flags=_flags(line, combination, of_line, named),
                heads={head.name: _by_class(head, heads[head.name][number]) for head in asked},
                choices={head.name: head.classes[choices[head.name]] for head in asked},
                evidence=of_line,
                indicators=named,
            )
        )
    return tuple(found)


def off_of(conversation: Conversation, combination: Combination) -> tuple[Off, ...]:
    """What this coding does not state, because it is off by measurement in this setting."""
    here = set(evidence_of(conversation.setting))
    elsewhere = set(evidence_of(Setting.SUPERVISION) + evidence_of(Setting.DIRECT_PRACTICE)) - here
    return tuple(Off(name=name, reason=reason) for name, reason in combination.off.items() if name not in elsewhere)


def _code(head: Head, combination: HeadCombination, probabilities: Scores, answer: int) -> Iterator[Code]:
    code = head.codes[answer]
    if code != NONE and code in combination.sure:
        probability = float(probabilities[answer])
        yield Code(code=code, probability=probability, sure=probability >= combination.sure[code])


def _by_class(head: Head, probabilities: Scores) -> dict[str, float]:
    return {name: float(probability) for name, probability in zip(head.classes, probabilities, strict=True)}


def _indicators(evidence: Mapping[str, float], scores: Scores) -> dict[str, str]:
    """The most likely indicator of each evidence, from the indicators' scores of one line."""
    slices = indicator_slices()
    return {name: INDICATORS_OF[name][int(np.argmax(scores[slices[name]]))] for name in evidence}


def _flags(
    line: Line, combination: Combination, evidence: Mapping[str, float], indicators: Mapping[str, str]
) -> tuple[Flag, ...]:
    if not line.role_sure:
        return ()
    flags = []
    for name, probability in evidence.items():
        threshold = combination.evidence[name].threshold
        if threshold is not None and probability >= threshold:
            flags.append(
                Flag(element=name[:-1], direction=name[-1], indicator=indicators[name], probability=probability)
            )
    return tuple(sorted(flags, key=lambda flag: -flag.probability))
