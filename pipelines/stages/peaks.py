"""The outline of a recording's loudness, for drawing a slim waveform."""

from __future__ import annotations

import numpy as np

from models.records.audio import SAMPLE_RATE, Audio
from models.records.span import Span

BLOCK_MS = 60_000


def waveform_peaks(audio: Audio, count: int = 1200) -> tuple[float, ...]:
    """The loudest sample of each of ``count`` equal pieces, in [0, 1], to three decimals.

    Reads a minute at a time, so memory does not grow with the recording. A recording with fewer samples than
    ``count`` gives as many peaks as it has samples, an empty one none. Raises ValueError if ``count`` is under 1.
    """
    if count < 1:
        raise ValueError("a waveform needs at least one peak")
    pieces = min(count, audio.frames)
    peaks = np.zeros(pieces, dtype=np.float32)
    for start_ms in range(0, audio.duration_ms + 1, BLOCK_MS):
        samples = np.abs(audio.read(Span(start_ms=start_ms, end_ms=start_ms + BLOCK_MS)))
        if not samples.size:
            continue
        first = start_ms * SAMPLE_RATE // 1000
        piece = np.arange(first, first + samples.size, dtype=np.int64) * pieces // audio.frames
        edges = np.flatnonzero(np.diff(piece, prepend=-1))
        touched = piece[edges]
        peaks[touched] = np.maximum(peaks[touched], np.maximum.reduceat(samples, edges))
    return tuple(round(float(peak), 3) for peak in peaks)
