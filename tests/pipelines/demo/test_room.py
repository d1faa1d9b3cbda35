"""The room around the voices."""

from __future__ import annotations

import numpy as np

from pipelines.demo.room import DRY, QUIET_ROOM, Room, impulse_response, mix, pink_noise

TONE = (0.1 * np.sin(np.arange(32_000) * 0.2)).astype(np.float32)


def level_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2)))


def test_noise_lies_as_far_under_the_speech_as_asked() -> None:
    clean, noisy = mix({"A": TONE}, DRY, 1), mix({"A": TONE}, Room(snr_db=20, wet_db=None), 1)
    assert abs((level_db(clean) - level_db(noisy - clean)) - 20) < 0.5


def test_a_dry_room_changes_nothing() -> None:
    assert np.allclose(mix({"A": TONE}, DRY, 1), TONE, atol=1e-6)


def test_the_same_seed_gives_the_same_samples_and_another_seed_others() -> None:
    first, again, other = (mix({"A": TONE, "B": TONE[::-1]}, QUIET_ROOM, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_direct_sound_comes_first_and_is_the_strongest() -> None:
    response = impulse_response(QUIET_ROOM, np.random.default_rng(0))
    assert response[0] == 1.0
    assert np.max(np.abs(response[1:])) < 0.5
    assert not response[1:64].any()


def test_pink_noise_is_stronger_low_than_high() -> None:
    spectrum = np.abs(np.fft.rfft(pink_noise(16_000, np.random.default_rng(0)))) ** 2
    assert spectrum[100:200].mean() > 10 * spectrum[4000:8000].mean()


def test_loud_voices_together_do_not_clip() -> None:
    assert np.max(np.abs(mix({"A": TONE * 9, "B": TONE * 9}, DRY, 1))) <= 0.97 + 1e-6
