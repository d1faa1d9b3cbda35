"""Who has the floor: the scored role's lines, where its volleys may end, and what a listener says meanwhile."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from models.records.coding import CodedUtterance, Coding
from models.records.speech import Role
from pipelines.stages.lexicon import AUXILIARIES, PRONOUNS, is_backchannel, token_of

LISTENER_WORDS = 3
"""The most words of a listener's noise; each has to be on the lexicon's list of backchannels."""

THOUGHT_WORDS = 30
"""A line of one sentence with at most this many words is taken for one complete thought."""

SIMILAR_AFFIRMATIONS = 3
"""After this many affirmations with the same words, no more are counted."""

_ASIDE = re.compile(r"\[[^\[\]]*\]")
_SENTENCE_END = re.compile(r"[.?!…][\"'”’)]*\s+\S")
_SMALL_WORDS = frozenset(("a", "an", "the", "so", "and", "but", "that's", "really", "very", "just", "you've", "your"))
_EMPTY_WORDS = AUXILIARIES | PRONOUNS | _SMALL_WORDS


class Gap(Enum):
    """What lies between a line of the scored role and its last one."""

    NOTHING = 0
    LISTENER = 1
    """A listener's noise, and nothing else: it ends the volley only where it answers a question or reflection."""
    SPEECH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The scored role's N lines, noises left out, and the family's M lines, in the order of the session.

    ``gaps`` [N]; ``before`` [N + 1]: how many of ``family`` come before each line, and in all. ``one_thought`` [N].
    ``praise`` [N]: lines with the same words share a number, -1 where fewer lines than the limit do.
    """

    scored: tuple[CodedUtterance, ...]
    gaps: tuple[Gap, ...]
    before: tuple[int, ...]
    family: tuple[CodedUtterance, ...]
    one_thought: tuple[bool, ...]
    praise: tuple[int, ...]


def floor_of(coding: Coding) -> Floor:
    """Who has the floor, line by line."""
    role = coding.setting.scored_role
    scored: list[CodedUtterance] = []
    family: list[CodedUtterance] = []
    gaps: list[Gap] = []
    before: list[int] = []
    gap = Gap.SPEECH
    for one in coding.utterances:
        noise = is_listening(one.text)
        if one.role is role:
            if not noise:
                scored.append(one)
                gaps.append(gap)
                before.append(len(family))
                gap = Gap.NOTHING
            continue
        gap = max(gap, Gap.LISTENER if noise else Gap.SPEECH, key=lambda found: found.value)
        if one.role in (Role.PARENT_OR_CARER, Role.CHILD):
            family.append(one)
    return Floor(
        scored=tuple(scored),
        gaps=tuple(gaps),
        before=(*before, len(family)),
        family=tuple(family),
        one_thought=tuple(is_one_thought(one.text) for one in scored),
        praise=_praise([one.text for one in scored]),
    )


def is_listening(text: str) -> bool:
    """Whether a line is only a listener's noise ("Mm, yeah."), or nothing that is said ("[sighs]", "")."""
    words = spoken_words(text)
    if "?" in text:
        return False
    return len(words) <= LISTENER_WORDS and all(is_backchannel(word) for word in words)


def is_one_thought(text: str) -> bool:
    """Whether a line is one sentence, and not a long one."""
    spoken = _ASIDE.sub(" ", text).strip()
    return not _SENTENCE_END.search(spoken) and len(spoken.split()) <= THOUGHT_WORDS


def spoken_words(text: str) -> list[str]:
    """The words of a line, without signs and without asides in square brackets."""
    return [word for word in _ASIDE.sub(" ", text).split() if any(sign.isalnum() for sign in word)]


def _praise(texts: Sequence[str]) -> tuple[int, ...]:
    """Equal numbers for lines that say the same, whatever their order and small words; -1 where few lines do."""
    keys = [frozenset(map(token_of, spoken_words(text))) - _EMPTY_WORDS for text in texts]
    often = [key for key, times in Counter(keys).items() if key and times > SIMILAR_AFFIRMATIONS]
    numbers: Mapping[frozenset[str], int] = {key: number for number, key in enumerate(often)}
    return tuple(numbers.get(key, -1) for key in keys)
