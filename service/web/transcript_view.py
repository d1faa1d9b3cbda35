"""What the pages of a transcript show: voices with clips, and rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.records.speech import Role
from service.transcripts.records import Said, Standing, Voice
from service.web.words import PRESENT_WORDS

LIKELY = 0.9
"""From this confidence on a suggested role is called likely."""
CLIP_MS = 8_000
SHORTEST_CLIP_MS = 1_000
CLIPS = 3
NOBODY_KNOWS = "Not known"
ROLE_CHOICES: tuple[tuple[str, str], ...] = (*PRESENT_WORDS.items(), (Role.UNKNOWN.value, "I cannot tell"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A piece of a voice to listen to; times in ms, None where there is no sound."""

    start_ms: int | None
    end_ms: int | None
    text: str

    @property
    def fragment(self) -> str:
        """The media fragment that a player understands."""
        return fragment(self.start_ms or 0, self.end_ms or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceView:
    """One voice on the page of who is who. ``chosen`` is the role that its list begins with."""

    voice: Voice
    name: str
    chosen: str
    certainty: str
    percent: int
    share: str
    clips: tuple[Clip, ...]


def fragment(start_ms: int, end_ms: int) -> str:
    """Like ``t=12.5,19.25``."""
    return f"t={start_ms / 1000:g},{end_ms / 1000:g}"


def role_word(role: Role) -> str:
    """What pages call a role."""
    return PRESENT_WORDS.get(role, NOBODY_KNOWS)


def names_of(standing: Standing) -> dict[str, str]:
    """Voices are numbered, never named: a name in a transcript that was brought is nobody's to see here."""
    return {voice.speaker: f"Voice {number}" for number, voice in enumerate(standing.voices, 1)}


def voice_views(standing: Standing) -> tuple[VoiceView, ...]:
    """The voices in their order."""
    names = names_of(standing)
    return tuple(
        VoiceView(
            voice=voice,
            name=names[voice.speaker],
            chosen=voice.role.value if voice.confirmed or voice.role is not Role.UNKNOWN else "",
            certainty=certainty(voice),
            percent=round(100 * voice.confidence),
            share=_share(voice.share),
            clips=clips_of(standing, voice.speaker),
        )
        for voice in standing.voices
    )


def certainty(voice: Voice) -> str:
    """How sure the machine was of its suggestion, in words."""
    if voice.suggested is Role.UNKNOWN or voice.confidence <= 0:
        return "Could not tell"
    return "Likely" if voice.confidence >= LIKELY else "Unsure"


def clips_of(standing: Standing, speaker: str) -> tuple[Clip, ...]:
    """Up to three pieces of a voice: the longest in which nobody else speaks, in order of time."""
    own = [one for one in standing.said if one.speaker == speaker and one.text]
    if not standing.timed:
        longest = sorted(own, key=lambda one: -len(one.text))[:CLIPS]
        return tuple(_clip(one) for one in own if one in longest)
    clear = [one for one in own if not one.overlap and _length(one) >= SHORTEST_CLIP_MS] or own
    longest = sorted(clear, key=lambda one: -min(_length(one), CLIP_MS))[:CLIPS]
    return tuple(_clip(one) for one in sorted(longest, key=lambda one: one.start_ms or 0))


def words_of(text: str) -> tuple[tuple[int, str], ...]:
    """The words before which a text can be split, each with its place, and a few that follow it."""
    found = list(re.finditer(r"\S+", text))[1:]
    return tuple((one.start(), _short(text[one.start() :], 40)) for one in found)


def later(standing: Standing, about: str, most: int = 40) -> tuple[Said, ...]:
    """The utterances after one, to end a range with."""
    ids = [one.id for one in standing.said]
    place = ids.index(about) if about in ids else len(ids)
    return standing.said[place + 1 : place + 1 + most]


def changed_rows(before: Sequence[Said], after: Sequence[Said]) -> tuple[list[tuple[str, Said]], list[str]]:
    """The rows that differ, each with the id of the row before it (empty for the first), and the ids that are gone."""
    was = {one.id: one for one in before}
    order = {one.id: ahead.id for ahead, one in pairwise(after)}
    changed = [(order.get(one.id, ""), one) for one in after if was.get(one.id) != one]
    there = {one.id for one in after}
    return changed, [one.id for one in before if one.id not in there]


def _clip(one: Said) -> Clip:
    if one.start_ms is None or one.end_ms is None:
        return Clip(start_ms=None, end_ms=None, text=_short(one.text, 160))
    return Clip(start_ms=one.start_ms, end_ms=min(one.end_ms, one.start_ms + CLIP_MS), text=_short(one.text, 90))


def _length(one: Said) -> int:
    return (one.end_ms or 0) - (one.start_ms or 0)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]} …"


def _share(share: float) -> str:
    if 0 < share < 0.01:
        return "less than 1% of the talk"
    return f"{round(100 * share)}% of the talk"
