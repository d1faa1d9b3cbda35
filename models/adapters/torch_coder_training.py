"""Trains the coder's network in torch: one fold or the whole, deterministic by seed, and runs it on conversations."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.adapters.torch_coder_network import CoderNetwork, Lower
from models.coder.indicators import INDICATORS
from models.coder.labels import HEADS, output_slices

_HEAD_WEIGHTS = {"behaviour": 1.0, "talk": 1.0, "question": 0.7, "reflection": 0.8, "input": 0.5, "mi_code": 0.7}
_EVIDENCE_WEIGHT = 8.0
_INDICATOR_WEIGHT = 0.3
_BARE_SHARE = 1 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """How the network is trained. ``stretch`` is how many lines are read together; ``singles`` how many lone lines."""

    lower_layers: int = 3
    epochs: int = 3
    rate: float = 4e-4
    upper_rate: float = 5e-5
    stretch: int = 40
    singles: int = 24
    seed: int = 0
    threads: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One conversation ready for training.

    ``states`` holds the frozen layers' token states of every line, as written and bare; ``targets`` [lines, outputs]
    and ``indicators`` [lines, indicators] are NaN where nobody judged.
    """

    states: tuple[list[Tensor], list[Tensor]]
    roles: NDArray[np.int64]
    targets: NDArray[np.float32]
    indicators: NDArray[np.float32]
    weight: float


class NetworkTrainer:
    """Holds the frozen lower layers, gives every line its token states once, and trains what lies above them."""

    def __init__(self, encoder: Path, settings: NetworkSettings) -> None:
        torch.set_num_threads(settings.threads)
        torch.use_deterministic_algorithms(True)
        self._encoder = encoder
        self.settings = settings
        self.lower = Lower(encoder, settings.lower_layers)

    def states(self, texts: Sequence[str]) -> list[Tensor]:
        """Token states of each text after the frozen layers, [tokens, width] in float16."""
        found: list[Tensor] = self.lower.states(texts)
        return found

    def train(self, examples: Sequence[Example], progress: Callable[[float], None]) -> CoderNetwork:
        """A network trained on the examples from the same start, whatever was trained before."""
        settings = self.settings
        torch.manual_seed(settings.seed)
        rng = random.Random(settings.seed)  # noqa: S311 - order of examples, not secrets
        network = CoderNetwork(Lower(self._encoder, settings.lower_layers), len(INDICATORS))
        loss = NetworkLoss(examples)
        plan = [batch for _ in range(settings.epochs) for batch in _batches(examples, settings, rng)]
        optimiser = _optimiser(network, settings)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _warm_cosine(step, len(plan)))
        network.train()
        for step, batch in enumerate(plan):
            optimiser.zero_grad()
            value = _step(network, loss, batch, rng)
            value.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            progress((step + 1) / len(plan))
        network.eval()
        return network

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def run(
        self, network: CoderNetwork, states: Sequence[Tensor], roles: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Scores of one conversation's lines: [lines, outputs] and [lines, indicators]."""
        outputs, indicators = network(states, torch.from_numpy(roles), [len(states)])
        return outputs.numpy(), indicators.numpy()


Batch = list[tuple[Example, int, int]]


def _batches(examples: Sequence[Example], settings: NetworkSettings, rng: random.Random) -> list[Batch]:
    """Conversations cut into stretches at a new place each time; lone lines gathered; all in a new order."""
    lone: list[tuple[Example, int, int]] = []
    batches: list[Batch] = []
    for example in examples:
        lines = len(example.roles)
        if lines == 1:
            lone.append((example, 0, 1))
            continue
        first = rng.randrange(1, settings.stretch + 1)
        starts = [0, *range(first, lines, settings.stretch)]
        batches += [[(example, a, b)] for a, b in zip(starts, [*starts[1:], lines], strict=True)]
    rng.shuffle(lone)
    batches += [lone[at : at + settings.singles] for at in range(0, len(lone), settings.singles)]
    rng.shuffle(batches)
    return batches


def _step(network: CoderNetwork, loss: NetworkLoss, batch: Batch, rng: random.Random) -> Tensor:
    states: list[Tensor] = []
    for example, start, end in batch:
        states += example.states[rng.random() < _BARE_SHARE][start:end]
    roles = torch.from_numpy(np.concatenate([example.roles[a:b] for example, a, b in batch]))
    outputs, indicators = network(states, roles, [end - start for _, start, end in batch])
    return loss(
        outputs,
        indicators,
        torch.from_numpy(np.concatenate([example.targets[a:b] for example, a, b in batch])),
        torch.from_numpy(np.concatenate([example.indicators[a:b] for example, a, b in batch])),
        torch.from_numpy(np.concatenate([np.full(b - a, e.weight, np.float32) for e, a, b in batch])),
    )


def _optimiser(network: CoderNetwork, settings: NetworkSettings) -> torch.optim.Optimizer:
    upper = list(network.upper.parameters())
    known = {id(parameter) for parameter in upper}
    rest = [parameter for parameter in network.parameters() if id(parameter) not in known]
    groups = [{"params": upper, "lr": settings.upper_rate}, {"params": rest, "lr": settings.rate}]
    return torch.optim.AdamW(groups, weight_decay=0.01)


def _warm_cosine(step: int, steps: int) -> float:
    return min(1.0, (step + 1) / (0.1 * steps)) * max(0.02, 0.5 * (1 + math.cos(math.pi * step / steps)))


class NetworkLoss:
    """Cross-entropy of every head with rare classes weighted up, of every evidence, and of the indicators.

    Shares of annotators are the targets, so that a line people disagree about teaches the disagreement.
    """

    def __init__(self, examples: Sequence[Example]) -> None:
        targets = np.concatenate([example.targets for example in examples])
        self._slices = output_slices()
        self._balance = {}
        for head in HEADS:
            counts = np.nansum(targets[:, self._slices[head.name]], axis=0) + 1
            weights = np.sqrt(counts.sum() / counts)
            self._balance[head.name] = torch.tensor(weights * counts.sum() / (weights * counts).sum()).float()
        evidence = targets[:, self._slices["evidence"]]
        positive, judged = np.nansum(evidence, axis=0) + 1, (~np.isnan(evidence)).sum(0) + 2
        self._lift = torch.tensor(np.clip(np.sqrt((judged - positive) / positive), 1, 8)).float()

    def __call__(self, outputs: Tensor, indicators: Tensor, targets: Tensor, named: Tensor, weights: Tensor) -> Tensor:
        """The loss of one batch; zero where nothing in it was judged."""
        total = outputs.sum() * 0.0
        for head in HEADS:
            at = self._slices[head.name]
            judged = ~targets[:, at.start].isnan()
            if judged.any():
                shares = targets[judged, at] * self._balance[head.name] * weights[judged, None]
                logs = outputs[judged, at].log_softmax(1)
                total = total - _HEAD_WEIGHTS[head.name] * (logs * shares).sum() / shares.sum()
        wanted = targets[:, self._slices["evidence"]]
        judged = ~wanted.isnan()
        if judged.any():
            raw = outputs[:, self._slices["evidence"]][judged]
            lift = self._lift.expand_as(wanted)[judged]
            each = nn.functional.binary_cross_entropy_with_logits(raw, wanted[judged], pos_weight=lift)
            total = total + _EVIDENCE_WEIGHT * each
        known = ~named.isnan()
        if known.any():
            each = nn.functional.binary_cross_entropy_with_logits(indicators[known], named[known])
            total = total + _INDICATOR_WEIGHT * each
        return total
