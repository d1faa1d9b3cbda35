"""Looks for many byte patterns at once in blocks of a stream, in constant memory.

Every sixteenth position is looked at: an occurrence of nineteen bytes or more covers one word of four that starts at
one, and the words of all patterns lie in one table. What the table lets through, a few in a hundred, is looked up, and
then compared in full.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from service.admin.canary_forms import Pattern

_STRIDE, _WORD = 16, 4
_LOWER = np.uint32(0x20202020)
"""Set in both sides of the table, so that a letter's case makes no difference until the full comparison."""
_MIX, _SHIFT, _SIZE = np.uint32(2654435761), np.uint32(13), 1 << 19


class Search:
    """The patterns, prepared once; safe to use from several streams one after the other."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        """Raises ValueError for a pattern of fewer than nineteen bytes."""
        if any(len(pattern.data) < _STRIDE + _WORD - 1 for pattern in patterns):
            raise ValueError("A pattern to look for has at least nineteen bytes.")
        self.longest = max((len(pattern.data) for pattern in patterns), default=1)
        at: dict[int, list[tuple[int, Pattern]]] = defaultdict(list)
        for pattern in patterns:
            for offset in range(_STRIDE):
                word = int.from_bytes(pattern.data[offset : offset + _WORD], "little") | int(_LOWER)
                at[word].append((offset, pattern))
        self._at = dict(at)
        self._words = np.array(sorted(at), dtype=np.uint32)
        self._table = np.zeros(_SIZE, dtype=np.bool_)
        self._table[_slots(self._words)] = True

    def hits(self, data: bytes) -> Iterator[tuple[int, Pattern]]:
        """Where each pattern starts in ``data``, in order of the words that gave it away."""
        words = np.frombuffer(data, dtype="<u4", count=len(data) // _WORD)[:: _STRIDE // _WORD] | _LOWER
        near = np.flatnonzero(self._table[_slots(words)])
        if not near.size or not self._words.size:
            return
        places = np.minimum(np.searchsorted(self._words, words[near]), self._words.size - 1)
        for index in near[self._words[places] == words[near]].tolist():
            yield from self._compared(data, index * _STRIDE, int(words[index]))

    def _compared(self, data: bytes, place: int, word: int) -> Iterator[tuple[int, Pattern]]:
        for offset, pattern in self._at[word]:
            start = place - offset
            if start < 0:
                continue
            piece = data[start : start + len(pattern.data)]
            if (piece.lower() if pattern.any_case else piece) == pattern.data:
                yield start, pattern


def _slots(words: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return (words * _MIX) >> _SHIFT
