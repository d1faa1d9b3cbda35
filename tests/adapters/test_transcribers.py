"""What every recogniser keeps to, whichever it is: one suite over the fake and the real adapters."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.made_whisper import SHAPES, write_whisper
from models.adapters.fakes import FakeTranscriber
from models.adapters.faster_whisper_transcriber import FasterWhisperTranscriber, WhisperSettings
from models.adapters.moonshine_transcriber import MoonshineTranscriber
from models.ports import Transcriber
from models.records.audio import Audio
from models.records.span import Span
from tests.adapters.recordings import audio_of, spoken

TEXT = "Thanks for seeing me today. I know the last few weeks have been hard. What would help most?"


@pytest.fixture(scope="session")
def whisper_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("ctranslate2")
    return write_whisper(tmp_path_factory.mktemp("models") / "tiny-random", SHAPES["tiny"])


@pytest.fixture(scope="module", params=["fake", "moonshine", "faster-whisper"])
def make(request: pytest.FixtureRequest, whisper_folder: Path):  # type: ignore[no-untyped-def]
    """A function that builds the adapter anew."""
    settings = WhisperSettings(device="cpu", longest_tokens=16, beam=1, compression_ratio=99.0, no_speech=1.0)
    makers = {
        "fake": FakeTranscriber,
        "moonshine": MoonshineTranscriber,
        "faster-whisper": lambda: FasterWhisperTranscriber(whisper_folder, settings),
    }
    return makers[request.param]


@pytest.fixture(scope="module")
def transcriber(make) -> Transcriber:  # type: ignore[no-untyped-def]
    return make()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> NDArray[np.float32]:
    return spoken(tmp_path_factory.mktemp("voice"), TEXT)


@pytest.fixture
def audio(tmp_path: Path, voice: NDArray[np.float32]) -> Audio:
    return audio_of(tmp_path, voice)


STRETCHES = (Span(start_ms=0, end_ms=1700), Span(start_ms=1700, end_ms=2000), Span(start_ms=2100, end_ms=5000))


def test_no_stretches_give_no_words(transcriber: Transcriber, audio: Audio) -> None:
    """Nothing to read gives nothing, and the language is still said."""
    words = transcriber.transcribe(audio, ())
    assert words.words == words.stretches == words.dropped == ()
    assert words.language == "en"


def test_each_stretch_is_read_once_in_order(transcriber: Transcriber, audio: Audio) -> None:
    """The stretches that come back are those that went in."""
    read = transcriber.transcribe(audio, STRETCHES).stretches
    assert [(s.start_ms, s.end_ms) for s in read] == [(s.start_ms, s.end_ms) for s in STRETCHES]


def test_words_lie_inside_their_stretches(transcriber: Transcriber, audio: Audio) -> None:
    """Every word lies in one stretch, words are in order, and joined they are the stretch's text."""
    words = transcriber.transcribe(audio, STRETCHES)
    assert words.words
    starts = [word.start_ms for word in words.words]
    assert starts == sorted(starts)
    rest = list(words.words)
    for stretch in words.stretches:
        count = len(stretch.text.split())
        own, rest = rest[:count], rest[count:]
        assert " ".join(word.text for word in own) == stretch.text
        assert all(stretch.start_ms <= word.start_ms <= word.end_ms <= stretch.end_ms for word in own)
    assert rest == []


def test_words_do_not_overlap(transcriber: Transcriber, audio: Audio) -> None:
    """A word ends before the next begins."""
    words = transcriber.transcribe(audio, STRETCHES).words
    assert all(left.end_ms <= right.start_ms for left, right in pairwise(words))


def test_probabilities_are_probabilities(transcriber: Transcriber, audio: Audio) -> None:
    """Word probabilities and a stretch's confidence lie in [0, 1] where there are any."""
    words = transcriber.transcribe(audio, STRETCHES)
    given = [w.probability for w in words.words] + [s.confidence for s in words.stretches]
    assert all(0 <= value <= 1 for value in given if value is not None)


def test_the_same_sound_gives_the_same_words(transcriber: Transcriber, audio: Audio) -> None:
    """Reading twice gives the same result to the last digit."""
    assert transcriber.transcribe(audio, STRETCHES) == transcriber.transcribe(audio, STRETCHES)


def test_what_was_read_before_does_not_matter(make, audio: Audio) -> None:  # type: ignore[no-untyped-def]
    """One adapter that read other stretches before gives what a new one gives."""
    used = make()
    used.transcribe(audio, tuple(STRETCHES[1:]))
    assert used.transcribe(audio, STRETCHES[:1]) == make().transcribe(audio, STRETCHES[:1])


def test_engines_are_equal_when_built_alike(make) -> None:  # type: ignore[no-untyped-def]
    """Two adapters built alike have equal provenance, with a digest for every weight file."""
    one, other = make().engine, make().engine
    assert one == other
    assert all(len(weights.sha256) == 64 for weights in one.weights)


def test_the_recording_is_left_alone(transcriber: Transcriber, audio: Audio) -> None:
    """The samples on disk are the same after reading."""
    before = audio.pcm.read_bytes()
    transcriber.transcribe(audio, STRETCHES)
    assert audio.pcm.read_bytes() == before


def test_progress_rises_to_one(transcriber: Transcriber, audio: Audio) -> None:
    """Progress never falls and ends at 1."""
    seen: list[float] = []
    transcriber.transcribe(audio, STRETCHES, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_stretch_past_the_end_is_read_as_far_as_there_is_sound(transcriber: Transcriber, audio: Audio) -> None:
    """A stretch that reaches past the recording does not fail, and its words stay inside it."""
    end = audio.duration_ms
    span = Span(start_ms=end - 600, end_ms=end + 400)
    words = transcriber.transcribe(audio, (span,)).words
    assert all(span.start_ms <= word.start_ms <= word.end_ms <= span.end_ms for word in words)


def test_a_very_short_stretch_does_not_fail(transcriber: Transcriber, audio: Audio) -> None:
    """Ten milliseconds of sound are read without an error."""
    span = Span(start_ms=500, end_ms=510)
    assert len(transcriber.transcribe(audio, (span,)).stretches) == 1
