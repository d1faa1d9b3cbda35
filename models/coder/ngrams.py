"""What the linear part of the coder looks at: word n-grams of a line and of its neighbours, and a few numbers.

Features are named in four spaces: ``now`` (n-grams of one to three words and marks, how the line and its sentences
begin, how it ends), ``before`` and ``after`` (words of the lines around it), and ``numbers``.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from models.coder.text import bare

_TOKEN = re.compile(r"\w[\w']*|[?.!,]|--")
_STOPS = frozenset("?.!,")
NUMBERS = (
    "length",
    "very_short",
    "echo",
    "length_before",
    "length_after",
    "asks",
    "asked_before",
    "asks_after",
    "place",
    "place_squared",
    "alone",
)
"""Names of the numbers that ``Features.numbers`` holds, each about 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """One line's features: counts by name in three spaces, and the numbers in the order of ``NUMBERS``."""

    now: Counter[str]
    before: Counter[str]
    after: Counter[str]
    numbers: tuple[float, ...]


def features(texts: Sequence[str]) -> tuple[Features, ...]:
    """Features of each line of a conversation, from the cleaned texts of all of them, in order."""
    count = len(texts)
    return tuple(
        _features(
            texts[number],
            texts[number - 1] if number else "",
            texts[number - 2] if number > 1 else "",
            texts[number + 1] if number + 1 < count else "",
            place=number / count,
            alone=count == 1,
        )
        for number in range(count)
    )


def _features(text: str, before: str, earlier: str, after: str, *, place: float, alone: bool) -> Features:
    words = bare(text).split()
    heard = set(bare(before).split()) | set(bare(earlier).split())
    own = set(words)
    return Features(
        now=Counter(_now(text)),
        before=Counter(_tokens(before)),
        after=Counter(_tokens(after)),
        numbers=(
            math.log1p(len(words)) / 4,
            float(len(words) < 3),
            len(own & heard) / (len(own) + 1),
            math.log1p(len(heard)) / 4,
            math.log1p(len(bare(after).split())) / 4,
            float("?" in text),
            float(before.endswith("?")),
            float("?" in after),
            place,
            place * place,
            float(alone),
        ),
    )


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.lower())


def _now(text: str) -> list[str]:
    tokens = _tokens(text)
    if not tokens:
        return []
    words = [token for token in tokens if token[0].isalnum()]
    named = list(tokens)
    named += [f"{a} {b}" for a, b in itertools.pairwise(tokens)]
    named += [f"{a} {b} {c}" for a, b, c in zip(tokens, tokens[1:], tokens[2:], strict=False)]
    named += ["^" + " ".join(words[:size]) for size in (1, 2, 3)]
    named += ["$" + " ".join(words[-size:]) for size in (1, 2)]
    named += [".^" + " ".join(tokens[at + 1 : at + 3]) for at, token in enumerate(tokens) if token in _STOPS]
    named.append("|" + tokens[-1])
    return named
