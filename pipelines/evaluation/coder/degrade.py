"""The same conversations as speech recognition might leave them: without punctuation, in lower case, or both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from pipelines.labelled.records import Labelled


class Degrade(StrEnum):
    """What is taken from the text before it is coded."""

    NO_PUNCTUATION = "no-punctuation"
    LOWER = "lower"
    BOTH = "both"


_INSIDE = re.compile(r"(?<=\w)['’](?=\w)")
_PUNCTUATION = re.compile(r"[^\w\s']|_")
_KEPT = "\x00"


def degrade_text(text: str, how: Degrade) -> str:
    """Take punctuation, case or both away. An apostrophe inside a word stays: it is spelling, not punctuation."""
    if how in (Degrade.NO_PUNCTUATION, Degrade.BOTH):
        marked = _INSIDE.sub(_KEPT, text.replace(_KEPT, " "))
        bare = _PUNCTUATION.sub(" ", marked.replace("'", " ").replace(_KEPT, "'"))
        text = " ".join(bare.split())
    return text.lower() if how in (Degrade.LOWER, Degrade.BOTH) else text


def degrade(labelled: Sequence[Labelled], how: Degrade) -> tuple[Labelled, ...]:
    """The conversations with every line's text degraded; labels stay as people gave them on the whole text."""
    return tuple(_degrade_one(one, how) for one in labelled)


def _degrade_one(one: Labelled, how: Degrade) -> Labelled:
    lines = tuple(replace(line, text=degrade_text(line.text, how)) for line in one.conversation.lines)
    return replace(one, conversation=replace(one.conversation, lines=lines))
