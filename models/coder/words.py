"""The encoder's word embeddings in little space: int8 for the words of the material, four bits for all others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BLOCKS = 6
_TINY = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class WordTable:
    """Embeddings of V = A + B word pieces, D wide.

    The first A are int8 ``rows`` [A, D] with one scale each; the others are four-bit numbers, two in a byte,
    ``rare`` [B, D / 2], with one scale for each of ``_BLOCKS`` stretches of the row.
    """

    rows: NDArray[np.int8]
    scales: NDArray[np.float16]
    rare: NDArray[np.uint8]
    rare_scales: NDArray[np.float16]

    @property
    def width(self) -> int:
        """How wide an embedding is."""
        return int(self.rows.shape[1])

    def __len__(self) -> int:
        return len(self.rows) + len(self.rare)

    def look_up(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Token ids of any shape, each below V, to embeddings [..., D]."""
        flat = ids.reshape(-1)
        common = np.minimum(flat, len(self.rows) - 1)
        found = self.rows[common] * self.scales[common].astype(np.float32)[:, None]
        others = np.flatnonzero(flat >= len(self.rows))
        if len(others):
            found[others] = self._rare(flat[others] - len(self.rows))
        return np.asarray(found.reshape(*ids.shape, self.width), np.float32)

    def _rare(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        held = self.rare[places]
        steps = np.stack([held & 15, held >> 4], -1).astype(np.float32) - 8
        scales = self.rare_scales[places].astype(np.float32)[..., None]
        return np.asarray((steps.reshape(len(places), _BLOCKS, -1) * scales).reshape(len(places), -1), np.float32)


def table_of(embeddings: NDArray[np.float32], common: int) -> WordTable:
    """Word embeddings [V, D] as a table whose first ``common`` rows are exact to int8."""
    scales = (np.abs(embeddings[:common]).max(1) / 127).astype(np.float16)
    rows = np.rint(embeddings[:common] / np.maximum(scales.astype(np.float32), _TINY)[:, None])
    others = embeddings[common:].reshape(len(embeddings[common:]), _BLOCKS, embeddings.shape[1] // _BLOCKS)
    rare_scales = (np.abs(others).max(2) / 7).astype(np.float16)
    steps = np.rint(others / np.maximum(rare_scales.astype(np.float32), _TINY)[..., None])
    steps = (np.clip(steps, -7, 7) + 8).astype(np.uint8).reshape(len(others), embeddings.shape[1])
    return WordTable(
        rows=np.clip(rows, -127, 127).astype(np.int8),
        scales=scales,
        rare=np.ascontiguousarray(steps[:, 0::2] | (steps[:, 1::2] << 4)),
        rare_scales=rare_scales,
    )


def tensors_of_table(table: WordTable) -> dict[str, NDArray[np.generic]]:
    """The table as named tensors for a safetensors file."""
    return {
        "words.rows": table.rows,
        "words.scales": table.scales,
        "words.rare": table.rare,
        "words.rare_scales": table.rare_scales,
    }


def table_from(tensors: Mapping[str, NDArray[np.generic]]) -> WordTable:
    """What ``tensors_of_table`` wrote. Raises KeyError or ValueError where the tensors are not one."""
    held = {name: tensors[f"words.{name}"] for name in ("rows", "scales", "rare", "rare_scales")}
    kinds = {name: array.dtype.name for name, array in held.items()}
    if kinds != {"rows": "int8", "scales": "float16", "rare": "uint8", "rare_scales": "float16"}:
        raise ValueError("the word table holds other numbers")
    (common, width), rare = held["rows"].shape, len(held["rare"])
    shapes = {"scales": (common,), "rare": (rare, width // 2), "rare_scales": (rare, _BLOCKS)}
    if not common or width % (2 * _BLOCKS) or any(held[name].shape != shape for name, shape in shapes.items()):
        raise ValueError("the word table has another shape")
    return WordTable(
        rows=held["rows"].astype(np.int8),
        scales=held["scales"].astype(np.float16),
        rare=held["rare"].astype(np.uint8),
        rare_scales=held["rare_scales"].astype(np.float16),
    )
