"""Finds utterances that speak to the software rather than to a person in the room, by explicit rules.

Each utterance is read as it stands, without invisible characters and look-alike letters, and decoded where it looks
encoded; neighbours are also read together, so that a command split over speakers is found. What is found is a
suggestion to the reviewer to listen; it says nothing about who meant what.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator, Sequence

from pipelines.judges.addressed_rules import cues, pairs, rules, run_together, squashed

_TOGETHER = 3
"""So many neighbouring utterances are read as one."""
_LONGEST = 4000
"""Characters of one utterance that are searched; the model is shown no more."""
_HIDDEN_MOST = 2
_LOOK_ALIKES = str.maketrans(
    dict(zip("аеорсухіјѕԁһӏвнкмт", "aeopcyxijsdhlbhkmt", strict=True))
    | dict(zip("АВЕКМНОРСТХІЅ", "ABEKMHOPCTXIS", strict=True))
    | dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαονικυɡⅼ", "ABEZHIKMNOPTYXaovikugl", strict=True))
)
_LEET = str.maketrans(dict(zip("013457@$", "oieastas", strict=True)))
_WORTH = re.compile(
    r"ignor|disregard|forget|overrid|instruct|prompt|rubric|scor|rating|award|full marks|top marks|five|5"
    r"|transcript|empathy|collaboration|autonomy|evocation|purposeful|element"
)
"""A disguise or a split is looked into only where it holds one of these: it costs as much as the text itself."""
_BLOB = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(
    r"\b(?:[0-9a-f]{2}[\s:]?){8,}\b|(?:\\x[0-9a-f]{2}){4,}|(?:%[0-9a-f]{2}){4,}|(?:\\u[0-9a-f]{4}){4,}"
    r"|(?:&#\w{2,5};){4,}|(?:[01]{8}\s?){3,}|(?:(?<!\S)[.\-/]{1,6}\s+){6,}",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_APART = re.compile(r"(?:\b\w\b[\s.,_-]+){7,}\b\w\b")


def addressed(texts: Sequence[str]) -> tuple[bool, ...]:
    """For each utterance, in order, whether it speaks to the software; see `speaks_to_software`."""
    short = [text[:_LONGEST] for text in texts]
    plains = [plain(text) for text in short]
    alone = {text: _alone(text, plain_text) for text, plain_text in dict(zip(short, plains, strict=True)).items()}
    found = [alone[text] for text in short]
    for start in range(len(texts) - 1):
        for place in _split(plains[start : start + _TOGETHER]):
            found[start + place] = True
    return tuple(found)


def speaks_to_software(text: str) -> bool:
    """Whether a text commands, addresses or imitates the software that reads the transcript."""
    return _alone(text[:_LONGEST], plain(text[:_LONGEST]))


def plain(text: str) -> str:
    """Lower case, compatibility forms unified, nothing invisible, plain quote marks, single blanks.

    Letters of other scripts become the Latin ones they look like in words that mix scripts; letters that stand in for
    "AI" and "GPT" when they are spelled out are joined.
    """
    composed = unicodedata.normalize("NFKC", text)
    seen = "".join(c if not _invisible(c) else "" for c in composed)
    words = [_one_script(word) for word in seen.translate(_QUOTES).split()]
    lowered = " ".join(words).lower()
    return " ".join(_SPELLED.sub(lambda match: re.sub(r"[\s.]", "", match.group(0)) + " ", lowered).split())


_QUOTES = str.maketrans(dict.fromkeys("‘’‛′`", "'") | dict.fromkeys("“”‟″", '"'))
_SPELLED = re.compile(r"\bg[\s.]+p[\s.]+t\b\.?|\ba[\s.]\s?i\b\.?(?=\s|$)|\bl[\s.]+l[\s.]+m\b\.?")


def _invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Cc", "Co") and not character.isspace()


def _one_script(word: str) -> str:
    latin = any("a" <= c <= "z" for c in word.lower())
    other = any("\u0370" <= c <= "\u052f" or c in "ɡⅼ" for c in word)
    return word.translate(_LOOK_ALIKES) if latin and other else word


def _alone(text: str, plain_text: str) -> bool:
    if _hides(text) or _mixes_scripts(text) or _encoded(text):
        return True
    views = tuple(_views(plain_text))
    if any(rule.search(view) for view in views for rule in rules().values()):
        return True
    return any(_piled(view) for view in views) or _pushed_together(text, plain_text)


def _piled(plain_text: str) -> bool:
    """Whether one sentence holds two cues that ordinary speech does not join."""
    for sentence in _SENTENCE.split(plain_text):
        found = {name for name, words in cues().items() if words.search(sentence)}
        if any(pair <= found for pair in pairs()):
            return True
    return False


def _views(plain_text: str) -> Iterator[str]:
    """The text itself, and what it is if it was disguised in one of the simplest ways."""
    yield plain_text
    unleeted = " ".join(word.translate(_LEET) if _leet(word) else word for word in plain_text.split())
    for disguised in (unleeted, codecs.encode(plain_text, "rot13"), plain_text[::-1]):
        if disguised != plain_text and _WORTH.search(disguised):
            yield disguised


def _leet(word: str) -> bool:
    return any(c.isalpha() for c in word) and any(c.isdigit() or c in "@$" for c in word)


def _split(plains: Sequence[str]) -> set[int]:
    """Places of neighbours that only together hold a command that begins in the first of them."""
    joined, edges = plains[0], [len(plains[0])]
    for text in plains[1:]:
        joined += " " + text
        edges.append(len(joined))
    touched: set[int] = set()
    if not _WORTH.search(joined):
        return touched
    for rule in rules().values():
        for found in rule.finditer(joined):
            first = sum(edge < found.start() for edge in edges)
            last = sum(edge < found.end() for edge in edges)
            if first == 0 and last > 0:
                touched.update(range(first, last + 1))
    return touched


def _hides(text: str) -> bool:
    """Whether it holds characters that nobody sees: tags, changes of direction, or more than a few of others."""
    hidden = [c for c in text.lstrip("\ufeff") if unicodedata.category(c) in ("Cf", "Co") and c != "\u00ad"]
    return len(hidden) > _HIDDEN_MOST or any(
        c >= "\U000e0000" or "\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in hidden
    )


def _mixes_scripts(text: str) -> bool:
    return any(
        any("a" <= c <= "z" for c in word) and any("\u0370" <= c <= "\u052f" for c in word)
        for word in unicodedata.normalize("NFKC", text).lower().split()
    )


def _encoded(text: str) -> bool:
    """Whether it holds a long run that no one can have said: base64, hexadecimal, escapes, or bits."""
    if _HEX.search(text):
        return True
    for found in _BLOB.finditer(text):
        run = found.group(0)
        kinds = sum((any(c.isupper() for c in run[1:]), any(c.islower() for c in run), any(c.isdigit() for c in run)))
        if run.endswith("=") or kinds == 3 or _decodes(run):
            return True
    return False


def _decodes(run: str) -> bool:
    try:
        said = base64.b64decode(run + "=" * (-len(run) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return False
    return said.isprintable() and " " in said


def _pushed_together(text: str, plain_text: str) -> bool:
    """Whether letters that stand apart, or words that are cut elsewhere, make a command."""
    if run_together().search("".join(filter(str.isalnum, plain_text))):
        return True
    apart = _APART.findall(text.lower())
    return any(squashed().search(re.sub(r"[\W_]", "", run)) for run in apart)
