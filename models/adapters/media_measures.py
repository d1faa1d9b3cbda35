"""What a recording sounds like, gathered a second at a time: levels, hum, bandwidth, clipping, channels.

Memory grows by a few bytes for each tenth of a second, nothing else. All levels are in dB relative to full scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE = 16_000
BLOCK = RATE // 10
FLOOR_DB = -100.0
CLIP_LEVEL = 0.985
CLIP_RUN = 3
SPEECH_BAND = (80, 4000)
SIDE_DB = 10
_TINY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What was measured over a whole recording.

    ``speech_db`` is the level of the louder parts (the speech), ``floor_db`` of the quietest tenth, ``peak_db`` the
    level that only one block in two hundred exceeds. ``hum_db`` tells how far a mains line stands above its
    neighbours, 0 where there is none, and ``hum_level_db`` how loud the lines are. ``high_band_db`` is the energy
    above 4.5 kHz against that of the voice band. ``left_share`` and ``right_share`` tell in how much of the sound
    one channel is clearly louder; ``balance_db`` how much louder the left one is over all. ``correlation`` is of the
    two channels' samples, ``level_correlation`` of their levels: near 1 where both hear the same room.
    """

    speech_db: float
    floor_db: float
    loudest_db: float
    peak_db: float
    clipped_share: float
    hum_hz: int
    hum_db: float
    hum_level_db: float
    high_band_db: float
    longest_silence_s: float
    longest_silence_at_s: float
    left_share: float
    right_share: float
    correlation: float
    level_correlation: float
    balance_db: float


class Meter:
    """Listens to seconds of sound as they are decoded and keeps what `Measures` needs."""

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._levels: list[NDArray[np.float16]] = []
        self._peaks: list[NDArray[np.float16]] = []
        self._clipped: list[NDArray[np.bool_]] = []
        self._sides: tuple[list[NDArray[np.float16]], ...] = ([], [])
        self._lines = np.zeros(RATE // 2 + 1)
        self._power = np.zeros(RATE // 2 + 1)
        self._seconds = 0
        self._products = np.zeros(3)
        self._window = np.hanning(RATE).astype(np.float32)

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Take in up to one second, shape ``(frames, channels)``, at 16 kHz; only the last may be shorter."""
        whole = len(samples) // BLOCK
        if whole == 0:
            return
        sound = samples[: whole * BLOCK].astype(np.float32) / np.float32(32768)
        blocks = sound.reshape(whole, BLOCK, self._channels)
        bands = np.stack([_band_db(blocks[:, :, c]) for c in range(self._channels)])
        self._levels.append(bands.max(axis=0).astype(np.float16))
        top = _loudest_channel(np.abs(blocks))
        self._peaks.append(_decibels(top.max(axis=1) ** 2).astype(np.float16))
        self._clipped.append(_has_flat_tops(top))
        if self._channels == 2:
            for side, band in zip(self._sides, bands, strict=True):
                side.append(band.astype(np.float16))
            left, right = sound[:, 0].astype(np.float64), sound[:, 1].astype(np.float64)
            self._products += (left @ left, right @ right, left @ right)
        if len(sound) == RATE:
            self._hear_second(one_channel(sound))

    def _hear_second(self, second: NDArray[np.float32]) -> None:
        power = np.abs(np.fft.rfft(second * self._window)) ** 2 / (RATE * RATE * 3 / 32)
        self._power += power
        self._lines += np.log(power + _TINY)
        self._seconds += 1

    def measures(self) -> Measures:
        """The result over all that was heard; a recording under a tenth of a second counts as silent."""
        levels = _joined(self._levels)
        speech = _gated_level(levels)
        hum_hz, hum_db, hum_level = self._hum()
        active = levels > max(speech - 25, -75.0)
        gap, gap_at = _longest_run(levels < max(speech - 30, -70.0) if speech > FLOOR_DB else levels < 0)
        left, right = self._side_shares(active)
        clipped = np.concatenate(self._clipped) if self._clipped else np.zeros(0, dtype=np.bool_)
        peaks = _joined(self._peaks)
        return Measures(
            speech_db=speech,
            floor_db=_percentile(levels, 10),
            loudest_db=_percentile(levels, 99),
            peak_db=_percentile(peaks, 99.5),
            clipped_share=float(clipped[active].mean()) if active.any() else 0.0,
            hum_hz=hum_hz,
            hum_db=hum_db,
            hum_level_db=hum_level,
            high_band_db=self._high_band(),
            longest_silence_s=gap / 10,
            longest_silence_at_s=gap_at / 10,
            left_share=left,
            right_share=right,
            correlation=self._correlation(),
            level_correlation=self._level_correlation(active),
            balance_db=self._balance(),
        )

    def _hum(self) -> tuple[int, float, float]:
        """The mains frequency whose lines stand out, by how many dB, and the level of those lines."""
        if self._seconds < 3:
            return 0, 0.0, FLOOR_DB
        mean_log = self._lines * (10 / np.log(10)) / self._seconds
        found = max((_line_strength(mean_log, hertz) for hertz in (50, 60)), key=lambda line: line[1])
        return found if found[1] > 0 else (0, 0.0, FLOOR_DB)

    def _high_band(self) -> float:
        if self._seconds == 0:
            return 0.0
        high, voice = self._power[4500:7500].mean() + 1e-18, self._power[300:3400].mean() + 1e-18
        return float(10 * np.log10(high / voice))

    def _side_shares(self, active: NDArray[np.bool_]) -> tuple[float, float]:
        if self._channels != 2 or not active.any():
            return 0.0, 0.0
        apart = _joined(self._sides[0])[active] - _joined(self._sides[1])[active]
        return float((apart > SIDE_DB).mean()), float((apart < -SIDE_DB).mean())

    def _level_correlation(self, active: NDArray[np.bool_]) -> float:
        if self._channels != 2 or active.sum() < 10:
            return 0.0
        left, right = (_joined(side)[active].astype(np.float64) for side in self._sides)
        spread = left.std() * right.std()
        return float(((left - left.mean()) * (right - right.mean())).mean() / spread) if spread > _TINY else 0.0

    def _correlation(self) -> float:
        left, right, both = self._products
        return float(both / np.sqrt(left * right)) if left > _TINY and right > _TINY else 0.0

    def _balance(self) -> float:
        if self._channels != 2:
            return 0.0
        return float(_decibels(self._products[0]) - _decibels(self._products[1]))


def _decibels(power: NDArray[np.floating] | np.floating | float) -> NDArray[np.float64]:
    level = 10 * np.log10(np.asarray(power, dtype=np.float64) + _TINY)
    return np.asarray(np.maximum(level, FLOOR_DB), dtype=np.float64)


def one_channel(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """The average of one or two channels, shape ``(frames,)``; numpy's mean over so short an axis is slow."""
    return sound[:, 0] if sound.shape[1] == 1 else (sound[:, 0] + sound[:, 1]) * np.float32(0.5)


def _loudest_channel(sizes: NDArray[np.float32]) -> NDArray[np.float32]:
    return sizes[:, :, 0] if sizes.shape[2] == 1 else np.maximum(sizes[:, :, 0], sizes[:, :, 1])


def _band_db(blocks: NDArray[np.float32]) -> NDArray[np.float64]:
    """Level of each row within the voice band."""
    spectrum = np.abs(np.fft.rfft(blocks, axis=1)) ** 2
    low, high = (edge * BLOCK // RATE for edge in SPEECH_BAND)
    return _decibels(2 * spectrum[:, low:high].sum(axis=1) / BLOCK**2)


def _has_flat_tops(top: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether a block holds `CLIP_RUN` samples in a row at full scale."""
    full = top >= CLIP_LEVEL
    run = full[:, : full.shape[1] - CLIP_RUN + 1].copy()
    for shift in range(1, CLIP_RUN):
        run &= full[:, shift : full.shape[1] - CLIP_RUN + 1 + shift]
    return np.asarray(run.any(axis=1))


def _joined(pieces: list[NDArray[np.float16]]) -> NDArray[np.float32]:
    return np.concatenate(pieces).astype(np.float32) if pieces else np.zeros(0, dtype=np.float32)


def _percentile(values: NDArray[np.float32], share: float) -> float:
    return float(np.percentile(values, share)) if len(values) else FLOOR_DB


def _gated_level(levels: NDArray[np.float32]) -> float:
    """Mean level of the blocks that are neither silence nor pause: twice gated, as in EBU R 128."""
    heard = levels[levels > -75]
    if not len(heard):
        return FLOOR_DB
    first = _decibels(np.mean(10 ** (heard.astype(np.float64) / 10)))
    kept = heard[heard > first - 10].astype(np.float64)
    return float(_decibels(np.mean(10 ** (kept / 10))))


def _longest_run(quiet: NDArray[np.bool_]) -> tuple[int, int]:
    """Length and start of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet.astype(np.int8), [0]))))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return 0, 0
    longest = int(np.argmax(ends - starts))
    return int(ends[longest] - starts[longest]), int(starts[longest])


def _line_strength(mean_log: NDArray[np.float64], hertz: int) -> tuple[int, float, float]:
    """How far the mains line stands above its neighbours, and its level.

    Taken from the first four harmonics: the second strongest counts in full, one alone must be 10 dB stronger.
    """
    strengths: list[float] = []
    level = 0.0
    for harmonic in range(hertz, hertz * 4 + 1, hertz):
        line = float(mean_log[harmonic - 1 : harmonic + 2].max())
        around = np.concatenate((mean_log[harmonic - 9 : harmonic - 3], mean_log[harmonic + 4 : harmonic + 10]))
        strengths.append(line - float(np.median(around)))
        level += 10 ** (line / 10)
    second, first = sorted(strengths)[-2:]
    return hertz, max(second, first - 10), float(_decibels(level))
