"""Inside the media child: the samples on disk, mixed down where that is wanted, and a small copy for listening."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from models.adapters.media_measures import Measures, Meter, one_channel

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE = 16_000
FRAME_BYTES = 2
PLAYBACK_BITS = 36_000
_STRETCH = RATE * 8
_AAC_FRAME = 1024


def write_all(fd: int, data: bytes) -> None:
    """Append bytes to a file. Raises OSError where the disk is full."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def stretches(fd: int, frames: int, channels: int) -> Iterator[NDArray[np.int16]]:
    """The samples on disk, some seconds at a time, shape ``(frames, channels)``."""
    size = channels * FRAME_BYTES
    for start in range(0, frames, _STRETCH):
        count = min(_STRETCH, frames - start)
        yield np.frombuffer(os.pread(fd, count * size, start * size), dtype="<i2").reshape(-1, channels)


def mix_down(fd: int, frames: int, weights: tuple[float, float]) -> Measures:
    """Turn two channels into one within the same file, and measure the result."""
    meter = Meter(1)
    left, right = np.float32(weights[0]), np.float32(weights[1])
    at = 0
    for both in stretches(fd, frames, 2):
        mixed = both[:, 0] * left + both[:, 1] * right
        mono = np.clip(np.rint(mixed), -32768, 32767).astype("<i2")
        for start in range(0, len(mono), RATE):
            meter.hear(mono[start : start + RATE, None])
        at += os.pwrite(fd, mono.tobytes(), at)
    os.ftruncate(fd, frames * FRAME_BYTES)
    return meter.measures()


class _TargetFile:
    """A file object over a descriptor that PyAV can write to and seek in."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._position = 0

    def write(self, data: bytes) -> int:
        """Write at the position."""
        written = os.pwrite(self._fd, bytes(data), self._position)
        self._position += written
        return written

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to an offset from the start (0), from here (1) or from the end (2)."""
        start = {0: 0, 1: self._position, 2: os.lseek(self._fd, 0, os.SEEK_END)}[whence]
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        """The position in bytes."""
        return self._position


def write_playback(
    target: int, pcm: int, frames: int, channels: int, gain_db: float, tell: Callable[[float], None]
) -> None:
    """Write a mono AAC copy, 36 kbit/s, whose index comes first so that a browser can jump about in it.

    ``tell`` hears how far it is, from 0 to 1.
    """
    gain = np.float32(10 ** (gain_db / 20))
    room = 8192 + 8 * (frames // _AAC_FRAME)
    options = {"moov_size": str(room), "movflags": "+disable_chpl"}
    with av.open(_TargetFile(target), "w", format="ipod", container_options=options) as container:
        stream = container.add_stream("aac", rate=RATE, layout="mono", options={"aac_coder": "fast"})
        stream.bit_rate = PLAYBACK_BITS
        stream.codec_context.thread_count = 1
        at = 0
        for samples in stretches(pcm, frames, channels):
            container.mux(stream.encode(_frame(samples, gain, at)))
            at += len(samples)
            tell(at / frames)
        container.mux(stream.encode(None))


def _frame(samples: NDArray[np.int16], gain: np.float32, at: int) -> Any:
    loud = np.clip(one_channel(samples.astype(np.float32)) * gain, -32768, 32767)
    frame = av.AudioFrame.from_ndarray(loud.astype("<i2")[None], format="s16", layout="mono")
    frame.sample_rate, frame.pts = RATE, at
    return frame
