"""The decoder reads every promised format, keeps what it says, and leaves nothing behind when it refuses."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.made_recordings import FORMATS, amr_wideband, encoded, recording, speechlike, wave, wave_header
from models.adapters.media_refusals import RefusedRecordingError
from models.adapters.pyav_decoder import DecodeLimits, PyavDecoder
from models.errors import BadInputError
from models.records.audio import SAMPLE_RATE, Audio


def decoded(data: bytes, folder: Path, name: str = "recording", **settings: object) -> Audio:
    source = folder / name
    source.write_bytes(data)
    return PyavDecoder(**settings).decode(source, folder / "out")  # type: ignore[arg-type]


def refused(data: bytes, folder: Path, name: str = "recording", **settings: object) -> str:
    with pytest.raises(RefusedRecordingError) as caught:
        decoded(data, folder, name, **settings)
    assert not (folder / "out").exists()
    return caught.value.reason


def level_db(samples: np.ndarray) -> float:
    blocks = samples[: len(samples) // 1600 * 1600].reshape(-1, 1600)
    power = (blocks**2).mean(axis=1)
    return float(10 * np.log10(power[power > power.max() / 10].mean()))


@pytest.mark.parametrize("extension", FORMATS)
def test_reads_every_promised_format(extension: str, tmp_path: Path) -> None:
    """Two seconds in any format come out as about two seconds of 16 kHz samples with a playable copy."""
    data = recording(extension)
    audio = decoded(data, tmp_path, f"recording.{extension}")
    assert audio.duration_ms == pytest.approx(2000, abs=120)
    assert audio.recording.sha256 == hashlib.sha256(data).hexdigest()
    assert audio.recording.size_bytes == len(data)
    assert audio.recording.sample_rate_hz == FORMATS[extension][2]
    assert audio.pcm.stat().st_size == audio.frames * audio.channels * 2
    assert level_db(audio.read()) == pytest.approx(-26, abs=4)
    assert audio.playback is not None
    assert audio.playback.stat().st_size > 2000


def test_reads_wideband_amr(tmp_path: Path) -> None:
    """AMR wideband, which nothing here can write, is read from frames put together by hand."""
    audio = decoded(amr_wideband(), tmp_path)
    assert (audio.recording.codec, audio.recording.sample_rate_hz) == ("amr_wb", 16_000)
    assert audio.duration_ms == 3000


@pytest.mark.parametrize(("layout", "channels"), [("mono", 1), ("stereo", 2), ("2.1", 3), ("quad", 4), ("5.1", 6)])
def test_mixes_any_number_of_channels_to_one(layout: str, channels: int, tmp_path: Path) -> None:
    """The same voice on all channels becomes one channel of the same voice."""
    data = encoded(speechlike(2, 44_100), "wav", "pcm_s16le", 44_100, layout)
    audio = decoded(data, tmp_path)
    assert (audio.recording.channels, audio.channels) == (channels, 1)
    assert level_db(audio.read()) == pytest.approx(-26, abs=4)


def two_voices(seconds: float = 12, leak: float = 0.03) -> np.ndarray:
    """One voice on each channel, taking turns of two seconds, each faintly heard on the other."""
    turn = (np.arange(int(seconds * SAMPLE_RATE)) // (2 * SAMPLE_RATE)) % 2
    left, right = speechlike(seconds, seed=1) * (turn == 0), speechlike(seconds, seed=2) * (turn == 1)
    noise = np.random.default_rng(3).normal(0, 0.0003, (left.size, 2))
    return np.stack([left + leak * right, right + leak * left], axis=1) + noise


def test_keeps_two_voices_apart(tmp_path: Path) -> None:
    """A recording with one speaker on each channel keeps both channels and says so."""
    audio = decoded(wave(two_voices()), tmp_path)
    assert (audio.channels, audio.separate_channels) == (2, True)
    first = audio.read(channel=0)[:SAMPLE_RATE]
    assert level_db(first) > level_db(audio.read(channel=1)[:SAMPLE_RATE]) + 20


def test_mixes_a_room_recorded_in_stereo(tmp_path: Path) -> None:
    """Two microphones that hear both speakers, one nearer to each, are one room and become one channel."""
    audio = decoded(wave(two_voices(leak=0.6)), tmp_path)
    assert (audio.channels, audio.separate_channels) == (1, False)


@pytest.mark.parametrize(("wish", "channels"), [("mix", 1), ("separate", 2)])
def test_does_with_channels_as_asked(wish: str, channels: int, tmp_path: Path) -> None:
    """A wish about the channels overrules what was measured."""
    sound = two_voices() if wish == "mix" else two_voices(leak=0.9)
    assert decoded(wave(sound), tmp_path, channels=wish).channels == channels


def test_mixes_channels_of_opposite_sign_without_losing_them(tmp_path: Path) -> None:
    """A miswired microphone, whose channels cancel each other, still gives sound."""
    voice = speechlike(4)
    audio = decoded(wave(np.stack([voice, -voice], axis=1)), tmp_path)
    assert level_db(audio.read()) == pytest.approx(-26, abs=3)


@pytest.mark.parametrize("quieter_db", [-25, -10, 10])
def test_brings_speech_to_the_same_level(quieter_db: int, tmp_path: Path) -> None:
    """However loud the recording, speech is read at about -26 dB full scale."""
    audio = decoded(wave(np.clip(speechlike(6) * 10 ** (quieter_db / 20), -1, 1)), tmp_path)
    assert level_db(audio.read()) == pytest.approx(-26, abs=2.5)


def test_playback_opens_with_its_index_and_is_as_long(tmp_path: Path) -> None:
    """The copy for listening can be jumped about in: its index comes before the sound; its length is right."""
    import av

    audio = decoded(wave(speechlike(20)), tmp_path)
    assert audio.playback is not None
    data = audio.playback.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(audio.playback)) as container:
        assert container.duration / 1000 == pytest.approx(20_000, abs=200)
        assert container.streams.audio[0].codec_context.channels == 1


def test_carries_no_metadata_over(tmp_path: Path) -> None:
    """Titles, names and places in the file do not reach what is written."""
    import io

    import av

    target = io.BytesIO()
    with av.open(target, "w", format="ipod") as container:
        container.metadata["title"] = "CANARY-4417"
        stream = container.add_stream("aac", rate=16_000, layout="mono")
        pcm = (speechlike(1) * 32767).astype("<i2")[None]
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
        frame.sample_rate, frame.pts = 16_000, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert b"CANARY-4417" in target.getvalue()
    audio = decoded(target.getvalue(), tmp_path)
    assert audio.playback is not None
    assert b"CANARY-4417" not in audio.playback.read_bytes()
    assert "CANARY" not in repr(audio)


def test_same_bytes_give_the_same_files(tmp_path: Path) -> None:
    """Decoding twice gives the same samples and the same playback, byte for byte."""
    data = recording("m4a")
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = decoded(data, tmp_path / "a"), decoded(data, tmp_path / "b")
    assert first.pcm.read_bytes() == second.pcm.read_bytes()
    assert first.playback is not None
    assert second.playback is not None
    assert first.playback.read_bytes() == second.playback.read_bytes()


def test_counts_the_length_and_does_not_believe_it(tmp_path: Path) -> None:
    """A wav whose header promises hours reports the seconds that are there, and says that it is cut off."""
    sound = wave(speechlike(2))
    audio = decoded(wave_header(1, SAMPLE_RATE, 0x70000000) + sound[44:], tmp_path)
    assert audio.recording.duration_ms == audio.duration_ms == 2000


def test_reads_a_wav_that_was_never_finished(tmp_path: Path) -> None:
    """A recorder that lost power leaves 0xFFFFFFFF as its length; the sound is read without complaint."""
    audio = decoded(wave_header(1, SAMPLE_RATE, 0xFFFFFFFF) + wave(speechlike(2))[44:], tmp_path)
    assert (audio.duration_ms, audio.advice) == (2000, ())


def test_half_an_m4a_is_read_and_said_to_be_cut_off(tmp_path: Path) -> None:
    """A file whose index is there but whose end is missing gives what there is, with advice."""
    data = encoded(speechlike(20, 44_100), "ipod", "aac", 44_100, "mono", moov_size="20000")
    audio = decoded(data[: len(data) // 2], tmp_path)
    assert 5_000 < audio.duration_ms < 15_000
    assert "truncated" in [advice.code for advice in audio.advice]


def test_an_m4a_without_its_index_is_refused_as_cut_off(tmp_path: Path) -> None:
    """The phone was switched off before the index was written: nothing can be read, and the sentence says why."""
    data = recording("m4a")
    assert data.index(b"mdat") < data.index(b"moov")
    assert refused(data[: data.index(b"moov") - 4], tmp_path) == "truncated"


def test_silence_is_refused(tmp_path: Path) -> None:
    """A recording without any sound is refused in one sentence with exit code 2."""
    with pytest.raises(BadInputError) as caught:
        decoded(wave(np.random.default_rng(0).normal(0, 0.00005, 5 * SAMPLE_RATE)), tmp_path)
    assert caught.value.exit_code == 2
    assert getattr(caught.value, "reason", "") == "silent"
    assert str(caught.value).count("\n") == 0


def test_limits_are_kept(tmp_path: Path) -> None:
    """Too long, too large and too slow are each refused by their own reason."""
    data = recording("flac", 4)
    assert refused(data, tmp_path, limits=DecodeLimits(max_seconds=3)) == "too_long"
    assert refused(wave(speechlike(4)), tmp_path, limits=DecodeLimits(max_seconds=3)) == "too_long"
    assert refused(data, tmp_path, limits=DecodeLimits(max_bytes=1000)) == "too_big"
    assert refused(data, tmp_path, limits=DecodeLimits(start_seconds=0.01, seconds_per_second=0)) == "too_slow"


def test_failure_leaves_older_files_alone(tmp_path: Path) -> None:
    """In a folder that holds something already, a refusal adds nothing and removes nothing."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("kept")
    (tmp_path / "bad").write_bytes(recording("m4a")[:200])
    with pytest.raises(RefusedRecordingError):
        PyavDecoder().decode(tmp_path / "bad", out)
    assert [path.name for path in out.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("what", ["folder", "missing", "pipe"])
def test_only_files_are_opened(what: str, tmp_path: Path) -> None:
    """A folder, a missing path and a pipe are refused at once."""
    source = tmp_path / what
    if what == "folder":
        source.mkdir()
    elif what == "pipe":
        os.mkfifo(source)
    with pytest.raises(RefusedRecordingError) as caught:
        PyavDecoder().decode(source, tmp_path / "out")
    assert caught.value.reason == "not_a_file"


def test_progress_never_goes_back_and_ends_at_one(tmp_path: Path) -> None:
    """Progress rises from 0 to 1."""
    source = tmp_path / "long.wav"
    source.write_bytes(wave(np.tile(speechlike(60), 10)))
    seen: list[float] = []
    PyavDecoder().decode(source, tmp_path / "out", seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_the_parent_never_imports_the_decoder() -> None:
    """Importing the adapter, and even decoding, loads PyAV in the child only."""
    code = "import sys, models.adapters.pyav_decoder as d; d.PyavDecoder().sandbox(); print('av' in sys.modules)"
    root = str(Path(__file__).parents[2])
    answer = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_only_the_child_may_import_the_decoder() -> None:
    """PyAV is imported by the media child's modules, and by what encodes the sample recording and opens none."""
    root = Path(__file__).parents[2]
    sources = [path for name in ("models", "pipelines", "service") for path in (root / name).rglob("*.py")]
    pattern = re.compile(r"^\s*(import av\b|from av\b)", re.M)
    users = {path.name for path in sources if pattern.search(path.read_text(encoding="utf-8"))}
    assert users == {"media_child.py", "media_reader.py", "media_writer.py", "av_encoder.py"}


def test_engine_names_what_changes_the_result() -> None:
    """The engine's record tells the library, its version and the wish about channels."""
    engine = PyavDecoder(channels="mix").engine
    assert (engine.name, engine.options["channels"]) == ("pyav", "mix")
    assert engine != PyavDecoder().engine
