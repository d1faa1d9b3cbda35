"""Words of a reference against words of a result with the fewest edits, by jiwer."""

from __future__ import annotations

from collections.abc import Sequence

from models.adapters.evaluation_parts import load

Pair = tuple[int | None, int | None]
"""Places of a reference word and a result's word; None where there is no counterpart."""


def align(reference: Sequence[str], hypothesis: Sequence[str]) -> tuple[Pair, ...]:
    """Every word of both sides, in order, paired. Words must not hold spaces. Raises MissingPartError."""
    if not reference or not hypothesis:
        return (*((i, None) for i in range(len(reference))), *((None, j) for j in range(len(hypothesis))))
    jiwer = load("jiwer")
    result = jiwer.process_words([" ".join(reference)], [" ".join(hypothesis)])
    pairs: list[Pair] = []
    for chunk in result.alignments[0]:
        ours = range(chunk.ref_start_idx, chunk.ref_end_idx)
        theirs = range(chunk.hyp_start_idx, chunk.hyp_end_idx)
        if chunk.type == "delete":
            pairs += [(i, None) for i in ours]
        elif chunk.type == "insert":
            pairs += [(None, j) for j in theirs]
        else:
            pairs += list(zip(ours, theirs, strict=True))
    return tuple(pairs)
