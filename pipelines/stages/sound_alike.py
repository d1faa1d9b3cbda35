"""Which word of harm or danger an unsure word may stand for, by how alike the two are written and so probably sound."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from pipelines.stages.lexicon import RISK_WORDS, is_risk, token_of

FURTHEST = 0.42
"""Words that differ in more than this share of their sounds are not alike."""

MOST_LONGER = 2
"""A word this many sounds longer than another can be like it, no more."""

SHORTEST = 3
"""Shorter words are like too many others."""

_SPELLINGS = (
    ("tion", "shn"),
    ("ph", "f"),
    ("ck", "k"),
    ("qu", "kw"),
    ("gh", ""),
    ("x", "ks"),
    ("dge", "j"),
    ("wr", "r"),
    ("kn", "n"),
    ("ea", "e"),
    ("ou", "u"),
    ("z", "s"),
    ("q", "k"),
)
_VOWELS = frozenset("aeiouy")
_CLASSES = (frozenset("pbtdkg"), frozenset("fvsjhc"), frozenset("mn"), frozenset("lrw"))
LONGEST_STEM = 7
IRREGULAR = {"dead", "died", "death", "fought", "beat", "beaten", "bite", "bitten", "shook", "shake", "shaken"} | {
    *("threw", "knife", "broke", "broken", "bleed", "blood", "bled", "drink", "drank", "drunk", "fight", "hurt", "scar")
}
"""Words that take no "-ed"."""


@cache
def sounds_like(text: str) -> tuple[str, float]:
    """The risk word that a text is most like and how alike they are, in (0, 1]; ("", 0.0) where none is like it.

    The text may be several words, which are taken together. A risk word itself is like nothing else.
    """
    token = "".join(re.findall("[a-z]+", token_of(text)))
    if len(token) < SHORTEST or is_risk(token):
        return "", 0.0
    said = _sounds(token)
    best, word = FURTHEST, ""
    for other, sounds in _known().get(_class(said), ()):
        longer = max(len(said), len(sounds))
        if abs(len(said) - len(sounds)) > MOST_LONGER:
            continue
        apart = _distance(said, sounds, best * longer) / longer
        if apart < best:
            best, word = apart, other
    return word, (1 - best / FURTHEST if word else 0.0)


@cache
def _known() -> dict[int, list[tuple[str, str]]]:
    """Every risk word and its simple inflections with its sounds, by the class of the first."""
    known: dict[int, list[tuple[str, str]]] = {}
    for word in (word for base in sorted(RISK_WORDS) for word in _inflected(base)):
        known.setdefault(_class(_sounds(word)), []).append((word, _sounds(word)))
    return known


def _class(sounds: str) -> int:
    """Which class of consonants the first sound is of; -1 for a vowel."""
    return next((number for number, alike in enumerate(_CLASSES) if sounds[0] in alike), -1)


def _inflected(base: str) -> Iterator[str]:
    """A word, and for a short one what "-ed" and "-ing" make of it; only what a person would read as a word."""
    yield base.replace("-", "")
    if not SHORTEST < len(base) < LONGEST_STEM or base.endswith(("ing", "ed", "s", "y")):
        return
    stem = base[:-1] if base.endswith("e") else base
    if re.search("^[^aeiou]*[aeiou][bdgmnprt]$", base):
        stem += base[-1]
    yield stem + "ing"
    if base not in IRREGULAR:
        yield stem + "ed"


def _sounds(token: str) -> str:
    """A rough spelling of how a word sounds: silent and doubled letters gone, one letter for one sound."""
    for old, new in _SPELLINGS:
        token = token.replace(old, new)
    token = re.sub(r"c(?=[eiy])", "s", token).replace("ch", "c").replace("sh", "j")
    token = re.sub(r"c(?![eiy])", "k", token) if "c" in token else token
    token = re.sub(r"(.)\1+", r"\1", token)
    return token[:-1] if len(token) > SHORTEST and token.endswith("e") else token


def _distance(left: str, right: str, most: float) -> float:
    """The least cost to turn one into the other, or any above ``most``; sounds made alike cost less."""
    row: list[float] = [0.0]
    for b in right:
        row.append(row[-1] + _gap(b))
    for a in left:
        if min(row) >= most:
            break
        above, row, gap = row, [row[0] + _gap(a)], _gap(a)
        for j, b in enumerate(right):
            row.append(min(above[j] + _change(a, b), above[j + 1] + gap, row[j] + _gap(b)))
    else:
        return row[-1]
    return max(most, min(row))


@cache
def _gap(sound: str) -> float:
    return 0.5 if sound in _VOWELS or sound in "hrw" else 0.8


@cache
def _change(a: str, b: str) -> float:
    if a == b:
        return 0.0
    if a in _VOWELS and b in _VOWELS:
        return 0.4
    return 0.55 if any(a in alike and b in alike for alike in _CLASSES) else 1.0


def most_like(texts: Sequence[str]) -> tuple[str, float]:
    """The risk word that any of the texts is most like, and how alike they are."""
    return max((sounds_like(token_of(text)) for text in texts), key=lambda found: found[1], default=("", 0.0))
