"""When each sentence of a session starts: pauses drawn by a seeded generator, and overlaps where they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from models.records.speech import Role
from pipelines.demo.flite_voice import Spoken, Voice

LEAD_IN_MS = 800
_BETWEEN_SENTENCES_MS = {".": (280, 560), "?": (380, 700)}
_BETWEEN_TURNS_MS = {".": (450, 1050), "?": (600, 1350)}
_SHORT_MS = 200
_ASIDE_QUIETER_DB = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One turn of the script: who speaks, in which role, and what."""

    turn: int
    speaker: str
    role: Role
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backchannel:
    """A few words by ``speaker`` while sentence ``sentence`` (from 1) of turn ``turn`` is spoken, ``at`` of the way."""

    turn: int
    sentence: int
    at: float
    speaker: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaps:
    """Who talks over whom: ``early`` says by how many milliseconds a turn starts before the last one has ended."""

    early: dict[int, int] = field(default_factory=dict)
    backchannels: tuple[Backchannel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A spoken sentence and its place in the session, in milliseconds."""

    id: str
    start_ms: int
    speaker: str
    role: Role
    text: str
    spoken: Spoken

    @property
    def end_ms(self) -> int:
        """Where it ends."""
        return self.start_ms + self.spoken.duration_ms


Say = Callable[[str, Voice], Spoken]


def sentences(text: str) -> tuple[str, ...]:
    """Split where a full stop, question mark or exclamation mark is followed by a space."""
    return tuple(part for part in re.split(r"(?<=[.?!])\s+", text.strip()) if part)


def lay_out(
    lines: tuple[Line, ...], voices: dict[str, Voice], overlaps: Overlaps, seed: int, say: Say
) -> tuple[Placed, ...]:
    """Speak every line and put it in its place; sorted by start. ``voices`` are by speaker."""
    random = Random(seed)  # noqa: S311 - pauses, not secrets
    placed: list[Placed] = []
    clock = LEAD_IN_MS
    for line in lines:
        start = clock - overlaps.early.get(line.turn, 0)
        spoken = _turn(line, start, voices[line.speaker], random, say)
        placed += spoken
        placed += _asides(line, spoken, lines, voices, overlaps, say)
        end, mark = spoken[-1].end_ms, line.text.rstrip()[-1]
        follows = line.turn + 1 in overlaps.early
        clock = end + (0 if follows else random.randint(*_BETWEEN_TURNS_MS.get(mark, _BETWEEN_TURNS_MS["."])))
    return tuple(sorted(placed, key=lambda one: (one.start_ms, one.id)))


def _turn(line: Line, start: int, voice: Voice, random: Random, say: Say) -> list[Placed]:
    placed: list[Placed] = []
    for number, text in enumerate(sentences(line.text), start=1):
        name = f"t{line.turn:02d}-{number}"
        spoken = say(text, voice)
        one = Placed(id=name, start_ms=start, speaker=line.speaker, role=line.role, text=text, spoken=spoken)
        placed.append(one)
        pause = random.randint(*_BETWEEN_SENTENCES_MS.get(text[-1], _BETWEEN_SENTENCES_MS["."]))
        start = one.end_ms + (pause if spoken.duration_ms > _SHORT_MS * 4 else pause - _SHORT_MS // 2)
    return placed


def _softly(voice: Voice) -> Voice:
    return replace(voice, level_dbfs=voice.level_dbfs - _ASIDE_QUIETER_DB)


def _asides(
    line: Line, spoken: list[Placed], lines: tuple[Line, ...], voices: dict[str, Voice], overlaps: Overlaps, say: Say
) -> list[Placed]:
    roles = {one.speaker: one.role for one in lines}
    asides: list[Placed] = []
    for aside in overlaps.backchannels:
        if aside.turn == line.turn:
            under = spoken[aside.sentence - 1]
            asides.append(
                Placed(
                    id=f"{under.id}-aside",
                    start_ms=under.start_ms + round(aside.at * under.spoken.duration_ms),
                    speaker=aside.speaker,
                    role=roles[aside.speaker],
                    text=aside.text,
                    spoken=say(aside.text, _softly(voices[aside.speaker])),
                )
            )
    return asides
