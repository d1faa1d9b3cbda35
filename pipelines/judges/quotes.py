"""Whether a quote is in an utterance, word for word: only white space, quote marks and Unicode's forms are forgiven."""

from __future__ import annotations

import re
import unicodedata

_SINGLE = "'\u2018\u2019\u201a\u201b\u2032\u00b4`"
_DOUBLE = '"\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb'
_AROUND = _SINGLE + _DOUBLE
_LEAST_WORDS = 2
"""A single word is in almost any utterance and shows nothing; it counts only where it is all that was said."""


def find_quote(quote: str, text: str) -> str | None:
    """The passage of ``text`` (in Unicode's form C) that ``quote`` repeats word for word; None where there is none.

    White space and the shape of quote marks may differ, and quote marks around the whole quote are ignored; capitals,
    punctuation and words may not. The passage begins and ends at the edge of a word and has at least two words,
    unless the whole utterance has fewer.
    """
    said = unicodedata.normalize("NFC", text)
    wanted = unicodedata.normalize("NFC", quote).strip()
    for candidate in (wanted, wanted.strip(_AROUND).strip()):
        found = _search(candidate, said)
        if found is not None:
            return found
    return None


def _search(wanted: str, said: str) -> str | None:
    words = wanted.split()
    if not words or len(words) < min(_LEAST_WORDS, len(said.split())):
        return None
    pattern = r"\s+".join("".join(_character(character) for character in word) for word in words)
    found = re.search(rf"(?<!\w){pattern}(?!\w)", said)
    return found.group(0) if found and any(character.isalnum() for character in found.group(0)) else None


def _character(character: str) -> str:
    for kind in (_SINGLE, _DOUBLE):
        if character in kind:
            return f"[{re.escape(kind)}]"
    return re.escape(character)
