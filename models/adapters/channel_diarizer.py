"""Who speaks when in a recording with one voice on each channel: no network, only levels and speech detection."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from models.ports import Progress, no_progress
from models.records.audio import Audio
from models.records.provenance import Engine
from models.records.span import Span
from models.records.speech import SpeakerCount, Speech, Turns
from models.voices.channels import FRAME_SAMPLES, ChannelSettings, levels_db, who_has_the_floor
from models.voices.timeline import TimelineSettings, turns_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

FRAME_MS = 20
BLOCK_MS = 60_000
VERSION = "1"

DetectChannel = Callable[[Audio, int], Speech]
"""Where somebody speaks on one channel, counted from 0."""


class ChannelDiarizer:
    """One voice per channel; a channel that only overhears another does not speak.

    ``detect_channel`` finds speech on one channel, ``detector`` is the engine that it stands for. The number
    of voices is that of the channels with speech; a count that is asked for changes nothing.
    """

    def __init__(
        self, detect_channel: DetectChannel, detector: Engine, settings: ChannelSettings | None = None
    ) -> None:
        self._detect = detect_channel
        self._settings = settings or ChannelSettings()
        self._timeline = TimelineSettings()
        self.engine = Engine(
            name="one-voice-per-channel",
            version=VERSION,
            weights=detector.weights,
            options={
                "detector": f"{detector.name} {detector.version} {sorted(detector.options.items())}",
                "settings": f"{self._settings} {self._timeline}",
            },
        )

    def diarize(self, audio: Audio, speech: Speech, count: SpeakerCount, progress: Progress = no_progress) -> Turns:
        """Who speaks when, overlaps included. No speech gives no turns."""
        if not speech.spans:
            progress(1.0)
            return Turns(turns=(), exclusive=())
        levels = self._levels(audio, progress)
        detected = np.zeros(levels.shape, dtype=np.bool_)
        for channel in range(audio.channels):
            for span in self._detect(audio, channel).spans:
                detected[span.start_ms // FRAME_MS : -(-span.end_ms // FRAME_MS), channel] = True
            progress(0.3 + 0.6 * (channel + 1) / audio.channels)
        turns = Turns(turns=(), exclusive=())
        if detected.any():
            floor = who_has_the_floor(levels, detected, self._settings)
            turns = turns_of(floor, audio.duration_ms, self._timeline, _edge_ms)
        progress(1.0)
        return turns

    def _levels(self, audio: Audio, progress: Progress) -> NDArray[np.float32]:
        """Levels of all channels, ``(frames, channels)``, read a minute at a time."""
        blocks = []
        for start in range(0, audio.duration_ms, BLOCK_MS):
            span = Span(start_ms=start, end_ms=start + BLOCK_MS)
            blocks.append(
                np.stack([levels_db(_padded(audio.read(span, channel=c))) for c in range(audio.channels)], axis=1)
            )
            progress(0.3 * min(1.0, span.end_ms / audio.duration_ms))
        return np.concatenate(blocks)


def _edge_ms(frame: int) -> int:
    return frame * FRAME_MS


def _padded(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Silence added up to a whole frame."""
    return np.pad(samples, (0, -len(samples) % FRAME_SAMPLES))
