"""What the media child answered, checked field by field: it has read a stranger's file and is not to be trusted."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, fields
from typing import Any

from models.adapters.media_measures import Measures
from models.adapters.media_quality import Channels, advice_on, channel_advice, reading_advice
from models.adapters.media_refusals import refusal
from models.records.audio import BYTES_PER_SAMPLE, Advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A decoded recording: counts that were checked against the files, and the advice drawn from the measures."""

    frames: int
    channels: int
    codec: str
    source_channels: int
    sample_rate_hz: int
    measures: Measures
    advice: tuple[Advice, ...]


def checked_outcome(result: dict[str, Any], pcm: int, wish: Channels) -> Outcome:
    """The child's result, with the samples in the file ``pcm`` counted again.

    Raises RefusedRecordingError where anything does not fit.
    """
    try:
        return _outcome(result, os.fstat(pcm).st_size, wish)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise refusal("reader_stopped") from None


def _outcome(result: dict[str, Any], pcm_bytes: int, wish: Channels) -> Outcome:
    frames, channels, heard = result["frames"], result["channels"], result["heard"]
    if not isinstance(frames, int) or channels not in (1, 2) or pcm_bytes != frames * channels * BYTES_PER_SAMPLE:
        raise ValueError("the samples on disk are not what was reported")
    handed, kept = (_measures(result["measures"][name]) for name in ("handed", "kept"))
    source_channels = _whole(heard["channels"], 1, 64)
    codec = str(heard["codec"])
    if len(codec) > 32 or not codec.replace("_", "").isalnum() or not codec.isascii():
        raise ValueError("not a codec's name")
    return Outcome(
        frames=frames,
        channels=channels,
        codec=codec,
        source_channels=source_channels,
        sample_rate_hz=_whole(heard["sample_rate_hz"], 1, 1_000_000),
        measures=kept,
        advice=_reading(heard) + channel_advice(handed, source_channels, channels == 2, wish) + advice_on(kept),
    )


def _reading(heard: dict[str, Any]) -> tuple[Advice, ...]:
    seconds = _finite(heard["seconds"])
    missing = _finite(heard["declared_s"]) - seconds
    bad, good = _whole(heard["bad"], 0, 2**40), _whole(heard["good"], 1, 2**40)
    return reading_advice(
        bad_share=bad / (bad + good) if bad > 3 else 0.0,
        missing_s=max(missing, math.inf if heard["broke_off"] else 0.0),
        sound_s=seconds,
        tracks=_whole(heard["tracks"], 1, 1000),
    )


def _measures(values: dict[str, Any]) -> Measures:
    numbers = {field.name: _finite(values[field.name]) for field in fields(Measures) if field.name != "hum_hz"}
    return Measures(hum_hz=_whole(values["hum_hz"], 0, 60), **numbers)


def _finite(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a finite number")
    return float(value)


def _whole(value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or not least <= value <= most:
        raise ValueError("not a number in its range")
    return value
