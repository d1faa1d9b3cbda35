"""Standard English normalisation of text before words are compared, by whisper-normalizer."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from models.adapters.evaluation_parts import load

_CURLY = str.maketrans({"’": "'", "‘": "'", "ʼ": "'"})
_WRITTEN_OUT = {"cannot": "can not", "ain't": "is not", "shan't": "shall not"}
_BARE_CONTRACTION = re.compile(
    r"\b((?:do|does|did|is|are|was|were|have|has|had|would|could|should)n)t\b", re.IGNORECASE
)
_WORD = re.compile(rf"\b({'|'.join(_WRITTEN_OUT)})\b", re.IGNORECASE)


@cache
def english_normaliser() -> Callable[[str], tuple[str, ...]]:
    """A function from text to comparable words: lower case, no punctuation, contractions and numbers written out alike.

    Typographic and forgotten apostrophes are put right first ("wasn’t", "wasnt"), and cannot, ain't and shan't are
    written out: the library by itself takes these for other words than "was not". Fillers such as "um" are dropped.
    Raises MissingPartError.
    """
    normalise = load("whisper_normalizer.english").EnglishTextNormalizer()

    def words(text: str) -> tuple[str, ...]:
        plain = _BARE_CONTRACTION.sub(r"\1't", text.translate(_CURLY))
        plain = _WORD.sub(lambda found: _WRITTEN_OUT[found[0].lower()], plain)
        return tuple(str(normalise(plain)).split())

    return words
