"""One voice per channel: who really speaks, and who is only heard in the other one's microphone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import uniform_filter1d

from models.voices.timeline import SILENCE, Floor

if TYPE_CHECKING:
    from numpy.typing import NDArray

FRAME_SAMPLES = 320
"""20 ms at 16 kHz."""
QUIETEST = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """In decibels: a channel more than ``crosstalk_db`` below another, each against its own level of speech,
    only overhears; levels of speech are taken to differ by at most ``most_apart_db``. Levels are means over
    ``smooth_frames`` of 20 ms."""

    crosstalk_db: float = 10.0
    most_apart_db: float = 12.0
    smooth_frames: int = 15


def levels_db(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Level of each whole 20 ms frame in decibels below full scale, ``(frames,)``."""
    frames = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    power = np.mean(frames.astype(np.float64) ** 2, axis=1)
    return np.asarray(10 * np.log10(power + QUIETEST**2), dtype=np.float32)


def who_has_the_floor(levels: NDArray[np.float32], detected: NDArray[np.bool_], settings: ChannelSettings) -> Floor:
    """The voices that speak, from levels and detected speech, both ``(frames, channels)``."""
    smooth = uniform_filter1d(levels, settings.smooth_frames, axis=0, mode="nearest")
    relative = smooth - _speech_levels(smooth, detected, settings.most_apart_db)
    heard = np.where(detected, relative, -np.inf)
    loudest = heard.max(axis=1, keepdims=True)
    speaking = detected & (heard >= loudest - settings.crosstalk_db)
    holder = np.where(speaking.any(axis=1), np.argmax(np.where(speaking, heard, -np.inf), axis=1), SILENCE)
    return Floor(speaking=speaking, holder=holder.astype(np.int64), margins=_margins(relative, settings.crosstalk_db))


def _speech_levels(
    smooth: NDArray[np.float32], detected: NDArray[np.bool_], most_apart_db: float
) -> NDArray[np.float32]:
    """How loud each channel's own voice is, ``(channels,)``: the loud part of its speech."""
    loud = [np.percentile(smooth[on, channel], 80) if on.any() else -np.inf for channel, on in enumerate(detected.T)]
    return np.asarray(np.maximum(np.array(loud), np.max(loud) - most_apart_db), dtype=np.float32)


def _margins(relative: NDArray[np.float32], crosstalk_db: float) -> NDArray[np.float32]:
    """How far each channel is above the loudest other one, 1 at twice the cross-talk limit; NaN if there is none."""
    margins = np.full(relative.shape, np.nan, dtype=np.float32)
    if relative.shape[1] < 2:
        return margins
    for channel in range(relative.shape[1]):
        others = np.delete(relative, channel, axis=1).max(axis=1)
        margins[:, channel] = np.clip((relative[:, channel] - others) / (2 * crosstalk_db), 0, 1)
    return margins
