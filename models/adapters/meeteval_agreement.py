"""Concatenated minimum-permutation word errors (cpWER) by meeteval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.adapters.evaluation_parts import load
from models.agreement import WordErrors


def speaker_word_errors(reference: Mapping[str, Sequence[str]], hypothesis: Mapping[str, Sequence[str]]) -> WordErrors:
    """Word errors when each speaker's words, in order, meet those of one speaker of the result, matched best.

    Raises MissingPartError.
    """
    load("meeteval")
    segments = load("meeteval.io").SegLST
    score = load("meeteval.wer.wer.cp").cp_word_error_rate

    def side(words: Mapping[str, Sequence[str]]) -> object:
        return segments(
            [{"session_id": "s", "speaker": name, "words": " ".join(said)} for name, said in sorted(words.items())]
        )

    if not any(reference.values()):
        return WordErrors(insertions=sum(len(words) for words in hypothesis.values()))
    errors = score(side(reference), side(hypothesis), reference_sort=False, hypothesis_sort=False)
    return WordErrors(
        length=errors.length,
        substitutions=errors.substitutions,
        deletions=errors.deletions,
        insertions=errors.insertions,
    )
