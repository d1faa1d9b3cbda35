"""Text as the coder reads it: without a transcriber's marks, and, to compare, without punctuation and case."""

from __future__ import annotations

import re

_MARKS = re.compile(r"\[[^\]]{0,80}\]|\([^)]{0,40}\)|<[^>]{0,80}>")
_SPACE = re.compile(r"\s+")
_PUNCTUATION = re.compile(r"[^\w\s']|_")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."})


def clean(text: str) -> str:
    """One line of text with plain quotes, without "[unintelligible 00:01:02]" and the like."""
    return _SPACE.sub(" ", _MARKS.sub(" ", text.translate(_QUOTES))).strip()


def bare(text: str) -> str:
    """The cleaned text in lower case and without punctuation, as some speech recognisers write it."""
    return _SPACE.sub(" ", _PUNCTUATION.sub(" ", clean(text).lower())).strip()
