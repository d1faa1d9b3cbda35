"""MITI 4.2.1's defaults when unsure: where two codes are about as likely as each other, which of them is counted.

Plausible means a probability of at least `PLAUSIBLE` (one in four), near that the two are at most `NEAR` apart, so that
neither is much ahead. Anything else is not a doubt but a probability, and is drawn. A code that is switched off
decides no doubt: what is known of it is too little to take another code away.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.coder.labels import ACTS, MI_CODES

PLAUSIBLE = 0.25
NEAR = 0.15

QUESTIONS = ("open_question", "closed_question")
REFLECTIONS = ("simple_reflection", "complex_reflection")
STATED_ELSEWHERE = (*QUESTIONS, *REFLECTIONS, "giving_information")
"""Classes of ``mi_code`` that heads of their own state; here they only tell a doubt."""

Probabilities = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Two rival codes (or groups of codes); ``second`` is counted, or neither where ``neither`` is True."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    neither: bool = False


def _adherent(code: str, reflections: bool = True) -> tuple[Doubt, ...]:
    """An MI-adherent code or any other code: the other one."""
    rivals = (QUESTIONS, ("giving_information",), ("persuade",), ("confront",))
    return tuple(Doubt(first=(code,), second=one) for one in ((REFLECTIONS, *rivals) if reflections else rivals))


DOUBTS = (
    Doubt(first=("persuade",), second=("giving_information",)),
    Doubt(first=("emphasizing_autonomy",), second=("seeking_collaboration",)),
    Doubt(first=("emphasizing_autonomy",), second=("affirm",)),
    Doubt(first=("seeking_collaboration",), second=("affirm",)),
    Doubt(first=REFLECTIONS, second=("affirm",)),
    Doubt(first=("affirm",), second=("other",)),
    *_adherent("emphasizing_autonomy"),
    *_adherent("seeking_collaboration"),
    *_adherent("affirm", reflections=False),
    Doubt(first=REFLECTIONS, second=("confront",), neither=True),
    Doubt(first=QUESTIONS, second=("confront",)),
    Doubt(first=("persuade",), second=("confront",), neither=True),
)
"""In the order of DOMAIN.md's table; a doubt is judged on the probabilities as the coder gave them."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Acts and defaults of L lines once doubts are settled.

    ``acts`` [L, 6] follows `models.coder.labels.ACTS`. ``defaults`` [L, 5] follows `STATED_ELSEWHERE`: the chance of a
    code that another head states too, on lines where a doubt was settled on it. ``no_reflection`` [L] is True where it
    is confronting or a reflection, and so neither.
    """

    acts: Probabilities
    defaults: Probabilities
    no_reflection: Mask


def settle(given: Probabilities, off: Collection[str]) -> Settled:
    """Doubts of head ``mi_code``, [L, classes] in the order of `MI_CODES`. ``off`` names acts that decide nothing."""
    now = given.copy()
    gained = np.zeros_like(given)
    no_reflection = np.zeros(len(given), np.bool_)
    for doubt in DOUBTS:
        if set(off) & {*doubt.first, *doubt.second}:
            continue
        first, second = _columns(doubt.first), _columns(doubt.second)
        unsure = in_doubt(given[:, first].sum(1), given[:, second].sum(1))
        if doubt.neither:
            now[:, first + second] *= ~unsure[:, None]
            no_reflection |= unsure & (doubt.first == REFLECTIONS)
            continue
        moved = now[:, first].sum(1) * unsure
        now[:, first] *= ~unsure[:, None]
        parts = given[:, second] / np.maximum(given[:, second].sum(1, keepdims=True), 1e-12)
        now[:, second] += parts * moved[:, None]
        gained[:, second] += (now[:, second] - gained[:, second]) * unsure[:, None]
    gained[:, _columns(ACTS)] = 0
    return Settled(now[:, _columns(ACTS)], gained[:, _columns(STATED_ELSEWHERE)], no_reflection)


def settle_reflections(given: Probabilities) -> Probabilities:
    """Head ``reflection``, [L, 2] of simple and complex: in doubt it is simple."""
    now = given.copy()
    unsure = in_doubt(given[:, 0], given[:, 1])
    now[unsure, 0] += now[unsure, 1]
    now[unsure, 1] = 0
    return now


def in_doubt(one: Probabilities, other: Probabilities) -> Mask:
    """Where both are plausible and near one another; element by element."""
    return np.asarray((np.minimum(one, other) >= PLAUSIBLE) & (np.abs(one - other) <= NEAR))


def _columns(codes: tuple[str, ...]) -> list[int]:
    return [MI_CODES.index(code) for code in codes]
