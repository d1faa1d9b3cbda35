"""Inside the media child: one sound track of one opened file, as seconds of 16 kHz samples.

The only module beside `media_writer` that imports PyAV. It is handed a file descriptor, never a path.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import av
import av.subtitles.stream  # PyAV wants it for every file it opens, and after the walls are up it is too late
import numpy as np

from models.adapters.media_boxes import is_protected, lacks_index
from models.adapters.media_kinds import DEMUXERS
from models.adapters.media_refusals import refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE = 16_000
LEAST_FORMAT = (62, 12)
"""libavformat of FFmpeg 8.1; older ones have known holes."""

CODECS = frozenset(
    {"aac", "mp3", "mp3float", "mp2", "mp2float", "mp1", "mp1float", "flac", "opus", "vorbis", "alac", "ac3", "eac3"}
    | {"speex", "gsm", "gsm_ms", "amrnb", "amr_nb", "amrwb", "amr_wb", "g722", "g726", "adpcm_g722", "adpcm_g726"}
    | {"adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt", "wmav1", "wmav2", "wmapro", "wmavoice", "wmalossless"}
    | {"pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_u8", "pcm_s8"}
    | {"pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be", "pcm_mulaw", "pcm_alaw"}
)
"""Decoders that may run."""

MOST_STREAMS = 8
MOST_TRACKS = 4
MOST_CHANNELS = 8
LEAST_RATE, MOST_RATE = 4_000, 192_000
_LENGTH_BY_BYTES = {"wav", "w64", "aiff", "caf"}
_LENGTH_DECLARED = {"mp4", "flac", "asf", "matroska", "aiff", "caf", "w64", "wav"}


class SourceFile:
    """A read-only file object over a descriptor, for PyAV; it has no name that anything could be relative to."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._size = os.lseek(fd, 0, os.SEEK_END)
        self.position = 0

    def read(self, count: int = -1) -> bytes:
        """Up to ``count`` bytes."""
        piece = os.pread(self._fd, count if count >= 0 else self._size, self.position)
        self.position += len(piece)
        return piece

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to an offset from the start (0), from here (1) or from the end (2)."""
        start = {0: 0, 1: self.position, 2: self._size}[whence]
        self.position = max(0, start + offset)
        return self.position

    def tell(self) -> int:
        """The position in bytes."""
        return self.position

    @property
    def done(self) -> float:
        """How much of the file has been passed, from 0 to 1."""
        return min(1.0, self.position / self._size) if self._size else 1.0


@dataclass(slots=True, kw_only=True)
class Heard:
    """What is known of the source once it has been read to its end."""

    codec: str = ""
    channels: int = 0
    sample_rate_hz: int = 0
    tracks: int = 1
    seconds: float = 0.0
    declared_s: float = 0.0
    good: int = 0
    bad: int = 0
    broke_off: bool = False


class Reader:
    """Reads one file: ``for second in reader.seconds(): ...``; ``heard`` is filled on the way."""

    def __init__(self, fd: int, kind: str, max_seconds: float) -> None:
        self._fd, self._kind, self._max_seconds = fd, kind, max_seconds
        self.file = SourceFile(fd)
        self.heard = Heard()

    def seconds(self) -> Iterator[NDArray[np.int16]]:
        """Sound a second at a time, shape ``(frames, channels)``, 1 or 2 channels; the last may be shorter.

        Raises RefusedRecordingError.
        """
        if self._kind == "mp4" and is_protected(self._fd):
            raise refusal("encrypted")
        if self._kind not in _LENGTH_BY_BYTES:
            self._count_packets()
        container, stream = self._open()
        with container:
            yield from self._in_seconds(self._frames(container, stream))
        if self.heard.good == 0 or self.heard.bad > self.heard.good:
            raise refusal("damaged")

    def _open(self) -> tuple[Any, Any]:
        demuxer = DEMUXERS[self._kind]
        self.file = SourceFile(self._fd)
        try:
            container = av.open(
                self.file,
                "r",
                format=demuxer,
                options={
                    "format_whitelist": demuxer,
                    "protocol_whitelist": "file",
                    "codec_whitelist": ",".join(sorted(CODECS)),
                },
                metadata_errors="replace",
                timeout=20,
            )
        except av.FFmpegError as error:
            if isinstance(error, MemoryError):
                raise
            raise refusal("truncated" if self._kind == "mp4" and lacks_index(self._fd) else "damaged") from None
        return container, self._chosen(container)

    def _chosen(self, container: Any) -> Any:
        """The main sound track. Raises RefusedRecordingError."""
        tracks = [stream for stream in container.streams if stream.type == "audio"]
        if len(container.streams) > MOST_STREAMS or len(tracks) > MOST_TRACKS:
            raise refusal("too_many_streams")
        if not tracks:
            raise refusal("no_audio_stream")
        stream = next((track for track in tracks if "default" in str(track.disposition)), tracks[0])
        if stream.codec_context is None or stream.codec_context.name not in CODECS:
            raise refusal("unsupported")
        stream.codec_context.thread_count = 1
        self.heard.tracks = len(tracks)
        self.heard.codec = stream.codec_context.codec.canonical_name
        self._declared(container, stream)
        return stream

    def _declared(self, container: Any, stream: Any) -> None:
        """How long the file says it is: only ever compared with what was counted."""
        if self._kind in _LENGTH_DECLARED:
            length = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
            whole = container.duration / 1_000_000 if container.duration else 0.0
            self.heard.declared_s = length or whole

    def _count_packets(self) -> None:
        """Refuse a recording that is too long before decoding it; packets without a length count nothing."""
        container, stream = self._open()
        total = 0.0
        with container:
            try:
                for packet in container.demux(stream):
                    if packet.duration and packet.time_base:
                        total += max(0.0, float(packet.duration * packet.time_base))
                    if total > self._max_seconds:
                        raise refusal("too_long")
            except (av.FFmpegError, UnicodeDecodeError):
                return

    def _frames(self, container: Any, stream: Any) -> Iterator[Any]:
        """Decoded frames; what cannot be decoded is counted and left out."""
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.FFmpegError as error:
                if isinstance(error, MemoryError):
                    raise
                self.heard.broke_off = True
                return
            try:
                frames = packet.decode()
            except av.FFmpegError as error:
                if isinstance(error, MemoryError):
                    raise
                self.heard.bad += 1
                continue
            self.heard.good += bool(frames)
            yield from frames

    def _in_seconds(self, frames: Iterator[Any]) -> Iterator[NDArray[np.int16]]:
        resampler: _Resampler | None = None
        pending = _Pending()
        for frame in frames:
            self._count(frame)
            if resampler is None or not resampler.fits(frame):
                yield from pending.take(resampler.rest() if resampler else [])
                resampler = _Resampler(frame, self.heard)
            yield from pending.take(resampler.resample(frame))
        yield from pending.take(resampler.rest() if resampler else [])
        yield from pending.rest()

    def _count(self, frame: Any) -> None:
        channels = frame.layout.nb_channels
        if not LEAST_RATE <= frame.sample_rate <= MOST_RATE or not 1 <= channels <= MOST_CHANNELS:
            raise refusal("unsupported")
        self.heard.seconds += frame.samples / frame.sample_rate
        if self.heard.seconds > self._max_seconds:
            raise refusal("too_long")


class _Resampler:
    """Any sound to 16 kHz, 16 bits, one channel or two; more than two are averaged."""

    def __init__(self, first: Any, heard: Heard) -> None:
        self._like = (first.format.name, first.sample_rate, first.layout.name)
        source = first.layout.nb_channels
        if not heard.channels:
            heard.channels, heard.sample_rate_hz = source, first.sample_rate
        self._source = source
        self.channels = 2 if heard.channels == 2 else 1
        layout = first.layout.name if source > 2 else {1: "mono", 2: "stereo"}[source]
        self._graph = av.AudioResampler(format="s16", layout=layout, rate=RATE)

    def fits(self, frame: Any) -> bool:
        """Whether a frame is like the first one."""
        return bool(self._like == (frame.format.name, frame.sample_rate, frame.layout.name))

    def resample(self, frame: Any) -> list[NDArray[np.int16]]:
        """What one frame gives, each of shape ``(frames, channels)``."""
        frame.pts = None
        return [self._samples(piece) for piece in self._graph.resample(frame)]

    def rest(self) -> list[NDArray[np.int16]]:
        """What was still held back."""
        return [self._samples(piece) for piece in self._graph.resample(None)]

    def _samples(self, frame: Any) -> NDArray[np.int16]:
        count = frame.samples * self._source
        flat = np.frombuffer(frame.planes[0], dtype="<i2", count=count).reshape(-1, self._source)
        if self._source == self.channels:
            return flat.copy()
        mono = flat.mean(axis=1, keepdims=True).astype("<i2")
        return np.repeat(mono, self.channels, axis=1)


class _Pending:
    """Collects pieces until they make whole seconds."""

    def __init__(self) -> None:
        self._pieces: list[NDArray[np.int16]] = []
        self._frames = 0

    def take(self, pieces: list[NDArray[np.int16]]) -> Iterator[NDArray[np.int16]]:
        """Add pieces and hand out every whole second."""
        self._pieces += pieces
        self._frames += sum(len(piece) for piece in pieces)
        if self._frames < RATE:
            return
        joined = np.concatenate(self._pieces)
        whole = len(joined) // RATE * RATE
        self._pieces, self._frames = [joined[whole:].copy()], len(joined) - whole
        for start in range(0, whole, RATE):
            yield joined[start : start + RATE]

    def rest(self) -> Iterator[NDArray[np.int16]]:
        """The last part of a second, if any."""
        if self._frames:
            yield np.concatenate(self._pieces)
