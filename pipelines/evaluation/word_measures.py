"""Measures on aligned words: word errors, wrong speakers, right roles, and words that must not be lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.agreement import Share, WordErrors
from models.records.speech import UNKNOWN_SPEAKER, Role
from pipelines.evaluation.tokens import Token

Pair = tuple[Token | None, Token | None]
"""A reference word and the result's word in its place; None where there is no counterpart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """Reference and result word by word, in order."""

    pairs: tuple[Pair, ...]

    @property
    def both(self) -> list[tuple[Token, Token]]:
        """The pairs that have both sides, right or not."""
        return [(ours, theirs) for ours, theirs in self.pairs if ours is not None and theirs is not None]


def word_errors(aligned: Aligned) -> WordErrors:
    """All word errors, whoever spoke."""
    return _count(aligned.pairs)


def errors_by_role(aligned: Aligned) -> dict[Role, WordErrors]:
    """Word errors by the role of the reference word; an invented word counts with the word before it (or the first).

    The counts of all roles add up to those of `word_errors` where every reference word has a role.
    """
    by_role: dict[Role, list[Pair]] = {}
    current = next((ours.role for ours, _ in aligned.pairs if ours is not None), None)
    for ours, theirs in aligned.pairs:
        current = ours.role if ours is not None else current
        if current is not None:
            by_role.setdefault(current, []).append((ours, theirs))
    return {role: _count(tuple(by_role[role])) for role in sorted(by_role)}


def wrong_speakers(aligned: Aligned) -> Share:
    """Word diarization error: aligned words that went to the wrong voice, by the best matching of voices."""
    matching = speaker_map(aligned)
    wrong = sum(not same_voice(matching, ours, theirs) for ours, theirs in aligned.both)
    return Share(part=wrong, whole=len(aligned.both))


def speaker_map(aligned: Aligned) -> dict[str, str]:
    """The result's voice for each reference speaker, one to one, that gives most aligned words the right voice."""
    counts = Counter((ours.speaker, theirs.speaker) for ours, theirs in aligned.both)
    left = sorted({ours for ours, _ in counts})
    right = sorted({theirs for _, theirs in counts} - {UNKNOWN_SPEAKER})
    table = np.array([[counts[ours, theirs] for theirs in right] for ours in left]).reshape(len(left), len(right))
    from scipy.optimize import linear_sum_assignment  # slow to import, and most commands never count words

    rows, columns = linear_sum_assignment(-table)
    return {left[row]: right[column] for row, column in zip(rows, columns, strict=True)}


def same_voice(matching: dict[str, str], ours: Token, theirs: Token) -> bool:
    """Whether the result's word went to the voice that stands for the reference speaker."""
    return matching.get(ours.speaker) == theirs.speaker


def right_roles(aligned: Aligned) -> Share:
    """Aligned words, of those whose true role is known, that have the right role; an unknown role is not right."""
    known = [(ours, theirs) for ours, theirs in aligned.both if ours.role not in (None, Role.UNKNOWN)]
    return Share(part=sum(ours.role == theirs.role for ours, theirs in known), whole=len(known))


def recall(aligned: Aligned, wanted: Callable[[str], bool]) -> Share:
    """Reference words of a kind that came out as they were said."""
    sought = [(ours, theirs) for ours, theirs in aligned.pairs if ours is not None and wanted(ours.text)]
    return Share(part=sum(_equal(pair) for pair in sought), whole=len(sought))


def _equal(pair: Pair) -> bool:
    ours, theirs = pair
    return ours is not None and theirs is not None and ours.text == theirs.text


def _count(pairs: tuple[Pair, ...]) -> WordErrors:
    return WordErrors(
        length=sum(ours is not None for ours, _ in pairs),
        substitutions=sum(
            ours is not None and theirs is not None and ours.text != theirs.text for ours, theirs in pairs
        ),
        deletions=sum(theirs is None for _, theirs in pairs),
        insertions=sum(ours is None for ours, _ in pairs),
    )
