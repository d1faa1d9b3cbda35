"""A decoded recording: 16 kHz samples in a file, read a stretch at a time so that memory stays flat."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.records.span import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAMPLE_RATE = 16_000
BYTES_PER_SAMPLE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What was handed in. ``sha256`` is of the file's bytes; ``duration_ms`` was counted while decoding."""

    sha256: str
    size_bytes: int
    container: str
    codec: str
    channels: int
    sample_rate_hz: int
    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One plain sentence about the quality of the recording, with the code of what was measured."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """Decoded sound on disk: signed 16-bit little-endian samples at 16 kHz, channels interleaved.

    ``gain_db`` is applied on reading, so that every engine hears the same loudness.
    ``separate_channels`` says that each channel holds one voice of its own. ``playback`` is a small
    compressed copy for listening in a page, or None.
    """

    recording: Recording
    pcm: Path
    channels: int
    frames: int
    gain_db: float
    separate_channels: bool
    advice: tuple[Advice, ...]
    playback: Path | None = None

    @property
    def duration_ms(self) -> int:
        """Length of the decoded sound in milliseconds."""
        return self.frames * 1000 // SAMPLE_RATE

    @property
    def span(self) -> Span:
        """The whole recording."""
        return Span(start_ms=0, end_ms=self.duration_ms)

    def read(self, span: Span | None = None, *, channel: int | None = None) -> NDArray[np.float32]:
        """Samples of a stretch as float32 in [-1, 1], shape ``(samples,)``, at 16 kHz.

        Channels are averaged unless one is named. A stretch that reaches past the end is cut there.
        """
        import numpy as np  # records are also read where no sound is, as by the web process

        first = 0 if span is None else max(0, span.start_ms * SAMPLE_RATE // 1000)
        last = self.frames if span is None else min(self.frames, span.end_ms * SAMPLE_RATE // 1000)
        count = max(0, last - first) * self.channels
        samples = np.fromfile(self.pcm, dtype="<i2", count=count, offset=first * self.channels * BYTES_PER_SAMPLE)
        frames = samples.astype(np.float32).reshape(-1, self.channels) / np.float32(32768)
        mono = frames.mean(axis=1) if channel is None else frames[:, channel]
        loud = mono * np.float32(10 ** (self.gain_db / 20))
        clipped: NDArray[np.float32] = np.clip(loud, -1, 1).astype(np.float32)
        return clipped
