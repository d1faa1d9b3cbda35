"""Speak a written session with flite voices, so that text, turns and word times are known exactly.

Synthetic voices are cleaner and further apart than people: good for trying and for regression, never for a claim
about accuracy on real conversations.
"""

from __future__ import annotations

import json
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import BadInputError
from models.records.audio import SAMPLE_RATE
from models.records.speech import Role, Word
from pipelines.demo.flite_voice import Voice, speak
from pipelines.demo.reference_files import write_references
from pipelines.demo.room import QUIET_ROOM, Room, mix
from pipelines.demo.timeline import Line, Overlaps, Placed, lay_out
from pipelines.evaluation.annotation import Annotation, Said, turns_of

TAIL_MS = 1000

DEFAULT_VOICES = (
    Voice(name="rms", stretch=1.0, level_dbfs=-21.0),
    Voice(name="slt", stretch=1.04, level_dbfs=-23.0),
    Voice(name="awb", stretch=1.02, level_dbfs=-22.0),
    Voice(name="kal16", stretch=1.05, level_dbfs=-23.0),
    Voice(name="slt", stretch=0.98, pitch_hz=235.0, level_dbfs=-24.0),
    Voice(name="rms", stretch=1.1, pitch_hz=85.0, level_dbfs=-22.0),
)
"""Who speaks, in the order in which the speakers of a script first appear."""


def speak_session(
    script: Path,
    out: Path,
    *,
    voices: dict[str, Voice] | None = None,
    overlaps: Overlaps | None = None,
    noise: Room = QUIET_ROOM,
    seed: int = 0,
    name: str | None = None,
) -> Annotation:
    """Speak ``script`` (a session of the development set, JSON) into the folder ``out``.

    Writes NAME.wav (16 kHz mono, 16 bit), NAME.reference.json, NAME.stm and NAME.rttm, and returns what they hold.
    ``voices`` are by speaker label; without them `DEFAULT_VOICES` are used in order of first speech. The same
    arguments and the same flite give the same samples. Raises BadInputError or MissingPartError.
    """
    lines = read_script(script)
    cast = voices or cast_for(lines)
    if missing := sorted({line.speaker for line in lines} - cast.keys()):
        raise BadInputError(f"No voice was given for {', '.join(missing)}. Give one voice for each speaker.")
    placed = lay_out(lines, cast, overlaps or Overlaps(), seed, speak)
    samples = mix(_tracks(placed), noise, seed)
    annotation = annotate(placed, len(samples) * 1000 // SAMPLE_RATE)
    out.mkdir(parents=True, exist_ok=True)
    stem = name or script.stem
    write_wav(out / f"{stem}.wav", samples)
    write_references(out, stem, annotation)
    return annotation


def read_script(script: Path) -> tuple[Line, ...]:
    """The turns of a session of the development set. Raises BadInputError with what is wrong."""
    try:
        turns = json.loads(script.read_text(encoding="utf-8"))["turns"]
        return tuple(
            Line(turn=turn["turn"], speaker=turn["speaker"], role=Role(turn["role"]), text=turn["text"])
            for turn in turns
        )
    except OSError as error:
        raise BadInputError(f"{script} cannot be read. Check the name.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadInputError(
            f"{script} is not a session script: a JSON document with turns of turn, speaker, role and text."
        ) from error


def cast_for(lines: tuple[Line, ...]) -> dict[str, Voice]:
    """A voice for every speaker, in order of first speech. Raises BadInputError for more than six speakers."""
    speakers = list(dict.fromkeys(line.speaker for line in lines))
    if len(speakers) > len(DEFAULT_VOICES):
        raise BadInputError(f"There are voices for {len(DEFAULT_VOICES)} speakers and the script has {len(speakers)}.")
    return dict(zip(speakers, DEFAULT_VOICES, strict=False))


def annotate(placed: tuple[Placed, ...], duration_ms: int) -> Annotation:
    """What is said when, as the reference of the spoken session."""
    said = tuple(
        Said(
            id=one.id,
            start_ms=one.start_ms,
            end_ms=one.end_ms,
            speaker=one.speaker,
            role=one.role,
            text=one.text,
            words=tuple(_shifted(word, one) for word in one.spoken.words),
        )
        for one in placed
    )
    return Annotation(said=said, turns=turns_of(said), duration_ms=duration_ms)


def _shifted(word: Word, one: Placed) -> Word:
    return replace(word, start_ms=word.start_ms + one.start_ms, end_ms=min(word.end_ms + one.start_ms, one.end_ms))


def _tracks(placed: tuple[Placed, ...]) -> dict[str, NDArray[np.float32]]:
    frames = (max(one.end_ms for one in placed) + TAIL_MS) * SAMPLE_RATE // 1000
    tracks: dict[str, NDArray[np.float32]] = {}
    for one in placed:
        track = tracks.setdefault(one.speaker, np.zeros(frames, dtype=np.float32))
        start = one.start_ms * SAMPLE_RATE // 1000
        track[start : start + len(one.spoken.samples)] += one.spoken.samples
    return tracks


def write_wav(path: Path, samples: NDArray[np.float32]) -> None:
    """Write float samples in [-1, 1] as 16-bit mono at 16 kHz."""
    with wave.open(str(path), "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(2)
        opened.setframerate(SAMPLE_RATE)
        opened.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
