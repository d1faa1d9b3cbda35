"""Gives the local voices of all chunks to the people of the recording, whose number is estimated or given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.optimize import linear_sum_assignment

from models.records.speech import SpeakerCount
from models.voices.clustering import ClusteringSettings, find_voices
from models.voices.observations import Observations
from models.voices.plda import Plda, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

REFINEMENTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentSettings:
    """What decides who is who.

    ``least_clean`` frames a local voice speaks alone before it may shape a person; ``slack`` is how much more
    alike two local voices of one chunk may be to the same person before they are taken for one;
    ``contrast_share`` of the chunks must hold two local voices no more alike than ``contrast`` before one
    person becomes two; ``most_compared`` voice vectors are compared with one another.
    """

    clustering: ClusteringSettings = field(default_factory=ClusteringSettings)
    least_clean: int = 60
    slack: float = 0.1
    contrast_share: float = 0.1
    contrast: float = 0.4
    most_compared: int = 2_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assignment:
    """``labels`` (chunks, local voices): the person's number, -1 for none; ``margins``, same shape, how much
    closer (cosine) that person is than the next one, NaN where there is no other; ``people`` how many."""

    labels: NDArray[np.int64]
    margins: NDArray[np.float64]
    people: int


def assign(observations: Observations, plda: Plda, count: SpeakerCount, settings: AssignmentSettings) -> Assignment:
    """Who is who in every chunk. At least one local voice must have an embedding."""
    reliable = observations.reliable(settings.least_clean)
    centres = _people(observations, reliable, plda, count, settings)
    labels = _label(observations, centres, settings.slack)
    for _ in range(REFINEMENTS):
        moved = _centres(observations, labels, reliable, centres)
        before, labels = labels, _label(observations, moved, settings.slack)
        centres = moved
        if np.array_equal(before, labels):
            break
    return Assignment(labels=labels, margins=_margins(observations, labels, centres), people=len(centres))


def _people(
    observations: Observations,
    reliable: NDArray[np.bool_],
    plda: Plda,
    count: SpeakerCount,
    settings: AssignmentSettings,
) -> NDArray[np.float64]:
    """A first idea of every person, ``(people, 256)``, as many as asked for where the sound allows it."""
    embeddings = observations.embeddings[reliable]
    compared = embeddings[_evenly(len(embeddings), settings.most_compared)]
    shares = find_voices(compared, plda, settings.clustering)
    points = unit(compared.astype(np.float64))
    masses = shares.sum(axis=0)
    centres = unit((shares.T @ points) / masses[:, None])
    least = count.exact or count.least
    most = count.exact or count.most
    if len(centres) == 1 and most > 1 and _two_in_one(observations, reliable, settings):
        least = max(least, 2)
    while len(centres) > most:
        centres, masses = _merge_closest(centres, masses)
    while len(centres) < min(least, len(points)):
        centres = _split_widest(points, centres)
    return centres


def _two_in_one(observations: Observations, reliable: NDArray[np.bool_], settings: AssignmentSettings) -> bool:
    """Whether many chunks hold two voices that do not sound alike, although all were taken for one person.

    Within a chunk the room and the microphone are the same, so this comparison is the sharper one.
    """
    likenesses = []
    for chunk in np.flatnonzero(reliable.sum(axis=1) > 1):
        points = unit(observations.embeddings[chunk, reliable[chunk]].astype(np.float64))
        likenesses.append(float((points @ points.T).min()))
    chunks = int(observations.speaking.any(axis=1).sum())
    enough = len(likenesses) >= settings.contrast_share * chunks
    return bool(likenesses) and enough and float(np.median(likenesses)) < settings.contrast


def _evenly(total: int, most: int) -> NDArray[np.int64]:
    """At most ``most`` of ``total`` places, evenly spread."""
    if total <= most:
        return np.arange(total)
    return np.arange(most) * total // most


def _merge_closest(
    centres: NDArray[np.float64], masses: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    alike = centres @ centres.T
    np.fill_diagonal(alike, -np.inf)
    first, second = sorted(int(i) for i in np.unravel_index(np.argmax(alike), alike.shape))
    joined = (centres[first] * masses[first] + centres[second] * masses[second]) / (masses[first] + masses[second])
    kept = np.delete(centres, second, axis=0)
    kept[first] = joined
    weights = np.delete(masses, second)
    weights[first] = masses[first] + masses[second]
    return unit(kept), weights


def _split_widest(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """One person more: the one whose voice vectors fall apart most becomes two."""
    nearest = np.argmax(points @ centres.T, axis=1)
    widest, at, halves = -1.0, 0, np.zeros(0)
    for person in range(len(centres)):
        mine = points[nearest == person]
        if len(mine) < 2:
            continue
        tree = linkage(mine, method="ward")
        if tree[-1, 2] > widest:
            widest, at, halves = float(tree[-1, 2]), person, fcluster(tree, 2, criterion="maxclust")
    mine = points[nearest == at]
    pair = np.stack([mine[halves == half].mean(axis=0) for half in (1, 2)])
    return unit(np.concatenate([np.delete(centres, at, axis=0), pair]))


def _label(observations: Observations, centres: NDArray[np.float64], slack: float) -> NDArray[np.int64]:
    """Every heard local voice goes to a person; two of one chunk to different ones, unless that costs too much."""
    heard = observations.heard
    labels = np.full(heard.shape, -1, dtype=np.int64)
    for chunk in np.flatnonzero(heard.any(axis=1)):
        local = np.flatnonzero(heard[chunk])
        alike = unit(observations.embeddings[chunk, local].astype(np.float64)) @ centres.T
        best = np.argmax(alike, axis=1)
        labels[chunk, local] = best
        for row, person in zip(*linear_sum_assignment(alike, maximize=True), strict=True):
            if alike[row, best[row]] - alike[row, person] <= slack:
                labels[chunk, local[row]] = person
    return labels


def _centres(
    observations: Observations,
    labels: NDArray[np.int64],
    reliable: NDArray[np.bool_],
    before: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The mean voice of each person; a person whom nobody was given to stays as before."""
    points = unit(observations.embeddings[reliable].astype(np.float64))
    whose = labels[reliable]
    centres = before.copy()
    for person in np.unique(whose):
        centres[person] = points[whose == person].mean(axis=0)
    return unit(centres)


def _margins(
    observations: Observations, labels: NDArray[np.int64], centres: NDArray[np.float64]
) -> NDArray[np.float64]:
    margins = np.full(labels.shape, np.nan)
    if len(centres) < 2:
        return margins
    given = labels >= 0
    alike = unit(observations.embeddings[given].astype(np.float64)) @ centres.T
    rows = np.arange(len(alike))
    own = alike[rows, labels[given]]
    alike[rows, labels[given]] = -np.inf
    margins[given] = own - alike.max(axis=1)
    return margins
