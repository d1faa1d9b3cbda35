"""The speech detector: what it finds, that blocks do not change it, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.adapters import silero_speech_detector as silero
from models.adapters.silero_speech_detector import SileroSpeechDetector, SpeechSettings, spans_of
from models.errors import WeightsError
from models.records.span import Span
from tests.adapters.recordings import audio_of, silence, spoken

SENTENCE = "We talked about the school run and who collects the children."


@pytest.fixture(scope="module")
def detector() -> SileroSpeechDetector:
    return SileroSpeechDetector()


def test_silence_holds_no_speech(tmp_path: Path, detector: SileroSpeechDetector) -> None:
    """Digital silence gives no spans."""
    assert detector.detect(audio_of(tmp_path, silence(3))).spans == ()


def test_an_empty_recording_holds_no_speech(tmp_path: Path, detector: SileroSpeechDetector) -> None:
    """No samples give no spans, and progress still ends at 1."""
    seen: list[float] = []
    assert detector.detect(audio_of(tmp_path, silence(0)), seen.append).spans == ()
    assert seen[-1] == 1.0


def test_speech_is_found_where_it_is(tmp_path: Path, detector: SileroSpeechDetector) -> None:
    """A sentence between two silences is found within 300 ms of where it was put."""
    voice = spoken(tmp_path, SENTENCE)
    audio = audio_of(tmp_path, np.concatenate([silence(2), voice, silence(2)]))
    spans = detector.detect(audio).spans
    assert abs(spans[0].start_ms - 2000) < 300
    assert abs(spans[-1].end_ms - (2000 + len(voice) // 16)) < 300


def test_blocks_do_not_change_the_result(tmp_path: Path) -> None:
    """Half-second blocks find exactly what one block over everything finds."""
    voice = spoken(tmp_path, f"{SENTENCE} {SENTENCE}")
    audio = audio_of(tmp_path, np.concatenate([silence(0.5), voice, silence(1.3), voice]))
    small, large = SpeechSettings(block_ms=512), SpeechSettings(block_ms=320_000)
    assert SileroSpeechDetector(small).detect(audio) == SileroSpeechDetector(large).detect(audio)


def test_it_agrees_with_faster_whisper(tmp_path: Path) -> None:
    """With the same settings the spans are those of faster_whisper.vad."""
    vad = pytest.importorskip("faster_whisper.vad")
    voice = spoken(tmp_path, f"{SENTENCE} {SENTENCE} {SENTENCE}")
    audio = audio_of(tmp_path, np.concatenate([silence(0.7), voice, silence(1.1), voice, silence(0.4)]))
    options = vad.VadOptions(threshold=0.5, min_silence_duration_ms=150, speech_pad_ms=60)
    expected = [(s["start"] // 16, s["end"] // 16) for s in vad.get_speech_timestamps(audio.read(), options)]
    found = [(span.start_ms, span.end_ms) for span in SileroSpeechDetector().detect(audio).spans]
    assert found == expected


def test_one_voice_per_channel_is_heard_on_each(tmp_path: Path, detector: SileroSpeechDetector) -> None:
    """Two voices one after the other on two channels: each channel has its own, both together have both."""
    voice = spoken(tmp_path, SENTENCE)
    quiet = np.zeros_like(voice)
    samples = np.stack([np.concatenate([voice, quiet]), np.concatenate([quiet, voice])], axis=1)
    audio = audio_of(tmp_path, samples, separate_channels=True)
    middle = len(voice) // 16
    left, right = detector.detect_channel(audio, 0), detector.detect_channel(audio, 1)
    assert left.spans[-1].end_ms <= middle + 200
    assert right.spans[0].start_ms >= middle - 200
    assert {span.start_ms for span in left.spans} <= {span.start_ms for span in detector.detect(audio).spans}


def test_progress_rises_to_one(tmp_path: Path, detector: SileroSpeechDetector) -> None:
    """Progress never falls and ends at 1, on one channel and on several."""
    for channels in (1, 2):
        seen: list[float] = []
        samples = np.zeros((16_000 * 130, channels), np.float32)
        detector.detect(audio_of(tmp_path, samples, separate_channels=channels > 1), seen.append)
        assert seen == sorted(seen)
        assert seen[-1] == 1.0


def test_a_short_dip_does_not_end_speech() -> None:
    """Silence shorter than min_silence_ms stays inside the span."""
    frames = np.array([0.9] * 10 + [0.1] * 4 + [0.9] * 10 + [0.0] * 20, np.float32)
    assert spans_of(frames, SpeechSettings(), 44 * 32) == (Span(start_ms=0, end_ms=24 * 32 + 60),)


def test_speech_to_the_end_ends_with_the_recording() -> None:
    """A span that is still open at the end is closed there, not beyond it."""
    assert spans_of(np.full(10, 0.9, np.float32), SpeechSettings(), 310) == (Span(start_ms=0, end_ms=310),)


def test_very_short_speech_can_be_left_out() -> None:
    """A span of min_speech_ms or less is not speech."""
    frames = np.array([0.0] * 10 + [0.9] * 3 + [0.0] * 20, np.float32)
    assert spans_of(frames, SpeechSettings(min_speech_ms=96), 33 * 32) == ()
    assert len(spans_of(frames, SpeechSettings(min_speech_ms=64), 33 * 32)) == 1


@pytest.mark.parametrize(
    "wrong", [{"pad_ms": 75}, {"silence_threshold": 0.6}, {"block_ms": 100}, {"block_ms": 0}], ids=str
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, float]) -> None:
    """Settings whose spans would touch, or whose blocks cut a frame, raise ValueError."""
    with pytest.raises(ValueError, match=r"must|cannot"):
        replace(SpeechSettings(), **wrong)  # type: ignore[arg-type]


def test_another_network_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A weight file with another digest is never loaded."""
    other = tmp_path / "silero_vad_v6.onnx"
    other.write_bytes(b"not the network")
    monkeypatch.setattr(silero, "_weights_file", lambda: other)
    with pytest.raises(WeightsError, match="not the file we know"):
        SileroSpeechDetector()
