"""Speaking a written session. The tests that speak need the Debian package flite."""

from __future__ import annotations

import hashlib
import json
import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from models.errors import BadInputError, MissingPartError
from models.records.audio import SAMPLE_RATE
from models.records.speech import Role
from pipelines.demo import flite_voice
from pipelines.demo.flite_voice import Voice, speak
from pipelines.demo.make_demo import read_wav
from pipelines.demo.synthesis import cast_for, read_script, speak_session
from pipelines.demo.timeline import Line, Overlaps
from pipelines.evaluation.references import read_annotation

needs_flite = pytest.mark.skipif(shutil.which("flite") is None, reason="needs the Debian package flite")


def script(folder: Path, speakers: int) -> Path:
    roles = ["practitioner", "parent_or_carer", "child", "interpreter", "other_family", "other_professional"]
    turns = [
        {"turn": i + 1, "speaker": f"SPK{i}", "role": roles[i % 6], "text": "I wasn't late. It was nine."}
        for i in range(speakers)
    ]
    path = folder / "visit.json"
    path.write_text(json.dumps({"turns": turns}), encoding="utf-8")
    return path


@needs_flite
def test_every_word_of_a_sentence_has_its_time() -> None:
    spoken = speak("I wasn't drunk, that's all.", Voice(name="slt"))
    assert [word.text for word in spoken.words] == ["I", "wasn't", "drunk,", "that's", "all."]
    edges = [edge for word in spoken.words for edge in (word.start_ms, word.end_ms)]
    assert edges == sorted(edges)
    assert edges[0] == 0
    assert abs(edges[-1] - spoken.duration_ms) <= 1
    assert all(word.duration_ms >= 30 for word in spoken.words)


@needs_flite
def test_a_comma_is_a_silence_that_belongs_to_no_word() -> None:
    words = speak("I wasn't drunk, that's all.", Voice(name="slt")).words
    assert words[3].start_ms - words[2].end_ms > 40


@needs_flite
def test_a_voice_has_the_loudness_asked_for() -> None:
    samples = speak("Hello there.", Voice(name="rms", level_dbfs=-25.0)).samples
    assert 10 * np.log10(np.mean(samples.astype(np.float64) ** 2)) == pytest.approx(-25, abs=0.1)


@needs_flite
def test_a_stretched_voice_speaks_longer() -> None:
    assert speak("Hello there.", Voice(name="rms", stretch=1.5)).duration_ms > 1.3 * (
        speak("Hello there.", Voice(name="rms")).duration_ms
    )


@needs_flite
def test_an_unspeakable_line_is_refused() -> None:
    with pytest.raises(BadInputError, match="nothing that can be spoken"):
        speak("...", Voice(name="rms"))


@needs_flite
def test_four_voices_speak_a_session_and_leave_its_references(tmp_path: Path) -> None:
    told = speak_session(script(tmp_path, 4), tmp_path / "out", overlaps=Overlaps(early={2: 200}), seed=3)
    folder = tmp_path / "out"
    assert sorted(path.name for path in folder.iterdir()) == [
        "visit.reference.json",
        "visit.rttm",
        "visit.stm",
        "visit.wav",
    ]
    assert read_annotation((folder / "visit.reference.json",)) == told
    assert {(one.speaker, one.role) for one in told.said or ()} >= {("SPK2", Role.CHILD), ("SPK3", Role.INTERPRETER)}
    with wave.open(str(folder / "visit.wav")) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (SAMPLE_RATE, 1)
        assert sound.getnframes() * 1000 // SAMPLE_RATE == told.duration_ms


@needs_flite
def test_sound_is_where_the_reference_says_and_nowhere_else(tmp_path: Path) -> None:
    told = speak_session(script(tmp_path, 2), tmp_path / "out", seed=3)
    samples = read_wav(tmp_path / "out" / "visit.wav")
    spoken = np.zeros(len(samples), dtype=bool)
    for one in told.said or ():
        spoken[one.start_ms * 16 : (one.end_ms + 200) * 16] = True  # with the tail of the room
    assert np.mean(samples[spoken] ** 2) > 100 * np.mean(samples[~spoken] ** 2)


@needs_flite
def test_the_same_seed_speaks_the_same_bytes(tmp_path: Path) -> None:
    for out in ("a", "b"):
        speak_session(script(tmp_path, 2), tmp_path / out, seed=5)
    first, second = (hashlib.sha256((tmp_path / out / "visit.wav").read_bytes()).digest() for out in ("a", "b"))
    assert first == second


def test_without_flite_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flite_voice.shutil, "which", lambda name: None)
    with pytest.raises(MissingPartError, match="apt-get install flite"):
        speak("Hello.", Voice(name="rms"))


def test_more_speakers_than_voices_are_refused() -> None:
    lines = tuple(Line(turn=i, speaker=f"S{i}", role=Role.CHILD, text="Hi.") for i in range(7))
    with pytest.raises(BadInputError, match="6 speakers and the script has 7"):
        cast_for(lines)


def test_a_speaker_without_a_voice_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="No voice was given for SPK1"):
        speak_session(script(tmp_path, 2), tmp_path, voices={"SPK0": Voice(name="rms")})


@pytest.mark.parametrize("text", ["", "[]", '{"turns": [{"turn": 1}]}', '{"turns": [{"turn": 1, "role": "uncle"}]}'])
def test_a_script_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "script.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInputError, match="is not a session script"):
        read_script(path)
