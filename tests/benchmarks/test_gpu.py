"""The benchmark of the large engines: its models write as much as they are told to, and its rows say what was taken."""

from __future__ import annotations

import importlib.util
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.gpu import Material, _looped_turns, main
from benchmarks.gpu_memory import OWN, RISE, GpuMemoryWatch, GpuUse, by_process
from benchmarks.made_whisper import ENGLISH_TEXT, MULTILINGUAL_TEXT, SHAPES, WhisperShape, vocabulary, write_whisper

with_pyannote = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None or importlib.util.find_spec("pyannote.audio") is None,
    reason="torch and pyannote.audio are not installed (the extra `gpu`)",
)


def rows(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.slow
def test_whisper_gives_a_row_on_a_processor(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--engine", "faster-whisper", "--device", "cpu", "--shape", "tiny", "--minutes", "0.2", "--batch", "2"]
    assert main(given) == 0
    (row,) = rows(capsys)
    assert (row["device"], row["compute_type"], row["shape"], row["batch"]) == ("cpu", "int8", "tiny", 2)
    assert row["words"] > 0  # type: ignore[operator]
    assert row["stretches"] > 1  # type: ignore[operator]
    assert row["real_time_factor"] == pytest.approx(row["seconds"] / 12, abs=0.005)  # type: ignore[operator]
    assert row["peak_memory_mb"] > 50  # type: ignore[operator]
    assert row["peak_gpu_mb"] is None
    assert "nothing about accuracy" in str(row["weights"])


@pytest.mark.torch
@pytest.mark.slow
@with_pyannote
def test_pyannote_gives_a_row_on_a_processor(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--engine", "pyannote", "--device", "cpu", "--shape", "tiny", "--minutes", "0.2", "--batch", "4"]
    assert main(given) == 0
    (row,) = rows(capsys)
    assert (row["device"], row["compute_type"], row["batch_at_end"]) == ("cpu", "float32", 4)
    assert row["turns"] > 0  # type: ignore[operator]
    assert row["seconds"] > 0  # type: ignore[operator]


def test_an_engine_that_cannot_run_gives_a_row_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """A GPU is asked for where there is none."""
    ctranslate2 = pytest.importorskip("ctranslate2")
    if ctranslate2.get_cuda_device_count():
        pytest.skip("this machine has a GPU")
    given = ["--engine", "faster-whisper", "--device", "cuda", "--shape", "tiny", "--minutes", "0.1"]
    assert main(given) == 1
    (row,) = rows(capsys)
    assert "No GPU was found" in str(row["error"])
    assert "seconds" not in row


@pytest.mark.parametrize("text_tokens", [MULTILINGUAL_TEXT, ENGLISH_TEXT])
def test_a_model_of_a_real_shape_writes_exactly_as_many_tokens_as_it_may(tmp_path: Path, text_tokens: int) -> None:
    """As the large ones do, at the size of the tiny one; else the time for writing would be anybody's guess."""
    faster_whisper = pytest.importorskip("faster_whisper")
    shape = replace(SHAPES["tiny"], spread=None, text_tokens=text_tokens)
    model = faster_whisper.WhisperModel(str(write_whisper(tmp_path / "made", shape)), device="cpu", cpu_threads=1)
    assert model.model.is_multilingual == (text_tokens == MULTILINGUAL_TEXT)
    sound = np.random.default_rng(0).normal(0, 0.1, 32_000).astype(np.float32)
    for asked in (4, 41, 224):
        segments, _ = faster_whisper.BatchedInferencePipeline(model).transcribe(
            sound, language="en", without_timestamps=True, vad_filter=False, clip_timestamps=[{"start": 0, "end": 2}],
            temperature=0.0, max_new_tokens=shape.longest_tokens(asked),
        )  # fmt: skip
        assert sum(len(segment.tokens) for segment in segments) == asked


@pytest.mark.parametrize(
    ("name", "tokens", "numbers"), [("small.en", 51_864, 244_000_000), ("large-v3-turbo", 51_866, 809_000_000)]
)
def test_the_shapes_have_as_many_tokens_and_weights_as_the_real_models(name: str, tokens: int, numbers: int) -> None:
    """244 and 809 million are the rounded numbers that their makers publish."""
    shape = SHAPES[name]
    assert len(set(vocabulary(shape))) == len(vocabulary(shape)) == tokens
    assert counted(shape, tokens) == pytest.approx(numbers, rel=0.015)


def counted(shape: WhisperShape, tokens: int) -> int:
    """The numbers in a transformer of that shape, without norms and biases."""
    wide = shape.width
    block = 4 * wide * wide
    feed = 2 * wide * shape.inner
    convolutions = 3 * wide * (shape.mels + wide)
    layers = shape.encoder_layers * (block + feed) + shape.decoder_layers * (2 * block + feed)
    return layers + convolutions + wide * (1500 + 448 + tokens)


def test_the_true_turns_go_on_to_the_end_of_a_longer_recording() -> None:
    turns = _looped_turns(226_000, 500_000).turns
    assert max(turn.end_ms for turn in turns) <= 500_000
    assert {turn.start_ms // 226_000 for turn in turns} == {0, 1, 2}


def test_a_stretch_of_mean_length_is_counted_in_seconds() -> None:
    assert Material(pcm=Path("x"), seconds=9.0, stretches=((0, 2000), (3000, 7000))).mean_seconds == 3.0
    assert Material(pcm=Path("x"), seconds=9.0, stretches=()).mean_seconds == 0.0


def watched(*looks: GpuUse | None, processes: tuple[int, ...] = (10, 11)) -> GpuMemoryWatch:
    """A watch that has seen the looks, the first of them before the command ran."""
    watch = GpuMemoryWatch(look=lambda: looks[0], processes=lambda: list(processes))
    with watch:
        for look in looks[1:]:
            watch.note(look)
    return watch


def test_memory_is_that_of_the_processes_where_the_driver_names_them() -> None:
    before = GpuUse(by_process={5: 700}, total=800)
    watch = watched(before, GpuUse(by_process={5: 9000, 10: 300, 11: 200}, total=9600), before)
    assert (watch.peak_mb, watch.of) == (500, OWN)


def test_memory_is_the_rise_of_the_whole_gpu_where_processes_are_hidden() -> None:
    watch = watched(GpuUse(by_process={}, total=800), GpuUse(by_process={}, total=2900), None)
    assert (watch.peak_mb, watch.of) == (2100, RISE)


def test_without_a_gpu_there_is_no_memory_of_one() -> None:
    watch = watched(None, None)
    assert (watch.peak_mb, watch.of) == (None, None)


def test_the_watch_looks_by_itself_while_the_command_runs() -> None:
    totals = iter((100, *[400] * 1000))
    with GpuMemoryWatch(look=lambda: GpuUse(by_process={}, total=next(totals)), processes=list) as watch:
        waited = time.monotonic() + 10
        while not watch.peak_mb and time.monotonic() < waited:
            time.sleep(0.02)
    assert watch.peak_mb == 300


def test_what_the_driver_says_of_processes_is_read() -> None:
    """One on two GPUs, one whose memory the driver will not tell, and a line that is none."""
    assert by_process("10, 300\n10, 50\n11, [N/A]\nno processes\n") == {10: 350}
