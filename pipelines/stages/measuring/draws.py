"""From probabilities to draws: what a session might have held, many times over.

A draw gives every head of every line one class, at random by its probabilities and apart from every other head and
line. The draws are the same for the same coding: the seed is fixed, and classes have the labels' order, not a dict's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.coder.labels import ACTS, HEAD, HEADS
from models.records.coding import CodedUtterance
from pipelines.stages.measuring.doubts import STATED_ELSEWHERE, Settled, settle, settle_reflections

DRAWS = 401
"""Odd, so that the middle draw is one of them and a count stays whole."""

_SEED = 20_240_421
_BLOCK = 512
"""Lines drawn at once, so that a long session needs little memory."""

CODES = (*STATED_ELSEWHERE, *ACTS)
"""The codes of a line in the order of the draws."""

QUESTION = slice(0, 2)
REFLECTION = slice(2, 4)
ACT = slice(len(STATED_ELSEWHERE), len(CODES))
AFFIRM = CODES.index("affirm")
CONFRONT = CODES.index("confront")

Drawn = NDArray[np.bool_]
Probabilities = NDArray[np.float64]


def probabilities_of(lines: Sequence[CodedUtterance], head: str) -> Probabilities:
    """[lines, classes] in the labels' order, each row adding to at most 1; a head that was not answered is all 0.

    What is no probability counts as 0, and a row that adds to more than 1 is scaled down.
    """
    classes = HEAD[head].classes
    rows = [[one.heads.get(head, {}).get(name, 0.0) for name in classes] for one in lines]
    found = np.asarray(rows, np.float64).reshape(len(lines), len(classes))
    found = np.where(np.isfinite(found), np.maximum(found, 0.0), 0.0)
    scale = np.maximum(found.max(1, initial=0.0, keepdims=True), 1.0)
    found = found / scale
    return np.asarray(found / np.maximum(found.sum(1, keepdims=True), 1.0))


def draw_family(lines: Sequence[CodedUtterance]) -> tuple[Drawn, Drawn]:
    """Change talk and sustain talk, each [lines, draws]."""
    change, sustain = HEAD["talk"].classes.index("change"), HEAD["talk"].classes.index("sustain")
    given = probabilities_of(lines, "talk")[:, [change, sustain]]
    drawn = [_draw(given[start : start + _BLOCK], stream) for start, stream in _blocks(len(lines), "talk")]
    together = np.concatenate(drawn) if drawn else np.zeros((0, 2, DRAWS), np.bool_)
    return together[:, 0], together[:, 1]


def draw_scored(
    lines: Sequence[CodedUtterance], one_thought: Sequence[bool], off: Collection[str]
) -> Iterator[tuple[int, Drawn]]:
    """Blocks of the scored role's lines: the number of the first, and what each holds, [lines, codes, draws].

    ``off`` names acts that are switched off: none is drawn, and none decides a doubt.
    """
    question = probabilities_of(lines, "question")[:, 1:]
    reflection = settle_reflections(probabilities_of(lines, "reflection")[:, 1:])
    told = probabilities_of(lines, "input")[:, [HEAD["input"].classes.index("information")]]
    acts = settle(probabilities_of(lines, "mi_code"), off)
    hidden = [CODES.index(act) for act in ACTS if act in off]
    streams = {name: _stream(name) for name in ("question", "reflection", "input", "mi_code")}
    for start in range(0, len(lines), _BLOCK):
        part = slice(start, start + _BLOCK)
        own = [
            _draw(question[part], streams["question"]),
            _draw(reflection[part], streams["reflection"]),
            _draw(told[part], streams["input"]),
        ]
        act = _draw(np.concatenate([acts.acts[part], acts.defaults[part]], 1), streams["mi_code"])
        drawn = np.concatenate([*own, act[:, : len(ACTS)]], 1)
        drawn[:, : len(STATED_ELSEWHERE)] |= act[:, len(ACTS) :]
        drawn[:, hidden] = False
        _one_code(drawn, np.asarray(one_thought[part], np.bool_), acts, part)
        yield start, drawn


def _one_code(drawn: Drawn, one_thought: Drawn, acts: Settled, part: slice) -> None:
    """A line of one thought that is an act is nothing else beside it; changes ``drawn`` in place."""
    single = one_thought[:, None]
    clash = single & drawn[:, CONFRONT] & drawn[:, REFLECTION].any(1)
    act = single & drawn[:, ACT].any(1)
    drawn[:, REFLECTION] &= ~(single & acts.no_reflection[part][:, None])[:, None]
    drawn[:, : len(STATED_ELSEWHERE)] &= ~act[:, None]
    drawn[:, CONFRONT] &= ~clash


def _draw(given: Probabilities, stream: np.random.Generator) -> Drawn:
    """[lines, classes] to [lines, classes, draws]: at most one class of a line is true in a draw."""
    return drawn_by(given, stream.random((len(given), DRAWS), np.float32))


def drawn_by(given: Probabilities, chance: NDArray[np.float32]) -> Drawn:
    """[lines, classes] to [lines, classes, draws] by random numbers [lines, draws] in [0, 1)."""
    upper = np.cumsum(given, 1)
    lower = upper - given
    lower[:, 1:] = upper[:, :-1]
    at = chance[:, None]
    return np.asarray((at >= lower[:, :, None].astype(np.float32)) & (at < upper[:, :, None].astype(np.float32)))


def _blocks(lines: int, head: str) -> Iterator[tuple[int, np.random.Generator]]:
    stream = _stream(head)
    yield from ((start, stream) for start in range(0, lines, _BLOCK))


def _stream(head: str) -> np.random.Generator:
    """Random numbers of one head; another head's do not change with it."""
    return np.random.default_rng([_SEED, [one.name for one in HEADS].index(head)])
