"""Where two readings of the same sound part: what each heard there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from models.records.speech import Words
from pipelines.stages.lexicon import is_negation, is_risk, token_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Words ``first`` to ``last`` (by number, end not included; none where the second reading only adds) and ``other``.

    ``other`` are the words that the second reading has in their place.
    """

    first: int
    last: int
    other: tuple[str, ...]


def differences(words: Words) -> tuple[Difference, ...]:
    """Every place where a stretch's second look differs from the words that were kept."""
    found: list[Difference] = []
    for first, last, text in _looked_at(words):
        ours = [token_of(word.text) for word in words.words[first:last]]
        pieces = [piece for piece in text.split() if token_of(piece)]
        theirs = [token_of(piece) for piece in pieces]
        for kind, i, j, k, m in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
            if kind != "equal" and "".join(ours[i:j]) != "".join(theirs[k:m]):
                found.append(Difference(first=first + i, last=first + j, other=tuple(pieces[k:m])))
    return tuple(found)


def turns_round(words: Words, difference: Difference) -> bool:
    """Whether one of the readings has a negation there and the other has not."""
    ours = sum(is_negation(word.text) for word in words.words[difference.first : difference.last])
    return ours != sum(map(is_negation, difference.other))


def changes_risk(words: Words, difference: Difference) -> bool:
    """Whether one of the readings has a risk word there that the other has not."""
    ours = {token_of(w.text) for w in words.words[difference.first : difference.last] if is_risk(w.text)}
    return ours != {token_of(text) for text in difference.other if is_risk(text)}


def _looked_at(words: Words) -> Iterator[tuple[int, int, str]]:
    """Each stretch with a second look: its words by number, and what the second look read."""
    middles: Sequence[float] = [(word.start_ms + word.end_ms) / 2 for word in words.words]
    at = 0
    for stretch in sorted(words.stretches, key=lambda s: s.start_ms):
        while at < len(middles) and middles[at] < stretch.start_ms:
            at += 1
        first = at
        while at < len(middles) and middles[at] < stretch.end_ms:
            at += 1
        if stretch.second_look is not None:
            yield first, at, stretch.second_look
