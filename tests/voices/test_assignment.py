"""Who is who across chunks, on made-up voice vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.records.speech import SpeakerCount
from models.voices.assignment import Assignment, AssignmentSettings, assign
from models.voices.observations import Observations
from models.voices.plda import Plda

SIZE = 256


def plain_plda() -> Plda:
    """A projection to the first 128 directions in which voices differ and nothing else does."""
    return Plda(
        mean=np.zeros(SIZE),
        reduced_mean=np.zeros(128),
        reduction=np.eye(SIZE, 128),
        centre=np.zeros(128),
        whitening=np.eye(128),
        spread=np.linspace(20, 1, 128),
    )


def vector(voice: int, noise: float, seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng((voice, seed))
    direction = np.zeros(SIZE)
    direction[voice * 3] = 1.0
    return (direction + noise * rng.normal(0, 1, SIZE) / np.sqrt(SIZE)).astype(np.float32)


def heard(chunks: list[list[int]], noise: float = 0.3) -> Observations:
    """Chunks with these voices in them, each speaking clearly; -1 for nobody."""
    embeddings = np.full((len(chunks), 3, SIZE), np.nan, dtype=np.float32)
    activity = np.zeros((len(chunks), 589, 3), dtype=np.bool_)
    for number, voices in enumerate(chunks):
        for place, voice in enumerate(voices):
            if voice >= 0:
                embeddings[number, place] = vector(voice, noise, number)
                activity[number, place * 150 : place * 150 + 140, place] = True
    first = np.arange(len(chunks)) * 64
    return Observations(
        first_frames=first,
        activity=activity,
        embeddings=embeddings,
        clean=activity.sum(axis=1),
        means=np.zeros((len(chunks), 80), dtype=np.float32),
    )


def people(chunks: list[list[int]], count: SpeakerCount | None = None) -> Assignment:
    return assign(heard(chunks), plain_plda(), count or SpeakerCount(), AssignmentSettings())


def test_the_order_inside_a_chunk_means_nothing() -> None:
    found = people([[0, 1], [1, 0], [0, 1, -1], [-1, 1, 0]] * 4)
    assert found.people == 2
    first = found.labels[0, 0]
    assert [found.labels[1, 1], found.labels[2, 0], found.labels[3, 2]] == [first] * 3


def test_one_voice_stays_one() -> None:
    assert people([[0], [0], [-1, 0], [0]] * 6).people == 1


def test_three_voices_are_found() -> None:
    assert people([[0, 1], [1, 2], [2, 0]] * 6).people == 3


def test_the_most_that_is_allowed_is_kept_to() -> None:
    assert people([[0, 1], [1, 2], [2, 0]] * 6, SpeakerCount(most=2)).people == 2


def test_the_least_that_is_asked_for_is_made() -> None:
    assert people([[0, 1], [1, 0]] * 6, SpeakerCount(least=3)).people == 3


def test_two_voices_of_one_chunk_are_two_people_although_they_are_alike() -> None:
    observations = heard([[0, 1]] * 8)
    close = observations.embeddings.copy()
    close[:, 1] = 0.9 * close[:, 0] + 0.5 * close[:, 1]
    alike = Observations(
        first_frames=observations.first_frames,
        activity=observations.activity,
        embeddings=close,
        clean=observations.clean,
        means=observations.means,
    )
    found = assign(alike, plain_plda(), SpeakerCount(exact=2), AssignmentSettings())
    assert (found.labels[:, 0] != found.labels[:, 1]).all()


def test_nobody_is_given_where_nothing_was_heard() -> None:
    found = people([[0, -1, 1], [-1, 1, 0]] * 4)
    assert found.labels[0, 1] == -1
    assert found.labels[1, 0] == -1


def test_a_clear_voice_has_a_margin_and_a_single_one_has_none() -> None:
    assert np.nanmin(people([[0, 1], [1, 0]] * 6).margins) > 0.3
    assert np.isnan(people([[0], [0]] * 6).margins).all()
