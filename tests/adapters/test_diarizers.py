"""What every diarizer must keep to, whatever engine it uses; a new adapter joins by one more `Case`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from benchmarks.made_recordings import decoded
from models.adapters.channel_diarizer import ChannelDiarizer
from models.adapters.community1_networks import Community1Networks
from models.adapters.fakes import FakeDiarizer
from models.adapters.onnx_diarizer import EmbeddedDiarizer, EmbeddedSettings
from models.ports import Diarizer
from models.records.audio import Audio
from models.records.provenance import Engine
from models.records.span import total_ms, union
from models.records.speech import SpeakerCount, Speech, Turns
from tests.adapters.recordings import dialogue, loud_on_channel, speech_of

ANY = SpeakerCount()


@cache
def networks() -> Community1Networks:
    return Community1Networks()


def embedded(threads: int = 2) -> EmbeddedDiarizer:
    """The embedded diarizer, looking half as often as it does at short recordings, to save time."""
    return EmbeddedDiarizer(settings=EmbeddedSettings(short_step_frames=128), threads=threads, networks=networks())


@dataclass(frozen=True, kw_only=True)
class Case:
    """One diarizer under test, and whether it wants each voice on its own channel."""

    name: str
    make: Callable[[], Diarizer]
    separate: bool = False


CASES = (
    Case(name="fake", make=FakeDiarizer),
    Case(name="embedded", make=embedded),
    Case(
        name="channels",
        make=lambda: ChannelDiarizer(loud_on_channel, Engine(name="loudness", version="1")),
        separate=True,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """A diarizer with a dialogue of two voices for it, and what it made of it."""

    diarizer: Diarizer
    audio: Audio
    speech: Speech
    turns: Turns
    told: tuple[float, ...]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def sitting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sitting:
    case: Case = request.param
    samples, truth = dialogue()
    if case.separate:
        columns = np.zeros((len(samples), 2), dtype=np.float32)
        for voice, start, end in truth:
            columns[start * 16 : end * 16, voice] = samples[start * 16 : end * 16]
        samples = columns
    audio = decoded(tmp_path_factory.mktemp("sitting") / "dialogue.pcm", samples, separate=case.separate)
    diarizer, told = case.make(), list[float]()
    turns = diarizer.diarize(audio, speech_of(truth), ANY, told.append)
    return Sitting(diarizer=diarizer, audio=audio, speech=speech_of(truth), turns=turns, told=tuple(told))


def test_no_speech_gives_no_turns(sitting: Sitting) -> None:
    told: list[float] = []
    turns = sitting.diarizer.diarize(sitting.audio, Speech(spans=()), ANY, told.append)
    assert turns == Turns(turns=(), exclusive=())
    assert told[-1:] == [1.0]


def test_two_voices_are_found(sitting: Sitting) -> None:
    assert sitting.turns.speakers == ("SPEAKER_00", "SPEAKER_01")


def test_exclusive_turns_never_overlap(sitting: Sitting) -> None:
    assert sitting.turns.exclusive
    assert all(left.end_ms <= right.start_ms for left, right in pairwise(sitting.turns.exclusive))


def test_exclusive_turns_cover_the_same_speech(sitting: Sitting) -> None:
    assert union(sitting.turns.exclusive) == union(sitting.turns.turns)
    assert total_ms(sitting.turns.turns) > 0.7 * total_ms(sitting.speech.spans)


def test_speakers_are_named_in_order_of_first_speech(sitting: Sitting) -> None:
    first = list(dict.fromkeys(turn.speaker for turn in sitting.turns.turns))
    assert first == [f"SPEAKER_{number:02d}" for number in range(len(first))]


def test_turns_are_sorted_and_inside_the_recording(sitting: Sitting) -> None:
    for turns in (sitting.turns.turns, sitting.turns.exclusive):
        assert all(0 <= turn.start_ms < turn.end_ms <= sitting.audio.duration_ms for turn in turns)
        assert [turn.start_ms for turn in turns] == sorted(turn.start_ms for turn in turns)


def test_margins_are_shares_or_unknown(sitting: Sitting) -> None:
    assert all(turn.margin is None or 0 <= turn.margin <= 1 for turn in sitting.turns.turns)


def test_an_exact_count_is_respected(sitting: Sitting) -> None:
    turns = sitting.diarizer.diarize(sitting.audio, sitting.speech, SpeakerCount(exact=2))
    assert turns.speakers == ("SPEAKER_00", "SPEAKER_01")


def test_the_same_recording_gives_the_same_turns(sitting: Sitting) -> None:
    assert sitting.diarizer.diarize(sitting.audio, sitting.speech, ANY) == sitting.turns


def test_progress_never_falls_and_ends_at_one(sitting: Sitting) -> None:
    assert list(sitting.told) == sorted(sitting.told)
    assert sitting.told[-1] == 1.0


@pytest.fixture(scope="module")
def two_voices(tmp_path_factory: pytest.TempPathFactory) -> tuple[Audio, Speech, tuple[tuple[int, int, int], ...]]:
    samples, truth = dialogue()
    return decoded(tmp_path_factory.mktemp("two") / "dialogue.pcm", samples), speech_of(truth), truth


def test_embedded_turns_follow_the_voices(
    two_voices: tuple[Audio, Speech, tuple[tuple[int, int, int], ...]],
) -> None:
    audio, speech, truth = two_voices
    turns = embedded().diarize(audio, speech, ANY)
    for voice, start, end in truth:
        inside = [t for t in turns.exclusive if start <= (t.start_ms + t.end_ms) / 2 < end]
        assert {turn.speaker for turn in inside} == {f"SPEAKER_{voice:02d}"}


def test_embedded_turns_do_not_depend_on_threads(
    two_voices: tuple[Audio, Speech, tuple[tuple[int, int, int], ...]],
) -> None:
    audio, speech, _ = two_voices
    one, three = (embedded(threads=n).diarize(audio, speech, ANY) for n in (1, 3))
    assert one == three


@pytest.mark.parametrize("voices", [1, 3])
def test_embedded_makes_as_many_voices_as_it_is_told(
    two_voices: tuple[Audio, Speech, tuple[tuple[int, int, int], ...]], voices: int
) -> None:
    audio, speech, _ = two_voices
    turns = embedded().diarize(audio, speech, SpeakerCount(exact=voices))
    assert len(turns.speakers) == voices


def test_embedded_keeps_to_the_bounds(
    two_voices: tuple[Audio, Speech, tuple[tuple[int, int, int], ...]],
) -> None:
    audio, speech, _ = two_voices
    assert len(embedded().diarize(audio, speech, SpeakerCount(most=1)).speakers) == 1
    assert len(embedded().diarize(audio, speech, SpeakerCount(least=3, most=4)).speakers) == 3


def test_embedded_reads_less_than_a_second(tmp_path: Path) -> None:
    samples, _ = dialogue()
    audio = decoded(tmp_path / "short.pcm", samples[:300])
    turns = embedded().diarize(audio, speech_of(((0, 0, 18),)), ANY)
    assert turns == Turns(turns=(), exclusive=())


def test_what_a_channel_overhears_is_not_speech(tmp_path: Path) -> None:
    samples, truth = dialogue()
    columns = np.zeros((len(samples), 2), dtype=np.float32)
    for voice, start, end in truth:
        columns[start * 16 : end * 16, voice] += samples[start * 16 : end * 16]
        columns[start * 16 : end * 16, 1 - voice] += 0.15 * samples[start * 16 : end * 16]
    audio = decoded(tmp_path / "overheard.pcm", columns, separate=True)
    diarizer = ChannelDiarizer(loud_on_channel, Engine(name="loudness", version="1"))
    turns = diarizer.diarize(audio, speech_of(truth), ANY)
    assert turns.turns == turns.exclusive
    for voice, start, end in truth:
        inside = [t for t in turns.turns if start <= (t.start_ms + t.end_ms) / 2 < end]
        assert {turn.speaker for turn in inside} == {f"SPEAKER_{voice:02d}"}


def test_two_channels_may_speak_at_once(tmp_path: Path) -> None:
    samples, truth = dialogue()
    second = next(start for voice, start, _ in truth if voice == 1) * 16
    length = 3 * 16_000
    columns = np.stack([samples[:length], samples[second : second + length]], axis=1)
    audio = decoded(tmp_path / "both.pcm", columns, separate=True)
    diarizer = ChannelDiarizer(loud_on_channel, Engine(name="loudness", version="1"))
    turns = diarizer.diarize(audio, Speech(spans=(audio.span,)), ANY)
    assert sum(turn.duration_ms for turn in turns.turns) > 1.3 * total_ms(turns.turns)
