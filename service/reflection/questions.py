"""Questions to think about a moment with: ours, in questions.toml, by element and direction."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

ASKED = 2
"""So many questions a moment is given."""
WORDS = {"+": "for", "-": "against"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. Its ``id`` stays with an answer for good: reword a question only where its meaning stays."""

    id: str
    text: str


@cache
def questions() -> Mapping[str, tuple[Question, ...]]:
    """All questions by element and direction, like ``empathy+``."""
    read = tomllib.loads(files("service.reflection").joinpath("questions.toml").read_text("utf-8"))
    return {
        f"{element}{direction}": tuple(Question(id=name, text=text) for name, text in told[word].items())
        for element, told in read.items()
        for direction, word in WORDS.items()
    }


def questions_about(about: str) -> tuple[Question, ...]:
    """The questions of one moment, the same ones each time; ``about`` is the id of a flag, like ``u12:empathy+``."""
    known = questions().get(about.rpartition(":")[2], ())
    if len(known) <= ASKED:
        return known
    first = hashlib.sha256(about.encode()).digest()[0] % len(known)
    return tuple(known[(first + step) % len(known)] for step in range(ASKED))


def question_of(direction: str, name: str) -> Question | None:
    """The question of this id, for answers that were given to moments which are not marked any more."""
    return next((one for one in questions().get(direction, ()) if one.id == name), None)
