"""The grid of frames and the chunks on it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from models.voices.chunks import (
    CHUNK_FRAMES,
    CHUNK_SAMPLES,
    SAMPLES_PER_FRAME,
    feature_mask,
    frame_edge_ms,
    plan_chunks,
)
from models.voices.filterbank import frame_count
from models.voices.observations import longest_runs, runs


@pytest.mark.parametrize("samples", [1, 16_000, 160_000, 160_001, 480_001, 5_000_000])
def test_chunks_reach_from_the_first_sample_to_the_last(samples: int) -> None:
    chunks = plan_chunks(samples, 64)
    assert chunks[0].first_frame == 0
    assert chunks[-1].first_frame * SAMPLES_PER_FRAME + CHUNK_SAMPLES >= samples
    assert len({chunk.first_frame for chunk in chunks}) == len(chunks)


def test_chunks_start_on_whole_milliseconds() -> None:
    for chunk in plan_chunks(3_000_000, 152):
        assert chunk.span.start_ms * 16 == chunk.first_frame * SAMPLES_PER_FRAME


def test_a_step_that_would_not_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple"):
        plan_chunks(1_000_000, 100)


def test_frames_follow_one_another_without_gap() -> None:
    edges = [frame_edge_ms(frame) for frame in range(1000)]
    assert all(16 <= later - earlier <= 17 for earlier, later in pairwise(edges))


def test_features_take_the_activity_of_the_same_moment() -> None:
    active = np.zeros(CHUNK_FRAMES, dtype=np.bool_)
    active[296:355] = True
    marked = np.flatnonzero(feature_mask(active, frame_count(CHUNK_SAMPLES)))
    assert marked[0] * 10 + 12.5 == pytest.approx(frame_edge_ms(296), abs=10)
    assert marked[-1] * 10 + 12.5 == pytest.approx(frame_edge_ms(355), abs=10)


def test_the_longest_runs_are_taken_first_and_cut_to_their_middle() -> None:
    mask = np.array([c == "x" for c in "xx.xxxxxx.xxxx"])
    assert runs(longest_runs(mask, 4)) == [(4, 8)]
    assert runs(longest_runs(mask, 8)) == [(3, 9), (11, 13)]
    assert (longest_runs(mask, 99) == mask).all()
