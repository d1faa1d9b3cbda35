"""From measures to decisions: the gain, what to do with two channels, and advice in plain sentences."""

from __future__ import annotations

from typing import Literal

from models.adapters.media_measures import Measures
from models.records.audio import Advice

Channels = Literal["auto", "mix", "separate"]
Mix = tuple[float, float]

TARGET_DB = -26.0
PEAK_DB = -1.0
LEAST_GAIN_DB, MOST_GAIN_DB = -20.0, 30.0
SILENT_DB = -66.0


def gain_db(measures: Measures) -> float:
    """The gain in dB that brings speech to -26 dB full scale without clipping, within -20 to +30 dB."""
    wanted = min(TARGET_DB - measures.speech_db, PEAK_DB - measures.peak_db)
    return round(min(MOST_GAIN_DB, max(LEAST_GAIN_DB, wanted)), 1)


def is_silent(measures: Measures) -> bool:
    """Whether even the loudest hundredth of the recording is far below any speech."""
    return measures.loudest_db < SILENT_DB


def holds_two_voices(measures: Measures) -> bool:
    """Whether two channels carry different voices: each is often much the louder one, and they do not move together."""
    left, right = measures.left_share, measures.right_share
    alike = abs(measures.correlation) > 0.3 or measures.level_correlation > 0.3
    return min(left, right) >= 0.08 and left + right >= 0.5 and not alike


def dead_channel(measures: Measures) -> str | None:
    """ "left" or "right" where that one of two channels carries nothing."""
    if abs(measures.balance_db) < 35:
        return None
    return "right" if measures.balance_db > 0 else "left"


def mix_of(measures: Measures, wish: Channels) -> Mix | None:
    """How much of the left and right channel goes into one; None keeps two channels apart."""
    if wish == "separate" or (wish == "auto" and holds_two_voices(measures)):
        return None
    dead = dead_channel(measures)
    if dead:
        return (1.0, 0.0) if dead == "right" else (0.0, 1.0)
    return (0.5, -0.5) if measures.correlation < -0.8 else (0.5, 0.5)


def advice_on(measures: Measures) -> tuple[Advice, ...]:
    """What a person should know about the sound, worst first; empty for a good recording."""
    found = (_clipping, _low_level, _noise, _hum, _silence, _narrow_band)
    return tuple(advice for check in found if (advice := check(measures)) is not None)


def _clipping(measures: Measures) -> Advice | None:
    if measures.clipped_share < 0.01:
        return None
    share = max(1, round(measures.clipped_share * 100))
    return Advice(
        code="clipping",
        message=f"The sound is overdriven in {share}% of the speech, which costs words; next time turn the recording "
        "level down or move the recorder a little away.",
    )


def _low_level(measures: Measures) -> Advice | None:
    if measures.speech_db > -50:
        return None
    return Advice(
        code="very_low_level",
        message="The recording is very quiet and was amplified; next time put the recorder nearer to the speakers.",
    )


def _noise(measures: Measures) -> Advice | None:
    if measures.speech_db - measures.floor_db > 9 or measures.longest_silence_s > 0.5:
        return None
    return Advice(
        code="noisy",
        message="There is a lot of steady noise behind the voices, so expect more mistakes; next time switch off fans "
        "and screens, close windows, and put the recorder nearer.",
    )


def _hum(measures: Measures) -> Advice | None:
    if measures.hum_db < 12 or measures.hum_level_db < measures.speech_db - 25:
        return None
    return Advice(
        code="mains_hum",
        message=f"There is an electrical hum at {measures.hum_hz} Hz; next time run the recorder on battery or keep it "
        "and its cable away from chargers and lamps.",
    )


def _silence(measures: Measures) -> Advice | None:
    if measures.longest_silence_s < 60:
        return None
    minutes, seconds = divmod(int(measures.longest_silence_at_s), 60)
    lasting = round(measures.longest_silence_s / 60, 1)
    return Advice(
        code="long_silence",
        message=f"Nothing is heard for {lasting:g} minutes from {minutes}:{seconds:02d}; check that the recorder was "
        "not paused, covered or left running.",
    )


def _narrow_band(measures: Measures) -> Advice | None:
    if measures.high_band_db > -50:
        return None
    return Advice(
        code="narrow_band",
        message="The recording has telephone quality, so expect more mistakes; use a better original if there is one.",
    )


def channel_advice(measures: Measures, channels: int, kept_apart: bool, wish: Channels) -> tuple[Advice, ...]:
    """What a person should know about the channels of the recording as it was handed in."""
    if wish == "separate" and channels != 2:
        return (
            Advice(
                code="not_two_channels",
                message="You asked for one speaker per channel, but this recording does not have two channels, so its "
                "voices were told apart by sound.",
            ),
        )
    dead = dead_channel(measures) if channels == 2 and not kept_apart else None
    if dead is None:
        return ()
    return (
        Advice(
            code="one_channel_dead",
            message=f"The {dead} channel is silent, so only the other was used; next time check both microphones.",
        ),
    )


def reading_advice(*, bad_share: float, missing_s: float, sound_s: float, tracks: int) -> tuple[Advice, ...]:
    """What a person should know about how completely the file could be read."""
    found: list[Advice] = []
    if missing_s > max(2.0, 0.02 * sound_s):
        minutes, seconds = divmod(int(sound_s), 60)
        found.append(
            Advice(
                code="truncated",
                message=f"The file is cut off: only the first {minutes}:{seconds:02d} could be read; copy it from the "
                "recorder again if the rest matters.",
            )
        )
    if bad_share > 0.002:
        found.append(
            Advice(
                code="damaged",
                message="Parts of the file are damaged and were left out; copy it from the recorder again if you can.",
            )
        )
    if tracks > 1:
        found.append(
            Advice(
                code="several_tracks",
                message=f"The file holds {tracks} sound tracks and only the main one was read; export the others on "
                "their own if they matter.",
            )
        )
    return tuple(found)
