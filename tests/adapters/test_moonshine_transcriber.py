"""The embedded recogniser: what it writes, when, and what it refuses to load."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.adapters import moonshine_network
from models.adapters.moonshine_attention import expose
from models.adapters.moonshine_network import DECODER, ENCODER, TOKENIZER, MoonshineNetwork, vocabulary
from models.adapters.moonshine_search import loop_length
from models.adapters.moonshine_transcriber import MoonshineTranscriber
from models.adapters.word_times import boundaries, place_words
from models.errors import MissingPartError, WeightsError
from models.records.audio import SAMPLE_RATE
from models.records.span import Span
from tests.adapters.recordings import audio_of, silence, spoken


@pytest.fixture(scope="module")
def transcriber() -> MoonshineTranscriber:
    return MoonshineTranscriber()


def test_a_clear_sentence_is_read(tmp_path: Path, transcriber: MoonshineTranscriber) -> None:
    """A synthetic voice saying a plain sentence is written down word by word, with punctuation."""
    audio = audio_of(tmp_path, spoken(tmp_path, "We can talk about the school in the morning."))
    words = transcriber.transcribe(audio, (audio.span,))
    assert words.stretches[0].text.lower() == "we can talk about the school in the morning."
    assert all(word.probability is not None and word.probability > 0.3 for word in words.words)


def test_words_stand_on_their_side_of_a_pause(tmp_path: Path, transcriber: MoonshineTranscriber) -> None:
    """Of two sentences with two seconds of silence between them, no word reaches into the silence."""
    first = spoken(tmp_path, "The children are at school.")
    second = spoken(tmp_path, "Their mother is at home.")
    audio = audio_of(tmp_path, np.concatenate([first, silence(2), second]))
    pause = Span(start_ms=len(first) // 16, end_ms=len(first) // 16 + 2000)
    words = transcriber.transcribe(audio, (audio.span,)).words
    assert [word for word in words if word.overlap_ms(pause)] == []
    assert [word.text.strip(".,") for word in words if word.start_ms >= pause.end_ms][-2:] == ["at", "home"]


def test_a_loop_is_cut_and_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the network goes round in circles one round is kept and the stretch is reported."""
    network = MoonshineNetwork()
    genuine = network.decode

    def always_the_same(inputs: dict[str, Any]) -> tuple[Any, Any, Any]:
        scores, looks, written = genuine(inputs)
        scores[:] = -np.inf
        scores[:, 300] = 0.0
        return scores, looks, written

    monkeypatch.setattr(network, "decode", always_the_same)
    words = MoonshineTranscriber(network).transcribe(audio_of(tmp_path, silence(3)), (Span(start_ms=0, end_ms=3000),))
    assert len(words.words) == 1
    assert [drop.reason for drop in words.dropped] == ["repetition"]


def test_a_view_given_twice_is_read_as_once(tmp_path: Path) -> None:
    """Its words and their probabilities are means over equal views."""
    network = MoonshineNetwork()
    view = network.encode(spoken(tmp_path, "The children are at school."))
    once, twice = network.read(view), network.read(view, view)
    assert [token.id for token in twice.tokens] == [token.id for token in once.tokens]
    assert np.allclose([t.log_probability for t in twice.tokens], [t.log_probability for t in once.tokens])


def test_a_longer_view_beside_it_leaves_the_first_view_its_times(tmp_path: Path) -> None:
    """Attention has a column for each state of the first view, whatever the others are padded to."""
    network = MoonshineNetwork()
    short = network.encode(spoken(tmp_path, "The children are at school."))
    long = network.encode(np.concatenate([spoken(tmp_path, "The children are at school."), silence(1)]))
    reading = network.read(short, long)
    assert reading.attention is not None
    assert reading.attention.shape == (len(reading.tokens), short.shape[1])


def test_loops_are_four_rounds_of_the_same() -> None:
    """Three rounds can be how people speak; four are a loop, whatever came before."""
    assert loop_length([5, 1, 2, 1, 2, 1, 2]) == 0
    assert loop_length([5, 1, 2, 1, 2, 1, 2, 1, 2]) == 2
    assert loop_length([7, 7, 7, 7]) == 1


def test_pieces_longer_than_127_bytes_have_two_bytes_of_length() -> None:
    """The vocabulary's file gives a length in one byte up to 127 and in two above."""
    assert vocabulary(b"\x02ab\x00\x82\x01" + b"c" * 130) == (b"ab", b"", b"c" * 130)


def test_a_changed_weight_file_is_refused(tmp_path: Path) -> None:
    """A file with another digest is never loaded, and a missing one is named."""
    source = moonshine_network._carried_folder()
    for name in (ENCODER, DECODER, TOKENIZER):
        shutil.copy(source / name, tmp_path / name)
    with (tmp_path / TOKENIZER).open("ab") as file:
        file.write(b"x")
    with pytest.raises(WeightsError, match=r"tokenizer\.bin is not the file we know"):
        MoonshineNetwork(tmp_path)
    (tmp_path / TOKENIZER).unlink()
    with pytest.raises(WeightsError, match=r"tokenizer\.bin is missing"):
        MoonshineNetwork(tmp_path)


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package that carries the network the error names it."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingPartError, match="moonshine-voice"):
        MoonshineNetwork()


def test_attention_is_exposed_without_touching_what_is_there() -> None:
    """The changed file differs from the carried one in three references and what they refer to at its end."""
    before = (moonshine_network._carried_folder() / "decoder_model_merged.ort").read_bytes()
    after = expose(before)
    changed = np.flatnonzero(np.frombuffer(before, np.uint8) != np.frombuffer(after[: len(before)], np.uint8))
    assert len({int(place) // 4 for place in changed}) <= 6
    assert len(changed) <= 12
    assert 0 < len(after) - len(before) < 300


def test_tokens_begin_where_they_are_looked_at() -> None:
    """Boundaries fall between the columns that each row looks at."""
    attention = np.zeros((3, 60))
    attention[0, 5:15] = attention[1, 25:32] = attention[2, 45:55] = 1.0
    first, second, third = boundaries(attention)
    assert first == 0
    assert 12 <= second <= 26
    assert 30 <= third <= 46


def test_words_are_trimmed_to_their_sound() -> None:
    """A word that is given silence before and after its sound keeps the sound."""
    samples = np.concatenate([silence(0.5), np.full(SAMPLE_RATE // 2, 0.3, np.float32), silence(0.5)])
    assert place_words(np.ones((1, 60)), [1], samples) == ((500, 1000),)


def test_no_words_take_no_time() -> None:
    """Without words there is nothing to place."""
    assert place_words(None, [], silence(1)) == ()
