"""Who speaks in a cue: by WebVTT's voice tags, or by a name and a colon before what is said."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from models.records.span import Span
from pipelines.conversations.captions import Cue
from pipelines.conversations.role_words import role_in
from pipelines.conversations.spoken import Spoken

_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:\s([^<>]*))?>")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|</?>|<\d[\d:.]*>|\{\\[^{}]*\}")
"""Styles, times inside a cue, and the positions that SRT players know; "<3" and "a < b" are left alone."""

_NAMED = re.compile(r"\s*(?:[-–—]\s*|>>\s*)?(?P<name>[^:：]{1,60}?)\s*[:：](?:\s+|$)(?P<text>.*)", re.DOTALL)
_PLAIN_NAME = re.compile(r"[\w.'’&/#@ ,()\[\]-]+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_MOST_WORDS = 5
_SMALL_WORDS = {
    "al", "and", "bin", "da", "de", "del", "della", "den", "der", "di", "el", "la", "le", "of", "van", "von",
}  # fmt: skip
"""Words that a name may hold in lower case."""

_NO_NAMES = {
    "also", "and", "answer", "basically", "because", "but", "example", "first", "honestly", "how", "like", "listen",
    "look", "no", "note", "ok", "okay", "plus", "question", "remember", "right", "second", "so", "third", "well",
    "what", "when", "where", "who", "why", "yeah", "yes",
}  # fmt: skip
"""Words that people say before a pause that a machine writes as a colon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A piece of a cue; ``speaker`` is None where nobody is named, ``span`` where its time was not asked for."""

    speaker: str | None
    text: str
    span: Span | None = None


def spoken_in(cues: Sequence[Cue]) -> tuple[Spoken, ...]:
    """What was said, one entry for each stretch of one speaker: cues that follow each other are put together.

    Where the file has no voice tag at all, names before a colon count; text without a name then goes on from the
    name before it. ``speaker`` is None for what nobody is named for. An entry's time is from the first of its cues to
    the last; voices that share a cue share its time, one after another, by the length of what they say.
    """
    pieces = [voice for cue in cues for voice in _timed(cue, tagged(cue.payload))]
    if not any(piece.speaker for piece in pieces):
        lines = [[Voice(speaker=None, text=_plain(line)) for line in cue.payload] for cue in cues]
        pieces = list(_named([one for cue, said in zip(cues, lines, strict=True) for one in _timed(cue, said)]))
    return tuple(_joined(pieces))


def tagged(payload: Sequence[str]) -> tuple[Voice, ...]:
    """The pieces of a cue by its voice tags, without tags and with entities as characters."""
    parts = _VOICE.split(" ".join(payload))
    pieces: list[tuple[str | None, str]] = [(None, parts[0])]
    pieces += zip(parts[1::2], parts[2::2], strict=True)
    voices = (Voice(speaker=_plain(name or "") or None, text=_plain(text)) for name, text in pieces)
    return tuple(voice for voice in voices if voice.text or voice.speaker)


def _timed(cue: Cue, voices: Sequence[Voice]) -> Iterator[Voice]:
    """The voices of a cue, each with its part of the cue's time."""
    whole, said = sum(len(voice.text) for voice in voices) or 1, 0
    for voice in voices:
        start = cue.start_ms + cue.duration_ms * said // whole
        said += len(voice.text)
        yield replace(voice, span=Span(start_ms=start, end_ms=cue.start_ms + cue.duration_ms * said // whole))


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", text)).split())


def _named(lines: Sequence[Voice]) -> Iterator[Voice]:
    """Every line with the name that it begins with, or with the last name before it."""
    split = [_NAMED.fullmatch(line.text) for line in lines]
    often = Counter(_key(found["name"]) for found in split if found)
    speaker: str | None = None
    for line, found in zip(lines, split, strict=True):
        if found and _is_name(found["name"], often[_key(found["name"])]):
            speaker = _bare(found["name"])
            yield replace(line, speaker=speaker, text=found["text"])
        else:
            yield replace(line, speaker=speaker)


def _is_name(name: str, times: int) -> bool:
    """Whether what stands before a colon is a speaker and not the beginning of a sentence."""
    words = _BRACKETS.sub(" ", _bare(name)).split()
    if not _PLAIN_NAME.fullmatch(name) or not 0 < len(words) <= _MOST_WORDS or _key(words[0]) in _NO_NAMES:
        return False
    if role_in(name) is not None or all(not word[0].islower() or word in _SMALL_WORDS for word in words):
        return True
    return times > 1 and (len(words) == 1 or (len(words) == 2 and words[1].isdecimal()))


def _bare(name: str) -> str:
    """A name without brackets around the whole of it, as in "[SPEAKER_00]:"."""
    inner = re.fullmatch(r"\[([^\[\]]+)\]|\(([^()]+)\)", name)
    return (inner[1] or inner[2]).strip() or name if inner else name


def _key(name: str) -> str:
    return " ".join(name.casefold().split()).strip(" .,-")


def _joined(pieces: Sequence[Voice]) -> Iterator[Spoken]:
    """Pieces of one speaker in a row as one; a name without words says nothing."""
    for speaker, said in groupby(pieces, key=lambda piece: piece.speaker):
        worded = [piece for piece in said if piece.text]
        if worded:
            yield Spoken(speaker=speaker, text=" ".join(piece.text for piece in worded), span=_whole(worded))


def _whole(pieces: Sequence[Voice]) -> Span | None:
    """From the first piece's start to the last one's end; cues need not be in order of time."""
    spans = [piece.span for piece in pieces if piece.span is not None]
    if not spans:
        return None
    return Span(start_ms=min(span.start_ms for span in spans), end_ms=max(span.end_ms for span in spans))
