"""Cues of WebVTT and SRT files: times and payload, with the line that each stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.errors import BadInputError
from models.records.span import Span

ARROW = "-->"
_TIME = r"(?:(\d{1,6}):)?([0-5]?\d):([0-5]\d)(?:[.,](\d{1,3}))?"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?", re.DOTALL)
_NUMBER = re.compile(r"\s*\d+\s*")
_ASIDE = re.compile(r"(NOTE|STYLE|REGION)(\s|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue(Span):
    """One caption: ``payload`` is its lines as they stand, ``line`` the number of the line with its times, from 1."""

    line: int
    payload: tuple[str, ...]


def is_vtt(lines: Sequence[str]) -> bool:
    """Whether this is WebVTT by its first line that is not empty."""
    first = next((line for line in lines if line.strip()), "")
    return re.match(r"WEBVTT(\s|$)", first.removeprefix("\ufeff")) is not None


def cues_of(lines: Sequence[str], file: str) -> Iterator[Cue]:
    """The cues in the file's order; comments, styles and regions are passed over.

    In WebVTT an empty line ends a cue; in SRT, where programs leave empty lines inside, the next cue's number does.
    Raises BadInputError with ``file`` and the line where a cue's times cannot be read.
    """
    vtt, number = is_vtt(lines), 0
    while number < len(lines):
        if vtt and _ASIDE.match(lines[number]) and ARROW not in lines[number]:
            number = _after_block(lines, number)
        elif ARROW in lines[number]:
            start, end = _times(lines[number], file, number + 1)
            stop = _after_block(lines, number + 1) if vtt else _next_times(lines, number + 1)
            payload = _payload(lines, number + 1, stop)
            yield Cue(start_ms=start, end_ms=end, line=number + 1, payload=payload)
            number = stop
        else:
            number += 1


def _after_block(lines: Sequence[str], number: int) -> int:
    """The first line from here on that is empty or has times."""
    while number < len(lines) and lines[number].strip() and ARROW not in lines[number]:
        number += 1
    return number


def _next_times(lines: Sequence[str], number: int) -> int:
    while number < len(lines) and ARROW not in lines[number]:
        number += 1
    return number


def _payload(lines: Sequence[str], first: int, stop: int) -> tuple[str, ...]:
    """A cue's own lines; the number of the cue that follows is not one of them."""
    follows = stop < len(lines) and ARROW in lines[stop]
    last = stop - 1 if follows and stop > first and _NUMBER.fullmatch(lines[stop - 1]) else stop
    while last > first and not lines[last - 1].strip():
        last -= 1
    return tuple(lines[first:last])


def _times(line: str, file: str, number: int) -> tuple[int, int]:
    found = _TIMES.fullmatch(line)
    if found is None:
        raise BadInputError(
            f"{file}, line {number}: a cue's times look like 00:01.000 --> 00:04.000. Correct the line and try again."
        )
    parts = found.groups()
    start, end = _ms(parts[:4]), _ms(parts[4:])
    if end < start:
        raise BadInputError(f"{file}, line {number}: a cue ends before it starts. Correct the line and try again.")
    return start, end


def _ms(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds = (int(part or 0) for part in parts[:3])
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int((parts[3] or "0").ljust(3, "0"))
