"""Read WebVTT captions with voice tags: ``<v Speaker>what was said</v>``."""

from __future__ import annotations

import html
import re
from pathlib import Path

from models.errors import BadInputError
from models.records.speech import UNKNOWN_SPEAKER
from pipelines.evaluation.annotation import Said
from pipelines.evaluation.timed_lines import read_text, role_named

_TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_CUE = re.compile(rf"^\s*{_TIME}\s+-->\s+{_TIME}(?:\s.*)?$")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_TAG = re.compile(r"<[^>]*>")


def read_vtt(path: Path) -> tuple[Said, ...]:
    """Utterances of a WebVTT file; speaker UNKNOWN where no voice is named. Raises BadInputError with file and line."""
    lines = read_text(path).splitlines()
    if not lines or not lines[0].startswith("WEBVTT"):
        raise BadInputError(f"{path}, line 1: a WebVTT file starts with WEBVTT. Correct the line and try again.")
    said: list[Said] = []
    number = 0
    while number < len(lines):
        if "-->" not in lines[number]:
            number += 1
            continue
        start, end = _times(path, number + 1, lines[number])
        first = number + 1
        while number + 1 < len(lines) and lines[number + 1].strip() and "-->" not in lines[number + 1]:
            number += 1
        said += _voices(first, start, end, " ".join(lines[first : number + 1]))
        number += 1
    return tuple(sorted(said, key=lambda one: one.start_ms))


def _times(path: Path, number: int, line: str) -> tuple[int, int]:
    cue = _CUE.match(line)
    if cue is None:
        raise BadInputError(
            f"{path}, line {number}: a cue's times look like 00:01.000 --> 00:04.000. Correct the line and try again."
        )
    hours, minutes, seconds, thousandths = (int(part or 0) for part in cue.groups()[:4])
    start = ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
    hours, minutes, seconds, thousandths = (int(part or 0) for part in cue.groups()[4:])
    end = ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
    if end < start:
        raise BadInputError(f"{path}, line {number}: a cue ends before it starts. Correct the line and try again.")
    return start, end


def _voices(line: int, start: int, end: int, payload: str) -> list[Said]:
    """One utterance for each voice in a cue; all of them have the cue's times."""
    parts = _VOICE.split(payload)
    pieces = [(UNKNOWN_SPEAKER, parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]
    said = []
    for place, (speaker, text) in enumerate(pieces):
        plain = html.unescape(_TAG.sub("", text)).strip()
        if plain:
            name = html.unescape(speaker).strip()
            said.append(
                Said(
                    id=f"line-{line}-{place}",
                    start_ms=start,
                    end_ms=end,
                    speaker=name,
                    text=plain,
                    role=role_named(name),
                )
            )
    return said
