"""Read WebVTT captions with voice tags, with their times: ``<v Speaker>what was said</v>``."""

from __future__ import annotations

from pathlib import Path

from models.errors import BadInputError
from models.records.speech import UNKNOWN_SPEAKER
from pipelines.conversations.captions import Cue, cues_of
from pipelines.conversations.voices import tagged
from pipelines.evaluation.annotation import Said
from pipelines.evaluation.timed_lines import read_text, role_named


def read_vtt(path: Path) -> tuple[Said, ...]:
    """Utterances of a WebVTT file; speaker UNKNOWN where no voice is named. Raises BadInputError with file and line."""
    lines = read_text(path).splitlines()
    if not lines or not lines[0].startswith("WEBVTT"):
        raise BadInputError(f"{path}, line 1: a WebVTT file starts with WEBVTT. Correct the line and try again.")
    said = [one for cue in cues_of(lines, str(path)) for one in _said(cue)]
    return tuple(sorted(said, key=lambda one: one.start_ms))


def _said(cue: Cue) -> list[Said]:
    """One utterance for each voice in a cue; all of them have the cue's times."""
    return [
        Said(
            id=f"line-{cue.line}-{place}",
            start_ms=cue.start_ms,
            end_ms=cue.end_ms,
            speaker=voice.speaker or UNKNOWN_SPEAKER,
            text=voice.text,
            role=role_named(voice.speaker or UNKNOWN_SPEAKER),
        )
        for place, voice in enumerate(tagged(cue.payload))
        if voice.text
    ]
