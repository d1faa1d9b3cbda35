"""What a worker wrote for themself about a session. Content: it is only ever stored sealed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.records.scoring import SCORES
from service.reflection.errors import ReflectionTextError
from service.sessions.records import SessionFacts

MOST_TEXT = 4_000
MOST_FIELDS = 600
MOST_ASIDES = 50
NOTE, WANTED = "note", "wanted"
CANNOT_SAY = "cannot-say"
OWN = "own"
"""The question of a moment that nobody asked: the worker's own note on it."""
_RATING, _ANSWER = "rating", "answer"
_ELEMENT = re.compile(r"[a-z_]{1,64}")
_ABOUT = re.compile(r"[^\s:]{1,64}:[a-z_]{1,64}[+-]")
_QUESTION = re.compile(r"[a-z0-9_+-]{1,64}")
_RATINGS = frozenset({CANNOT_SAY, *map(str, SCORES)})


def rating_field(element: str) -> str:
    """The field of a self-rating; it holds "1" to "5" or ``CANNOT_SAY``."""
    return f"{_RATING} {element}"


def answer_field(about: str, question: str) -> str:
    """The field of an answer; ``about`` is the id of a flag, like ``u12:empathy+``."""
    return f"{_ANSWER} {about} {question}"


def is_rating(name: str) -> bool:
    """Whether a field is a self-rating."""
    return name.startswith(f"{_RATING} ")


def answer_parts(name: str) -> tuple[str, str] | None:
    """What an answer's field is about, and its question; None for other fields."""
    kind, _, rest = name.partition(" ")
    about, _, question = rest.partition(" ")
    return (about, question) if kind == _ANSWER else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A text that was written in two windows at once: what came later, kept beside what stands in its field."""

    id: str
    field: str
    text: str
    kept_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reflection:
    """What stands in each field; a field that is empty is left out.

    ``without_rating``: the worker chose to see the suggestions before every element was rated. ``written``: the version
    in which a field changed last; whoever saw that one, or a later one, has seen what stands in the fields.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    written: int = 0
    without_rating: bool = False
    asides: tuple[Aside, ...] = ()

    def text(self, name: str) -> str:
        """What stands in a field, empty where nothing does."""
        return self.fields.get(name, "")

    def rated(self, element: str) -> str:
        """The self-rating of an element: "1" to "5", ``CANNOT_SAY``, or empty."""
        return self.text(rating_field(element))

    def packed(self) -> bytes:
        """As JSON, to be sealed."""
        asides = [{"id": one.id, "field": one.field, "text": one.text, "kept_ms": one.kept_ms} for one in self.asides]
        kept: dict[str, Any] = {
            "fields": dict(self.fields), "written": self.written, "asides": asides,
            "without_rating": self.without_rating,
        }  # fmt: skip
        return json.dumps(kept, ensure_ascii=False).encode()

    @classmethod
    def unpacked(cls, data: bytes) -> Reflection:
        """What `packed` gave."""
        kept = json.loads(data)
        asides = tuple(Aside(**one) for one in kept["asides"])
        return cls(**kept | {"asides": asides})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A reflection as it is kept, and the facts of its session. ``version`` is 0 before anything was written.

    From ``rated_ms`` on (ms since 1970, UTC) the worker was shown the suggestions.
    """

    facts: SessionFacts
    reflection: Reflection = Reflection()
    version: int = 0
    rated_ms: int | None = None
    changed_ms: int | None = None


def checked(sent: Mapping[str, str], elements: frozenset[str]) -> dict[str, str]:
    """The fields as they may be kept. Raises ReflectionTextError for those that may not."""
    if len(sent) > MOST_FIELDS:
        raise ReflectionTextError(f"A reflection holds up to {MOST_FIELDS} answers and notes. Take some out.")
    for name, text in sent.items():
        if not _known(name, elements) or "\0" in text or (is_rating(name) and text and text not in _RATINGS):
            raise ReflectionTextError
        if len(text) > MOST_TEXT:
            raise ReflectionTextError(f"An answer or a note holds up to {MOST_TEXT:,} characters. Shorten it.")
    return dict(sent)


def _known(name: str, elements: frozenset[str]) -> bool:
    if name in (NOTE, WANTED):
        return True
    if is_rating(name):
        return name.partition(" ")[2] in elements
    parts = answer_parts(name)
    return parts is not None and bool(_ABOUT.fullmatch(parts[0]) and _QUESTION.fullmatch(parts[1]))
