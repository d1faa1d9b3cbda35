"""Each advice fires on a recording that has the fault and stays silent on the same recording without it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.made_recordings import speechlike, wave
from models.adapters.media_measures import Measures, Meter
from models.adapters.media_quality import advice_on, gain_db, reading_advice
from models.adapters.pyav_decoder import PyavDecoder
from models.records.audio import SAMPLE_RATE

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "audio"


def measured(sound: np.ndarray) -> Measures:
    pcm = np.clip(np.rint(sound * 32767), -32768, 32767).astype("<i2").reshape(len(sound), -1)
    meter = Meter(pcm.shape[1])
    for start in range(0, len(pcm), SAMPLE_RATE):
        meter.hear(pcm[start : start + SAMPLE_RATE])
    return meter.measures()


def codes(sound: np.ndarray) -> list[str]:
    return [advice.code for advice in advice_on(measured(sound))]


def mains(seconds: float, hertz: int, level: float) -> np.ndarray:
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return level * sum(np.sin(2 * np.pi * k * hertz * time) / k for k in (1, 2, 3))


VOICE = speechlike(30)


def test_a_good_recording_gets_no_advice() -> None:
    """Clean speech at an ordinary level has nothing to be said about it."""
    assert codes(VOICE) == []


def test_overdriven_sound_is_clipping() -> None:
    """Speech cut off at full scale is named; the same speech just below full scale is not."""
    assert codes(VOICE * 20) == ["clipping"]
    assert "clipping" not in codes(VOICE / np.abs(VOICE).max() * 0.98)


def test_a_far_away_recorder_is_very_low_level() -> None:
    """Speech 35 dB below the usual is named; 15 dB below is not."""
    assert "very_low_level" in codes(VOICE * 10 ** (-35 / 20))
    assert "very_low_level" not in codes(VOICE * 10 ** (-15 / 20))


@pytest.mark.parametrize("hertz", [50, 60])
def test_mains_hum_is_found_at_its_frequency(hertz: int) -> None:
    """A hum and its harmonics are named with their frequency; a steady rumble of the same power is not."""
    loud = VOICE + mains(30, hertz, 0.02)
    assert codes(loud) == ["mains_hum"]
    assert f"{hertz} Hz" in advice_on(measured(loud))[0].message
    rumble = np.cumsum(np.random.default_rng(5).normal(0, 1, VOICE.size))
    rumble -= np.convolve(rumble, np.ones(800) / 800, mode="same")
    assert "mains_hum" not in codes(VOICE + rumble / rumble.std() * 0.02)


def test_a_low_pitched_voice_is_not_hum() -> None:
    """A voice whose pitch passes through 100 and 120 Hz is not taken for mains."""
    time = np.arange(30 * SAMPLE_RATE) / SAMPLE_RATE
    pitch = 2 * np.pi * (110 * time - np.cos(2 * np.pi * 0.3 * time) * 15 / (2 * np.pi * 0.3))
    voice = sum(np.sin(k * pitch) / k for k in range(1, 20)) * np.clip(np.sin(2 * np.pi * 4 * time), 0, 1) * 0.1
    assert "mains_hum" not in codes(voice + VOICE * 0.01)


def test_a_long_gap_is_reported_with_its_place() -> None:
    """More than a minute of nothing is named with when it starts; a pause of half a minute is not."""
    quiet = np.random.default_rng(1).normal(0, 0.0002, 90 * SAMPLE_RATE)
    advice = advice_on(measured(np.concatenate([VOICE, quiet, VOICE])))
    assert [item.code for item in advice] == ["long_silence"]
    assert "1.5 minutes from 0:30" in advice[0].message or "1.5 minutes from 0:29" in advice[0].message
    assert codes(np.concatenate([VOICE, quiet[: 30 * SAMPLE_RATE], VOICE])) == []


def test_steady_noise_is_named() -> None:
    """Noise nearly as loud as the voices is named; a faint fan is not."""
    noise = np.random.default_rng(2).normal(0, 1, VOICE.size)
    assert "noisy" in codes(VOICE + 0.05 * noise)
    assert "noisy" not in codes(VOICE + 0.003 * noise)


def test_telephone_sound_is_named() -> None:
    """Speech with nothing above 3.4 kHz is named as telephone quality."""
    spectrum = np.fft.rfft(VOICE)
    spectrum[int(3400 * len(VOICE) / SAMPLE_RATE) :] = 0
    assert codes(np.fft.irfft(spectrum, len(VOICE))) == ["narrow_band"]


@pytest.mark.parametrize("dead", ["left", "right"])
def test_a_dead_channel_is_named_and_left_out(dead: str, tmp_path: Path) -> None:
    """Where one microphone gave nothing, the other alone is used, at full level, and the side is named."""
    sound = np.zeros((VOICE.size // 5, 2))
    sound[:, 1 if dead == "left" else 0] = VOICE[: len(sound)]
    (tmp_path / "a.wav").write_bytes(wave(sound))
    audio = PyavDecoder().decode(tmp_path / "a.wav", tmp_path / "out")
    assert [advice.code for advice in audio.advice] == ["one_channel_dead"]
    assert f"The {dead} channel" in audio.advice[0].message
    assert abs(audio.gain_db - gain_db(measured(VOICE[: len(sound)]))) < 0.2


def test_gain_stops_at_its_limits() -> None:
    """Nothing is raised by more than 30 dB or lowered by more than 20 dB, and peaks stay below full scale."""
    assert gain_db(measured(VOICE * 0.001)) == 30
    assert -20 <= gain_db(measured(np.clip(VOICE * 100, -1, 1))) < -15
    clicks = VOICE * 0.05
    clicks[:: SAMPLE_RATE // 4] = 0.9
    assert gain_db(measured(clicks)) <= 0


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"missing_s": 1.5}, []),
        ({"missing_s": 30.0}, ["truncated"]),
        ({"bad_share": 0.01}, ["damaged"]),
        ({"tracks": 2}, ["several_tracks"]),
    ],
)
def test_what_could_not_be_read_is_said(facts: dict[str, float], expected: list[str]) -> None:
    """A missing end, damaged parts and unread tracks are each said; a second more or less is not."""
    given = {"bad_share": 0.0, "missing_s": 0.0, "sound_s": 60.0, "tracks": 1} | facts
    assert [advice.code for advice in reading_advice(**given)] == expected  # type: ignore[arg-type]


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared recordings are not beside this checkout")
def test_real_clips_raise_no_false_alarm(tmp_path: Path) -> None:
    """Real clips of meetings and read speech get no advice, but for the one that was recorded at 8 kHz."""
    found = {}
    for path in sorted([*SHARED.glob("*.wav"), *SHARED.glob("*.flac")]):
        audio = PyavDecoder().decode(path, tmp_path / path.name)
        found[path.name] = [advice.code for advice in audio.advice]
    assert found.pop("commercial_mono.wav") == ["narrow_band"]
    assert all(not advice for advice in found.values()), found
