"""Plain words for what a session holds (times, voices, roles, certainty, engines), the same in every output."""

from __future__ import annotations

import re
import unicodedata

from models.records.session import Session, Speaker
from models.records.speech import UNKNOWN_SPEAKER, Role, Timing

MACHINE_NOTICE = "This is a machine transcript. Nobody has checked it yet."
CHECK_ADVICE = (
    "Words can be wrong or missing, and a missing “not” can turn a sentence round. Listen before you rely on a passage."
)

_ROLE_NAMES = {
    Role.PRACTITIONER: "practitioner",
    Role.PARENT_OR_CARER: "parent or carer",
    Role.CHILD: "child",
    Role.OTHER_FAMILY: "other family",
    Role.OTHER_PROFESSIONAL: "other professional",
    Role.INTERPRETER: "interpreter",
    Role.SUPERVISOR: "supervisor",
    Role.UNKNOWN: "role not known",
}

_ENGINE_PARTS = {
    "decode": "Sound read by",
    "decoder": "Sound read by",
    "detect": "Speech found by",
    "speech_detector": "Speech found by",
    "detector": "Speech found by",
    "diarize": "Voices told apart by",
    "diarizer": "Voices told apart by",
    "transcribe": "Words written by",
    "transcriber": "Words written by",
    "attribute": "Words given to voices by",
    "roles": "Roles suggested by",
    "checks": "Passages to check chosen by",
}

_TURNS_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

LIKELY, UNSURE = 0.8, 0.5
"""From here on a role is called likely; from here on unsure; below, we could not tell."""


def clock(milliseconds: int) -> str:
    """A time in the recording for reading, such as ``1:05`` or ``1:02:07``; tenths are cut off."""
    minutes, seconds = divmod(max(0, milliseconds) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def length(milliseconds: int) -> str:
    """A duration in words, such as ``4 minutes 12 seconds``; under a second it says so."""
    total = round(milliseconds / 1000)
    if total < 1:
        return "under a second"
    minutes, seconds = divmod(total, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "hour"), (minutes, "minute"), (0 if hours else seconds, "second"))
    return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count)


def percent(share: float) -> str:
    """A share in [0, 1] as whole per cent; a small share is never called nought."""
    return "under 1%" if 0 < share < 0.01 else f"{share * 100:.0f}%"


def role_name(role: Role) -> str:
    """A role in plain words, in lower case."""
    return _ROLE_NAMES[role]


def certainty(speaker: Speaker) -> str:
    """How sure a speaker's role is, in words: likely, unsure, could not tell, or given by a person."""
    if speaker.source == "given":
        return "given by a person"
    if speaker.role is Role.UNKNOWN or speaker.role_confidence < UNSURE:
        return "could not tell"
    return "likely" if speaker.role_confidence >= LIKELY else "unsure"


def speaker_name(label: str) -> str:
    """A voice's name for reading: ``SPEAKER_00`` is Speaker 1."""
    number = re.fullmatch(r"SPEAKER_([0-9]{1,4})", label)
    if number:
        return f"Speaker {int(number[1]) + 1}"
    return "Unknown voice" if label == UNKNOWN_SPEAKER else one_line(label)


def one_line(text: str) -> str:
    """Text on one line: line ends, tabs and runs of blanks become one blank.

    Control characters go, and so do those that turn the direction of what follows; they carry no speech.
    """
    return " ".join("".join(" " if _breaks_lines(character) else character for character in text).split())


def engine_lines(session: Session) -> tuple[str, ...]:
    """One sentence for each engine, such as "Words written by moonshine-voice 0.0.73."."""
    lines = []
    for part, engine in sorted(session.engines.items(), key=lambda item: _order(item[0])):
        what = _ENGINE_PARTS.get(part, f"{one_line(part).replace('_', ' ').capitalize()}:")
        lines.append(f"{what} {one_line(engine.name)} {one_line(engine.version)}.")
    return tuple(lines)


def timing_note(timing: Timing) -> str:
    """What the words' times are worth."""
    if timing is Timing.MEASURED:
        return "Times of words come from the engine."
    return "Times of single words are estimated, so a click on a word can land a little early or late."


def _breaks_lines(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Zl", "Zp"} or character in _TURNS_DIRECTION


def _order(part: str) -> tuple[int, str]:
    known = list(_ENGINE_PARTS)
    return (known.index(part) if part in known else len(known), part)
