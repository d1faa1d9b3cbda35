"""The trainer that cross-validation asks for: encodes all material once, trains a network on any part of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from hashlib import file_digest
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.adapters.torch_coder_network import CoderNetwork
from models.adapters.torch_coder_training import Example, NetworkSettings, NetworkTrainer

Array = NDArray[np.float32]

_AT_ONCE = 256


class Lines:
    """One conversation as the trainer takes it: texts as written and bare, roles, targets, weight."""

    def __init__(
        self,
        texts: tuple[Sequence[str], Sequence[str]],
        roles: NDArray[np.int64],
        targets: Array,
        indicators: Array,
        weight: float,
    ) -> None:
        self.texts = texts
        self.roles = roles
        self.targets = targets
        self.indicators = indicators
        self.weight = weight


class TrainedNetwork:
    """A network with the material's token states at hand."""

    def __init__(self, trainer: NetworkTrainer, network: CoderNetwork, examples: Sequence[Example]) -> None:
        self._trainer = trainer
        self._examples = examples
        self.network = network

    def scores(self, place: int, *, stripped: bool) -> tuple[Array, Array]:
        """Scores of one conversation of the material: [lines, outputs] and [lines, indicators]."""
        example = self._examples[place]
        found: tuple[Array, Array] = self._trainer.run(self.network, example.states[int(stripped)], example.roles)
        return found


class CoderTrainer:
    """Trains networks on parts of the same material."""

    def __init__(
        self,
        encoder: Path,
        settings: NetworkSettings,
        material: Sequence[Lines],
        tell: Callable[[str, float], None],
    ) -> None:
        with (encoder / "model.safetensors").open("rb") as handle:
            digest = file_digest(handle, "sha256").hexdigest()
        self.facts: dict[str, object] = {"encoder": digest, "torch": torch.__version__, **asdict(settings)}
        del self.facts["threads"]
        self.trainer = NetworkTrainer(encoder, settings)
        self._material = material
        self._tell = tell
        self._examples: list[Example] | None = None

    def train(self, places: Sequence[int], progress: Callable[[float], None]) -> TrainedNetwork:
        """A network trained on the conversations at these places."""
        examples = self._encoded()
        network = self.trainer.train([examples[place] for place in places], progress)
        return TrainedNetwork(self.trainer, network, examples)

    def _encoded(self) -> list[Example]:
        if self._examples is None:
            states = self._states()
            self._examples = [
                Example(
                    states=([states[text] for text in one.texts[0]], [states[text] for text in one.texts[1]]),
                    roles=one.roles,
                    targets=one.targets,
                    indicators=one.indicators,
                    weight=one.weight,
                )
                for one in self._material
            ]
        return self._examples

    def _states(self) -> dict[str, torch.Tensor]:
        """Token states of every different line, read in order of length so that little is padded."""
        texts = sorted({text for one in self._material for variant in one.texts for text in variant}, key=len)
        states: dict[str, torch.Tensor] = {}
        for start in range(0, len(texts), _AT_ONCE):
            part = texts[start : start + _AT_ONCE]
            states.update(zip(part, self.trainer.states(part), strict=True))
            self._tell("reading every line once", min(1.0, (start + _AT_ONCE) / len(texts)))
        return states
