"""Recordings to 16 kHz samples with PyAV, which only ever runs in the walled media child; never imported here."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from models.adapters.media_kinds import HEAD_BYTES, sniff
from models.adapters.media_outcome import Outcome, checked_outcome
from models.adapters.media_process import Deadline, MissingDecoderError, run_child
from models.adapters.media_quality import Channels, gain_db
from models.adapters.media_refusals import refusal
from models.adapters.media_sandbox import SandboxState
from models.ports import Progress, no_progress
from models.records.audio import SAMPLE_RATE, Audio, Recording
from models.records.provenance import Engine

PCM_NAME = "audio.s16"
PLAYBACK_NAME = "playback.m4a"
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeLimits:
    """What one recording may cost.

    ``max_seconds`` is of decoded sound. ``memory_bytes`` comes on top of what the child holds before it reads.
    The child may take ``start_seconds``, and ``seconds_per_second`` more for each second it has decoded.
    """

    max_seconds: float = 6 * 3600
    max_bytes: int = 4 * 1024 * _MIB
    memory_bytes: int = 384 * _MIB
    start_seconds: float = 30
    seconds_per_second: float = 0.25

    def deadline(self, size: int) -> Deadline:
        """The deadline for a file of this many bytes; slow disks get a second for every 20 MB."""
        start = self.start_seconds + size / 20_000_000
        return Deadline(start_s=start, per_decoded_s=self.seconds_per_second, max_decoded_s=self.max_seconds)

    @property
    def file_bytes(self) -> int:
        """The largest file that may be written: two channels of the longest recording, and a little."""
        return int(self.max_seconds * SAMPLE_RATE * 2 * 2) + 4 * _MIB

    def cpu_seconds(self, size: int) -> int:
        """Processor seconds after which the kernel ends the child."""
        return int(self.deadline(size).allowed(self.max_seconds)) + 1


class PyavDecoder:
    """Decodes wav, mp3, m4a, aac, flac, ogg, opus, webm, mp4, wma, amr, aiff and caf in a walled child process.

    ``channels`` is "auto" (kept apart only where two channels hold different voices), "mix" or "separate".
    """

    def __init__(self, limits: DecodeLimits | None = None, channels: Channels = "auto") -> None:
        self._limits = limits or DecodeLimits()
        self._channels: Channels = channels

    @property
    def engine(self) -> Engine:
        """PyAV's version and the settings that change what is heard."""
        try:
            installed = version("av")
        except PackageNotFoundError:
            raise MissingDecoderError from None
        return Engine(name="pyav", version=installed, options={"channels": self._channels, "playback": "aac-36k"})

    def decode(self, source: Path, into: Path, progress: Progress = no_progress) -> Audio:
        """Decode a recording to ``audio.s16`` and ``playback.m4a`` in the folder ``into``.

        Raises RefusedRecordingError with a reason, NoRoomError or MissingDecoderError; then nothing is left.
        """
        with _opened(source) as file:
            size = self._checked_size(file)
            kind = sniff(os.pread(file, HEAD_BYTES, 0), size)
            before = os.fstat(file)
            sha256 = _digest(file)
            with _Desk(into) as desk:
                answer = self._ask(kind, size, file, desk, progress)
                outcome = checked_outcome(answer["result"], desk.pcm, self._channels)
                _unchanged(before, os.fstat(file))
                desk.keep()
        progress(1.0)
        return _audio(outcome, sha256=sha256, size=size, kind=kind, into=into)

    def sandbox(self) -> SandboxState:
        """Which walls the media child gets on this machine. Raises MissingDecoderError."""
        with tempfile.TemporaryDirectory(prefix="practice-media-") as empty:
            request = self._request("", 0, empty, (-1, -1, -1))
            answer = run_child(request, (), self._limits.deadline(0), no_progress)
        return SandboxState(**{name: bool(held) for name, held in answer["sandbox"].items()})

    def _ask(self, kind: str, size: int, file: int, desk: _Desk, progress: Progress) -> dict[str, Any]:
        descriptors = (file, desk.pcm, desk.playback)
        with tempfile.TemporaryDirectory(prefix="practice-media-") as empty:
            request = self._request(kind, size, empty, descriptors)
            answer = run_child(request, descriptors, self._limits.deadline(size), progress)
        if not isinstance(answer.get("result"), dict):
            raise refusal("reader_stopped")
        return answer

    def _request(self, kind: str, size: int, empty: str, descriptors: tuple[int, int, int]) -> dict[str, Any]:
        source, pcm, playback = descriptors
        return {
            "source": source,
            "pcm": pcm,
            "playback": playback,
            "kind": kind,
            "channels": self._channels,
            "max_seconds": self._limits.max_seconds,
            "empty_folder": empty,
            "memory_bytes": self._limits.memory_bytes,
            "cpu_seconds": self._limits.cpu_seconds(size),
            "file_bytes": self._limits.file_bytes,
        }

    def _checked_size(self, file: int) -> int:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise refusal("not_a_file")
        if status.st_size > self._limits.max_bytes:
            raise refusal("too_big")
        return status.st_size


@contextmanager
def _opened(source: Path) -> Iterator[int]:
    """A read-only descriptor. Does not wait on a pipe. Raises RefusedRecordingError where it cannot be opened."""
    try:
        file = os.open(source, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError):
        raise refusal("not_a_file") from None
    try:
        yield file
    finally:
        os.close(file)


def _digest(file: int) -> str:
    digest = hashlib.sha256()
    at = 0
    while piece := os.pread(file, _MIB, at):
        digest.update(piece)
        at += len(piece)
    return digest.hexdigest()


def _unchanged(before: os.stat_result, after: os.stat_result) -> None:
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise refusal("changed")


class _Desk:
    """The files being written, under names of their own until `keep`; without it nothing stays behind."""

    def __init__(self, into: Path) -> None:
        self._into = into
        self._made = not into.exists()
        self._finals = (into / PCM_NAME, into / PLAYBACK_NAME)
        self._parts = tuple(final.with_name(f".{final.name}.part") for final in self._finals)
        self._kept = False
        self.pcm = self.playback = -1

    def __enter__(self) -> _Desk:
        self._into.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        self.pcm, self.playback = (os.open(part, flags, 0o600) for part in self._parts)
        return self

    def keep(self) -> None:
        """Give the files, which the child has made durable, their final names."""
        for part, final in zip(self._parts, self._finals, strict=True):
            part.replace(final)
        folder = os.open(self._into, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._kept = True

    def __exit__(self, *_: object) -> None:
        os.close(self.pcm)
        os.close(self.playback)
        if self._kept:
            return
        for part in self._parts:
            part.unlink(missing_ok=True)
        if self._made and not any(self._into.iterdir()):
            self._into.rmdir()


def _audio(outcome: Outcome, *, sha256: str, size: int, kind: str, into: Path) -> Audio:
    recording = Recording(
        sha256=sha256,
        size_bytes=size,
        container=kind,
        codec=outcome.codec,
        channels=outcome.source_channels,
        sample_rate_hz=outcome.sample_rate_hz,
        duration_ms=outcome.frames * 1000 // SAMPLE_RATE,
    )
    return Audio(
        recording=recording,
        pcm=into / PCM_NAME,
        channels=outcome.channels,
        frames=outcome.frames,
        gain_db=gain_db(outcome.measures),
        separate_channels=outcome.channels == 2,
        advice=outcome.advice,
        playback=into / PLAYBACK_NAME,
    )
