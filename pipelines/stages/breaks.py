"""Where one thought ends and the next begins: sentences, pauses and length."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from models.records.speech import Speech, Timing, Word, Words

PAUSE_MS = 700
"""A pause this long after a sentence ends an utterance."""

LONG_PAUSE_MS = 1_500
"""A pause this long ends an utterance anywhere."""

LONGEST_MS = 20_000
"""An utterance ends at the next sentence once it is this long, and wherever it can at twice this length."""

SHORTEST_MS = 2_000
"""A longer monologue is not cut into pieces shorter than this where that can be avoided."""

REACH_MS = 800
"""How far an estimated word boundary may lie from the silence that it stands for."""

SENTENCE_ENDS = ".?!…"


def ends_sentence(text: str) -> bool:
    """Whether a written word ends a sentence."""
    return text.rstrip("\"'”’)")[-1:] in tuple(SENTENCE_ENDS)


def pauses(words: Words, speech: Speech) -> list[int]:
    """Milliseconds of silence after each word but the last.

    Where times are estimated, each silence in the detected speech is put at the word boundary nearest to it, at the
    end of a sentence if there is one within `REACH_MS`.
    """
    gaps = [max(0, after.start_ms - before.end_ms) for before, after in pairwise(words.words)]
    if words.timing is Timing.MEASURED or not gaps:
        return gaps
    boundaries = [(before.end_ms + after.start_ms) // 2 for before, after in pairwise(words.words)]
    for before, after in pairwise(speech.spans):
        middle = (before.end_ms + after.start_ms) // 2
        near = range(bisect_left(boundaries, middle - REACH_MS), bisect_right(boundaries, middle + REACH_MS))
        if near:
            best = min(near, key=lambda i: (not ends_sentence(words.words[i].text), abs(boundaries[i] - middle)))
            gaps[best] = max(gaps[best], after.start_ms - before.end_ms)
    return gaps


def split_thoughts(words: Sequence[Word], flow: Sequence[int], silent: Sequence[int]) -> list[list[int]]:
    """Cut one speaker's words (given by number) into utterances; nothing is left out."""
    punctuated = any(ends_sentence(words[i].text) for i in flow)
    thoughts: list[list[int]] = [[flow[0]]]
    for before, after in pairwise(flow):
        silence = silent[before] if after == before + 1 else max(0, words[after].start_ms - words[before].end_ms)
        natural = ends_sentence(words[before].text) or not punctuated
        if silence >= LONG_PAUSE_MS or (silence >= PAUSE_MS and natural):
            thoughts.append([after])
        else:
            thoughts[-1].append(after)
    return [piece for thought in thoughts for piece in _split_long(words, thought)]


def _split_long(words: Sequence[Word], thought: list[int]) -> list[list[int]]:
    """Cut what is too long, from its start, at its sentences or else at a wide gap."""
    pieces: list[list[int]] = []
    end_ms = words[thought[-1]].end_ms
    while len(thought) > 1 and end_ms - words[thought[0]].start_ms > LONGEST_MS:
        cut = _cut(words, thought)
        if cut is None:
            break
        pieces.append(thought[:cut])
        thought = thought[cut:]
    return [*pieces, thought]


def _cut(words: Sequence[Word], thought: list[int]) -> int | None:
    """The last end of a sentence before the limit, or the first after it, or the widest gap if it goes on too long."""
    first = words[thought[0]].start_ms
    early: list[int] = []
    late: list[int] = []
    for place in range(1, len(thought)):
        before, after = words[thought[place - 1]], words[thought[place]]
        if after.start_ms - first > 2 * LONGEST_MS:
            break
        if ends_sentence(before.text) and before.end_ms - first >= SHORTEST_MS:
            (early if before.end_ms - first <= LONGEST_MS else late).append(place)
    else:
        place = len(thought)
    if early or late:
        return early[-1] if early else late[0]
    if place == len(thought):
        return None
    gaps = {p: words[thought[p]].start_ms - words[thought[p - 1]].end_ms for p in range(max(1, place // 4), place)}
    return max(gaps, key=lambda p: (gaps[p], p), default=place)
