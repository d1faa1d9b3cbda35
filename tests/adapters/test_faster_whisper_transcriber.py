"""Whisper's adapter: what it keeps, drops and reads again, memory that runs out, and folders it refuses."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.adapters.faster_whisper_transcriber import FasterWhisperTranscriber, Heard, WhisperSettings, check_folder
from models.errors import EngineError, MissingPartError, WeightsError
from models.records.audio import Audio
from models.records.span import Span
from tests.adapters.recordings import audio_of, silence

CPU = WhisperSettings(device="cpu")
SPANS = tuple(Span(start_ms=start, end_ms=start + 3000) for start in range(0, 30_000, 3000))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files that look like a model from outside; no test here loads them."""
    folder = tmp_path / "whisper"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"\x06\0\0\0\x0c\0WhisperSpec\0" + bytes(20))
    for name in ("config.json", "tokenizer.json"):
        (folder / name).write_text("{}")
    return folder


@pytest.fixture
def audio(tmp_path: Path) -> Audio:
    return audio_of(tmp_path, silence(30))


def heard(*words: tuple[str, float, float], ratio: float = 1.0, no_speech: float = 0.0, log: float = -0.1) -> Heard:
    said = tuple((text, start, end, 0.9) for text, start, end in words)
    return Heard(words=said, compression_ratio=ratio, no_speech=no_speech, log_probability=log)


class FakeModel:
    """Answers what it was told to and remembers the sizes of its batches and their options."""

    def __init__(self, *answers: Heard, most: int = 99) -> None:
        self.answers = list(answers)
        self.most = most
        self.batches: list[int] = []
        self.extra: list[dict[str, Any]] = []

    def __call__(self, clips: Sequence[NDArray[np.float32]], extra: dict[str, Any]) -> list[Heard]:
        self.batches.append(len(clips))
        self.extra.append(extra)
        if len(clips) > self.most:
            raise RuntimeError("CUDA failed with error out of memory")
        return [self.answers.pop(0) if self.answers else heard(("well", 0.1, 0.4)) for _ in clips]


def test_out_of_memory_halves_the_batch_and_goes_on(folder: Path, audio: Audio) -> None:
    """A batch that does not fit is tried at half the size until it does; every stretch is still read once."""
    model = FakeModel(most=2)
    words = FasterWhisperTranscriber(folder, CPU, model=model).transcribe(audio, SPANS)
    assert len(words.stretches) == len(words.words) == 10
    assert model.batches == [8, 4, 2, 2, 2, 2, 2]


def test_one_clip_that_does_not_fit_says_what_to_do(folder: Path, audio: Audio) -> None:
    """When not even one clip fits, the error names the way out."""
    with pytest.raises(EngineError, match="smaller model"):
        FasterWhisperTranscriber(folder, CPU, model=FakeModel(most=0)).transcribe(audio, SPANS[:1])


def test_other_failures_are_engine_errors(folder: Path, audio: Audio) -> None:
    """Any other run-time error of the library ends in ours, without its text."""

    def broken(clips: Sequence[NDArray[np.float32]], extra: dict[str, Any]) -> list[Heard]:
        raise RuntimeError("said words")

    with pytest.raises(EngineError) as error:
        FasterWhisperTranscriber(folder, CPU, model=broken).transcribe(audio, SPANS[:1])
    assert "said words" not in str(error.value)


def test_words_beyond_their_stretch_are_dropped_with_a_code(folder: Path, audio: Audio) -> None:
    """A word that begins after its stretch ended was heard outside speech."""
    model = FakeModel(heard(("well", 0.1, 0.4), ("thanks", 5.0, 5.5)))
    words = FasterWhisperTranscriber(folder, CPU, model=model).transcribe(audio, SPANS[:1])
    assert [word.text for word in words.words] == ["well"]
    assert [(drop.text, drop.reason) for drop in words.dropped] == [("thanks", "outside_speech")]


def test_a_loop_is_read_again_and_kept_when_it_is_gone(folder: Path, audio: Audio) -> None:
    """A reading that packs too well is made once more with repetition forbidden."""
    model = FakeModel(heard(("no", 0.1, 0.2), ratio=9.0), heard(("right", 0.1, 0.4)))
    words = FasterWhisperTranscriber(folder, CPU, model=model).transcribe(audio, SPANS[:1])
    assert [word.text for word in words.words] == ["right"]
    assert words.dropped == ()
    assert model.extra[1] == {"no_repeat_ngram_size": 3}


def test_a_loop_that_stays_is_dropped_with_a_code(folder: Path, audio: Audio) -> None:
    """A stretch that goes round in circles twice gives no words and says so."""
    loop = heard(("no", 0.1, 0.2), ratio=9.0)
    words = FasterWhisperTranscriber(folder, CPU, model=FakeModel(loop, loop)).transcribe(audio, SPANS[:1])
    assert words.words == ()
    assert [drop.reason for drop in words.dropped] == ["repetition"]


def test_speech_without_words_is_reported(folder: Path, audio: Audio) -> None:
    """Three seconds that give nothing twice are reported; a short stretch may be empty."""
    model = FakeModel(heard(), heard(), heard())
    spans = (Span(start_ms=0, end_ms=3000), Span(start_ms=4000, end_ms=4500))
    words = FasterWhisperTranscriber(folder, WhisperSettings(device="cpu", batch=1), model=model).transcribe(
        audio, spans
    )
    assert [(drop.start_ms, drop.reason) for drop in words.dropped] == [(0, "no_words")]


def test_words_where_nobody_spoke_are_dropped(folder: Path, audio: Audio) -> None:
    """Text that Whisper itself doubts, over sound it takes for no speech, is not kept."""
    model = FakeModel(heard(("you", 0.1, 0.2), no_speech=0.9, log=-1.5))
    words = FasterWhisperTranscriber(folder, CPU, model=model).transcribe(audio, SPANS[:1])
    assert words.words == ()
    assert [drop.reason for drop in words.dropped] == ["no_speech"]


def test_a_fall_back_temperature_is_used_only_when_asked(folder: Path, audio: Audio) -> None:
    """Sampling happens in the second reading and only where the setting says so."""
    model = FakeModel(heard(("no", 0.1, 0.2), ratio=9.0))
    settings = WhisperSettings(device="cpu", fallback_temperature=0.2)
    FasterWhisperTranscriber(folder, settings, model=model).transcribe(audio, SPANS[:1])
    assert model.extra == [{}, {"no_repeat_ngram_size": 3, "temperature": 0.2}]


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json"])
def test_a_folder_that_lacks_a_file_is_refused(folder: Path, name: str) -> None:
    """Each needed file that is missing is named; without tokenizer.json the library would go online."""
    (folder / name).unlink()
    with pytest.raises(WeightsError, match=name):
        check_folder(folder)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "weights.pkl", "other.ckpt"])
def test_a_folder_with_a_pickle_is_refused(folder: Path, name: str) -> None:
    """Files that can run code when loaded are not even kept beside a model."""
    (folder / name).write_bytes(b"\x80\x02")
    with pytest.raises(WeightsError, match="run code"):
        check_folder(folder)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04" + bytes(60), b"\x80\x02}q\x00" + bytes(60)], ids=repr)
def test_a_model_file_of_another_kind_is_refused(folder: Path, content: bytes) -> None:
    """An empty file, a zip and a pickle that call themselves model.bin are not loaded."""
    (folder / "model.bin").write_bytes(content)
    with pytest.raises(WeightsError, match="CTranslate2"):
        check_folder(folder)


def test_a_damaged_model_is_a_clear_error(folder: Path) -> None:
    """A file with the right beginning and nothing behind it ends in a sentence, not in the library's error."""
    with pytest.raises(WeightsError, match="could not be loaded"):
        FasterWhisperTranscriber(folder, CPU)


def test_the_digest_is_of_the_weights(folder: Path) -> None:
    """A copy under the same name has the same provenance; other bytes have another."""
    copy = shutil.copytree(folder, folder.parent / "elsewhere" / folder.name)
    assert check_folder(copy) == check_folder(folder)
    with (copy / "model.bin").open("ab") as file:
        file.write(b"x")
    assert check_folder(copy) != check_folder(folder)


def test_a_gpu_that_is_not_there_says_so(folder: Path) -> None:
    """Asking for CUDA on a machine without one is refused before anything is loaded."""
    ctranslate2 = pytest.importorskip("ctranslate2")
    if ctranslate2.get_cuda_device_count():
        pytest.skip("this machine has a GPU")
    with pytest.raises(MissingPartError, match="--device cpu"):
        FasterWhisperTranscriber(folder, WhisperSettings(device="cuda"))


@pytest.mark.parametrize("wrong", [{"device": "tpu"}, {"batch": 0}], ids=str)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    """Unknown devices and empty batches raise ValueError."""
    with pytest.raises(ValueError, match="must be"):
        WhisperSettings(**wrong)
