"""The classifier's answers for sessions it has not seen: three sessions at most are left out at a time.

How strongly words and flow count is chosen for each fold by how well the sessions of the other folds are told, and so
are the least probabilities from which a code is stated. The models that tell those have learned from this fold too, so
a trace of it is left in the choice of these few numbers.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.agreement import ClassCounts
from models.coder.time_use.codes import CLASSES, TIME_USE
from pipelines.stages.time_use import stated
from pipelines.training.coder.combine_fit import PRECISION, USEFUL_RECALL, best_threshold
from pipelines.training.time_use.fit import Flow, fit_chain, fit_words
from pipelines.training.time_use.material import Coded, Hint

AT_ONCE = 3
"""The most sessions left out at a time."""

STRENGTHS = (4.0, 8.0)
FLOWS = tuple(
    Flow(scale=scale, hold=hold, relief=relief)
    for scale, hold, relief in itertools.product((0.5, 0.7, 0.9, 1.1), (0.5, 0.75, 1.0), (0.0, 0.5, 1.0))
)
NO_FLOWS = tuple(Flow(scale=scale, hold=0.0, relief=0.0) for scale in (0.5, 0.7, 0.9, 1.1, 1.3))
"""Every line by itself and its neighbours, to compare."""

Floats = NDArray[np.float64]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is chosen out of fold: how strongly the words are learned, and the numbers of the chain."""

    strength: float
    flow: Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Raw scores [lines, classes] of each session by each strength, from models that did not learn from it."""

    folds: tuple[int, ...]
    by_strength: dict[float, tuple[NDArray[np.float32], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Each session's probabilities [lines, classes] and what is stated of its lines, without having seen it.

    ``best`` is the setting, and ``sure`` the least probabilities, that all sessions together choose; ``sure`` holds
    only codes that also held where they were stated unseen.
    """

    probabilities: tuple[Floats, ...]
    stated: tuple[tuple[str | None, ...], ...]
    best: Setting
    sure: dict[str, float]


def folds_of(count: int) -> tuple[int, ...]:
    """The fold of each of so many sessions, in turn."""
    folds = -(-count // AT_ONCE)
    return tuple(number % folds for number in range(count))


def score_unseen(
    sessions: Sequence[Coded], hints: Sequence[Hint], tell: Tell, strengths: Sequence[float] = STRENGTHS
) -> Scores:
    """Scores of every session by models fitted without its fold."""
    folds = folds_of(len(sessions))
    found: dict[float, list[NDArray[np.float32]]] = {
        one: [np.zeros(0, np.float32)] * len(sessions) for one in strengths
    }
    for fold in sorted(set(folds)):
        learn = [one for one, place in zip(sessions, folds, strict=True) if place != fold]
        for strength in strengths:
            model = fit_words(learn, hints, strength)
            for at, one in enumerate(sessions):
                if folds[at] == fold:
                    found[strength][at] = model.scores(one.texts)
        tell(f"fold {fold + 1} of {max(folds) + 1}")
    return Scores(folds=folds, by_strength={strength: tuple(held) for strength, held in found.items()})


def answer_unseen(sessions: Sequence[Coded], scores: Scores, flows: Sequence[Flow] = FLOWS) -> Unseen:
    """Probabilities and statements, with settings that the other folds choose."""
    settings = [Setting(strength=one, flow=flow) for one in scores.by_strength for flow in flows]
    losses = np.array([_losses(sessions, scores, setting) for setting in settings])
    folds = np.array(scores.folds)
    chosen = {fold: settings[int(losses[:, folds != fold].sum(1).argmin())] for fold in scores.folds}
    best = settings[int(losses.sum(1).argmin())]
    probabilities = tuple(_probabilities(sessions, scores, chosen[fold], at) for at, fold in enumerate(scores.folds))
    others = {
        fold: _sure([(sessions[at], probabilities[at]) for at, place in enumerate(scores.folds) if place != fold])
        for fold in scores.folds
    }
    said = tuple(stated(found, others[fold]) for found, fold in zip(probabilities, scores.folds, strict=True))
    by_best = [(one, _probabilities(sessions, scores, best, at)) for at, one in enumerate(sessions)]
    sure = {code: least for code, least in _sure(by_best).items() if _held(counts_of(code, sessions, said))}
    return Unseen(probabilities=probabilities, stated=said, best=best, sure=sure)


def counts_of(code: str, sessions: Sequence[Coded], said: Sequence[Sequence[str | None]]) -> ClassCounts:
    """How often a code was rightly stated, wrongly stated and missed."""
    right = wrong = missed = 0
    for one, answers in zip(sessions, said, strict=True):
        there = one.codes == CLASSES.index(code)
        found = np.array([answer == code for answer in answers])
        right += int((there & found).sum())
        wrong += int((found & ~there).sum())
        missed += int((there & ~found).sum())
    return ClassCounts(right=right, wrong=wrong, missed=missed)


def _held(found: ClassCounts) -> bool:
    """Whether what the other folds chose reached on this one what a stated code must reach."""
    return (found.precision or 0.0) >= PRECISION and (found.recall or 0.0) >= USEFUL_RECALL


def _losses(sessions: Sequence[Coded], scores: Scores, setting: Setting) -> list[float]:
    """The cross-entropy of each session."""
    found = []
    for at, one in enumerate(sessions):
        likely = _probabilities(sessions, scores, setting, at)[np.arange(len(one.codes)), one.codes]
        found.append(-float(np.log(np.maximum(likely, 1e-12)).sum()))
    return found


def _probabilities(sessions: Sequence[Coded], scores: Scores, setting: Setting, at: int) -> Floats:
    learn = [one for one, fold in zip(sessions, scores.folds, strict=True) if fold != scores.folds[at]]
    return fit_chain(learn, setting.flow).probabilities(scores.by_strength[setting.strength][at])


def _sure(held: Sequence[tuple[Coded, Floats]]) -> dict[str, float]:
    """The least probability of each code that can be stated."""
    codes = np.concatenate([one.codes for one, _ in held])
    probabilities = np.concatenate([found for _, found in held])
    answers = probabilities.argmax(1)
    found = {}
    for place, code in enumerate(CLASSES):
        chance = np.where(answers == place, probabilities[:, place], 0.0)
        least = best_threshold(chance, codes == place, lambda precision, recall: recall)
        if code in TIME_USE and least is not None:
            found[code] = least
    return found
