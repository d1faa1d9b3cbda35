"""The grid of time that the segmentation network answers on, and the ten-second chunks it is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.records.span import Span
from models.voices.filterbank import SHIFT, WINDOW

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLES_PER_FRAME = 270
"""One frame is 16.875 ms at 16 kHz."""
FIRST_CENTRE = 495.5
"""The sample at the centre of the first frame of a chunk."""
CHUNK_SAMPLES = 160_000
CHUNK_FRAMES = 589
CHUNK_MS = 10_000
SAMPLES_PER_MS = 16
WHOLE_MS_FRAMES = 8
"""Chunks start on frames that are multiples of this, so that they start on a whole millisecond."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Ten seconds of a recording, by the frame of the recording's grid where it starts."""

    first_frame: int

    @property
    def span(self) -> Span:
        """The stretch of the recording, whole milliseconds; it may reach past the end."""
        start = self.first_frame * SAMPLES_PER_FRAME // SAMPLES_PER_MS
        return Span(start_ms=start, end_ms=start + CHUNK_MS)


def plan_chunks(samples: int, step_frames: int) -> tuple[Chunk, ...]:
    """Chunks that cover so many samples, ``step_frames`` apart; the last one lies near the end.

    ``step_frames`` is a multiple of 8. A recording shorter than ten seconds has one chunk.
    """
    if step_frames % WHOLE_MS_FRAMES:
        raise ValueError(f"the step must be a multiple of {WHOLE_MS_FRAMES} frames")
    spare = max(0, samples - CHUNK_SAMPLES)
    last = -(-spare // (SAMPLES_PER_FRAME * WHOLE_MS_FRAMES)) * WHOLE_MS_FRAMES
    starts = [*range(0, last, step_frames), last]
    return tuple(Chunk(first_frame=start) for start in starts)


def frame_edge_ms(frame: int) -> int:
    """Where a frame of the recording's grid begins, in milliseconds."""
    return round((FIRST_CENTRE + (frame - 0.5) * SAMPLES_PER_FRAME) / SAMPLES_PER_MS)


def frames_of(samples: int) -> int:
    """How many frames of the grid begin inside so many samples."""
    return max(1, -(-samples // SAMPLES_PER_FRAME))


def feature_mask(active: NDArray[np.bool_], features: int) -> NDArray[np.bool_]:
    """Activity by frame, ``(589,)``, carried over to so many 10 ms features of the same chunk."""
    centres = np.arange(features) * SHIFT + WINDOW / 2
    nearest = np.rint((centres - FIRST_CENTRE) / SAMPLES_PER_FRAME).astype(np.int64)
    return np.asarray(active[np.clip(nearest, 0, CHUNK_FRAMES - 1)])
