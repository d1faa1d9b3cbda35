"""The lines that people and coder both judged, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.coder.labels import NONE, Head
from models.records.coding import CodedUtterance
from pipelines.evaluation.coder.coded import CodedSet


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadSample:
    """The lines that people and coder both judged, as arrays: n lines, k classes.

    ``gold`` (n,) the class people chose; ``answer`` (n,) the coder's; ``probabilities`` (n, k); ``stated`` (n,)
    whether the answer stands for a code at all, ``sure`` (n,) whether that code was above its threshold;
    ``groups`` (n,).
    """

    gold: NDArray[np.int64]
    answer: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    stated: NDArray[np.bool_]
    sure: NDArray[np.bool_]
    groups: NDArray[np.int64]
    not_coded: int


def answer_of(head: Head, utterance: CodedUtterance) -> tuple[str, float] | None:
    """A head's answer with its probability: the coder's choice, else the most likely class; None if not coded."""
    shares = utterance.heads.get(head.name)
    if not shares:
        return None
    best = utterance.choices.get(head.name) or max(head.classes, key=lambda name: shares.get(name, 0.0))
    return best, shares.get(best, 0.0)


def head_sample(head: Head, coded: CodedSet) -> HeadSample:
    """Gather the lines that have a label for this head."""
    gold, answers, probabilities, stated, sure, groups, not_coded = [], [], [], [], [], [], 0
    for one in coded.conversations:
        for _, label, utterance in one.lines:
            choice, answer = label.choice(head.name), answer_of(head, utterance)
            if choice is None:
                continue
            if answer is None:
                not_coded += 1
                continue
            code = head.codes[head.classes.index(answer[0])]
            gold.append(head.classes.index(choice))
            answers.append(head.classes.index(answer[0]))
            probabilities.append([utterance.heads[head.name].get(name, 0.0) for name in head.classes])
            stated.append(code != NONE)
            sure.append(code != NONE and any(given.code == code and given.sure for given in utterance.codes))
            groups.append(one.group)
    return HeadSample(
        gold=np.array(gold, dtype=np.int64),
        answer=np.array(answers, dtype=np.int64),
        probabilities=np.array(probabilities, dtype=float).reshape(len(gold), len(head.classes)),
        stated=np.array(stated, dtype=bool),
        sure=np.array(sure, dtype=bool),
        groups=np.array(groups, dtype=np.int64),
        not_coded=not_coded,
    )
