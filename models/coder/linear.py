"""The linear part of the coder at run time: sparse n-gram features times weights, in NumPy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.coder.ngrams import NUMBERS, Features, features

SPACES = ("now", "before", "after")
FLOAT = np.float32


@dataclass(frozen=True, slots=True)
class Space:
    """One space of features: each name's row, and its inverse document frequency times the space's weight [F]."""

    rows: Mapping[str, int]
    idf: NDArray[np.float32]

    def row(self, counts: Counter[str]) -> tuple[list[int], NDArray[np.float32]]:
        """Rows and values of one line's known features: log counts times idf, scaled to a length of ``scale``."""
        known = [(self.rows[name], count) for name, count in counts.items() if name in self.rows]
        if not known:
            return [], np.zeros(0, FLOAT)
        at = [place for place, _ in known]
        values = (1 + np.log(np.array([count for _, count in known], FLOAT))) * self.idf[at]
        return at, values / np.linalg.norm(values)


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights [F, outputs] for each space in ``SPACES``, for the numbers [N, outputs], and a bias [outputs]."""

    spaces: Mapping[str, Space]
    weights: Mapping[str, NDArray[np.float32]]
    numbers: NDArray[np.float32]
    bias: NDArray[np.float32]

    def scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Raw scores [lines, outputs] of a conversation's cleaned texts, in order."""
        return np.stack([self._score(line) for line in features(texts)]) if texts else self._nothing()

    def _score(self, line: Features) -> NDArray[np.float32]:
        total = self.bias + np.asarray(line.numbers, FLOAT) @ self.numbers
        for name in SPACES:
            at, values = self.spaces[name].row(getattr(line, name))
            if at:
                total = total + values @ self.weights[name][at]
        return total.astype(FLOAT)

    def _nothing(self) -> NDArray[np.float32]:
        return np.zeros((0, len(self.bias)), FLOAT)


def strongest(model: LinearModel, most: int) -> LinearModel:
    """The model with only the ``most`` n-grams of the line itself, those that can move its scores furthest."""
    space, weights = model.spaces["now"], model.weights["now"]
    reach = np.linalg.norm(weights, axis=1) * space.idf
    kept = np.sort(np.argsort(-reach, kind="stable")[:most])
    names = sorted(space.rows, key=lambda name: space.rows[name])
    smaller = Space(rows={names[row]: place for place, row in enumerate(kept)}, idf=space.idf[kept])
    return LinearModel(
        spaces={**model.spaces, "now": smaller},
        weights={**model.weights, "now": weights[kept]},
        numbers=model.numbers,
        bias=model.bias,
    )


def tensors_of(model: LinearModel) -> dict[str, NDArray[np.generic]]:
    """The model as named tensors for a safetensors file: weights in int8 with a scale a row, names as UTF-8 bytes."""
    held: dict[str, NDArray[np.generic]] = {
        "linear.numbers": model.numbers,
        "linear.bias": model.bias,
    }
    for name in SPACES:
        space, weights = model.spaces[name], model.weights[name]
        text = "\n".join(sorted(space.rows, key=lambda word: space.rows[word]))
        scale = (np.abs(weights).max(1, initial=1e-6) / 127).astype(np.float32)
        held[f"linear.{name}.names"] = np.frombuffer(text.encode("utf-8"), np.uint8)
        held[f"linear.{name}.idf"] = space.idf
        held[f"linear.{name}.weights"] = np.rint(weights / scale[:, None]).astype(np.int8)
        held[f"linear.{name}.scale"] = scale
    return held


def model_of(tensors: Mapping[str, NDArray[np.generic]]) -> LinearModel:
    """The model that ``tensors_of`` wrote. Raises KeyError or ValueError where the tensors are not one."""
    spaces, weights = {}, {}
    for name in SPACES:
        names = bytes(tensors[f"linear.{name}.names"].astype(np.uint8)).decode("utf-8").split("\n")
        idf = np.asarray(tensors[f"linear.{name}.idf"], FLOAT)
        scale = np.asarray(tensors[f"linear.{name}.scale"], FLOAT)
        weights[name] = np.asarray(tensors[f"linear.{name}.weights"], FLOAT) * scale[:, None]
        if not len(names) == len(idf) == len(weights[name]):
            raise ValueError(f"the space {name} does not hold as many names as weights")
        spaces[name] = Space(rows={word: row for row, word in enumerate(names)}, idf=idf)
    numbers = np.asarray(tensors["linear.numbers"], FLOAT)
    if len(numbers) != len(NUMBERS):
        raise ValueError("the numbers are not the ones this version knows")
    return LinearModel(spaces=spaces, weights=weights, numbers=numbers, bias=np.asarray(tensors["linear.bias"], FLOAT))
