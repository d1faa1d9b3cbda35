"""Read STM (what was said) and RTTM (who spoke when): one entry a line, times in seconds."""

from __future__ import annotations

import math
from pathlib import Path

from models.errors import BadInputError
from models.records.speech import Role
from pipelines.evaluation.annotation import Said, VoiceSpan

_COMMENT = (";;", "#")
_IGNORED = "ignore_time_segment_in_scoring"


def read_stm(path: Path) -> dict[str, tuple[Said, ...]]:
    """Utterances of each recording named in an STM file. Raises BadInputError with file and line."""
    found: dict[str, list[Said]] = {}
    for number, line in _lines(path):
        parts = line.split(maxsplit=5)
        if len(parts) < 5:
            raise _bad(path, number, "an STM line holds recording, channel, speaker, start, end and the words")
        name, _, speaker, first, last = parts[:5]
        start, end = _ms(first, path, number), _ms(last, path, number)
        if end < start:
            raise _bad(path, number, "it ends before it starts")
        entries = found.setdefault(name, [])
        text = _without_label(parts[5] if len(parts) > 5 else "")
        if text.lower() != _IGNORED:
            entries.append(
                Said(
                    id=f"line-{number}",
                    start_ms=start,
                    end_ms=end,
                    speaker=speaker,
                    text=text,
                    role=role_named(speaker),
                )
            )
    return {name: tuple(sorted(said, key=lambda one: one.start_ms)) for name, said in found.items()}


def read_rttm(path: Path) -> dict[str, tuple[VoiceSpan, ...]]:
    """Turns of each recording named in an RTTM file. Raises BadInputError with file and line."""
    found: dict[str, list[VoiceSpan]] = {}
    for number, line in _lines(path):
        parts = line.split()
        if parts[0] != "SPEAKER":
            continue
        if len(parts) < 8:
            raise _bad(path, number, "an RTTM line holds SPEAKER, recording, channel, start, duration and six more")
        start, length = _ms(parts[3], path, number), _ms(parts[4], path, number)
        turn = VoiceSpan(start_ms=start, end_ms=start + length, speaker=parts[7])
        found.setdefault(parts[1], []).append(turn)
    return {name: tuple(sorted(turns, key=lambda one: one.start_ms)) for name, turns in found.items()}


def role_named(label: str) -> Role | None:
    """The role that a speaker's label spells out ("Practitioner", "parent or carer"), else None."""
    plain = label.strip().lower().replace(" ", "_").replace("-", "_")
    return Role(plain) if plain in set(Role) else None


def _lines(path: Path) -> list[tuple[int, str]]:
    lines = read_text(path).splitlines()
    return [
        (number, line.strip())
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.lstrip().startswith(_COMMENT)
    ]


def read_text(path: Path) -> str:
    """The text of a UTF-8 file. Raises BadInputError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInputError(f"{path} cannot be read. Check the name.") from error
    except UnicodeDecodeError as error:
        raise BadInputError(f"{path} is not text in UTF-8. Save it as UTF-8 and try again.") from error


def _without_label(text: str) -> str:
    if text.startswith("<") and ">" in text:
        return text.split(">", 1)[1].strip()
    return text


def _ms(seconds: str, path: Path, number: int) -> int:
    try:
        value = float(seconds)
    except ValueError as error:
        raise _bad(path, number, "a time is not a number of seconds") from error
    if not math.isfinite(value) or value < 0:
        raise _bad(path, number, "a time is negative or not finite")
    return round(value * 1000)


def _bad(path: Path, number: int, reason: str) -> BadInputError:
    return BadInputError(f"{path}, line {number}: {reason}. Correct the line and try again.")
