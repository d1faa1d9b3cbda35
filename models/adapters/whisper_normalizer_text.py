"""Standard English normalisation of text before words are compared, by whisper-normalizer."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from models.adapters.evaluation_parts import load

_CURLY = str.maketrans({"’": "'", "‘": "'", "ʼ": "'"})
_WRITTEN_OUT = {"cannot": "can not", "ain't": "is not", "shan't": "shall not"}
_WORD = re.compile(rf"\b({'|'.join(_WRITTEN_OUT)})\b", re.IGNORECASE)


@cache
def english_normaliser() -> Callable[[str], tuple[str, ...]]:
    """A function from text to comparable words: lower case, no punctuation, contractions and numbers written out alike.

    Typographic apostrophes are made plain first, and cannot, ain't and shan't are written out: without that the library
    leaves "wasn’t" as "wasnt" and takes it for another word than "was not". Fillers such as "um" and "mm" are dropped.
    Raises MissingPartError.
    """
    normalise = load("whisper_normalizer.english").EnglishTextNormalizer()

    def words(text: str) -> tuple[str, ...]:
        plain = _WORD.sub(lambda found: _WRITTEN_OUT[found[0].lower()], text.translate(_CURLY))
        return tuple(str(normalise(plain)).split())

    return words
