"""From the two networks' scores to calibrated probabilities, and from these to codes and flags.

For each head: softmax of ``linear`` x the linear part's log-probabilities + ``network`` x the network's + ``bias``,
fitted out of fold without class weights, so that 0.7 means right seven times in ten. Evidence likewise, with logistic
instead of softmax. ``choice`` multiplies the probabilities where an answer has to be chosen: rare classes count too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.coder.labels import EVIDENCE, HEAD, HEADS, output_slices
from models.errors import WeightsError

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadCombination:
    """How one head combines; ``sure`` gives each code's threshold, and lacks the codes that are off."""

    linear: float
    network: float
    bias: tuple[float, ...]
    choice: tuple[float, ...]
    sure: Mapping[str, float]

    def probabilities(self, linear: Scores, network: Scores) -> Scores:
        """[lines, classes] of each part to calibrated probabilities of the same shape."""
        mixed = self.linear * log_softmax(linear) + self.network * log_softmax(network) + np.asarray(self.bias)
        return np.exp(log_softmax(mixed)).astype(np.float32)

    def answers(self, probabilities: Scores) -> NDArray[np.intp]:
        """The place of each line's answer."""
        return np.asarray((probabilities * np.asarray(self.choice)).argmax(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceCombination:
    """How one evidence combines; ``threshold`` is None where it is off."""

    linear: float
    network: float
    bias: float
    threshold: float | None

    def probabilities(self, linear: Scores, network: Scores) -> Scores:
        """[lines] of each part to calibrated probabilities."""
        mixed = self.linear * linear + self.network * network + self.bias
        return (1 / (1 + np.exp(-mixed))).astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """All heads and all evidence, and why something is off (name -> reason)."""

    heads: Mapping[str, HeadCombination]
    evidence: Mapping[str, EvidenceCombination]
    off: Mapping[str, str]

    def head_probabilities(self, linear: Scores, network: Scores) -> dict[str, Scores]:
        """Scores [lines, outputs] of both parts to each head's probabilities [lines, classes]."""
        slices = output_slices()
        return {
            name: head.probabilities(linear[:, slices[name]], network[:, slices[name]])
            for name, head in self.heads.items()
        }

    def evidence_probabilities(self, linear: Scores, network: Scores) -> dict[str, Scores]:
        """Scores [lines, outputs] of both parts to each evidence's probabilities [lines]."""
        start = output_slices()["evidence"].start
        return {
            name: self.evidence[name].probabilities(linear[:, start + place], network[:, start + place])
            for place, name in enumerate(EVIDENCE)
        }


def log_softmax(scores: Scores) -> Scores:
    """Log-probabilities along the last axis."""
    shifted = scores - scores.max(-1, keepdims=True)
    result: Scores = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return result


def document_of(combination: Combination) -> dict[str, object]:
    """The combination as it stands in ``coder.json``."""
    return {
        "heads": {
            name: {
                "linear": head.linear,
                "network": head.network,
                "bias": list(head.bias),
                "choice": list(head.choice),
                "sure": dict(head.sure),
            }
            for name, head in combination.heads.items()
        },
        "evidence": {
            name: {"linear": one.linear, "network": one.network, "bias": one.bias, "threshold": one.threshold}
            for name, one in combination.evidence.items()
        },
        "off": dict(combination.off),
    }


def combination_of(document: Mapping[str, object]) -> Combination:
    """What ``document_of`` wrote. Raises WeightsError where it is not whole."""
    try:
        heads = {name: _head(name, held) for name, held in document["heads"].items()}  # type: ignore[attr-defined]
        evidence = {name: EvidenceCombination(**held) for name, held in document["evidence"].items()}  # type: ignore[attr-defined]
        off = {str(name): str(reason) for name, reason in document["off"].items()}  # type: ignore[attr-defined]
    except (KeyError, TypeError, AttributeError, ValueError) as wrong:
        raise WeightsError("The coder's weights are incomplete. Train or install them again.") from wrong
    if set(heads) != {head.name for head in HEADS} or set(evidence) != set(EVIDENCE):
        raise WeightsError("The coder's weights are for other codes than this version knows. Train them again.")
    return Combination(heads=heads, evidence=evidence, off=off)


def _head(name: str, held: Mapping[str, object]) -> HeadCombination:
    bias, choice = tuple(held["bias"]), tuple(held["choice"])  # type: ignore[arg-type, var-annotated]
    if not len(bias) == len(choice) == len(HEAD[name].classes):
        raise ValueError(name)
    return HeadCombination(
        linear=float(held["linear"]),  # type: ignore[arg-type]
        network=float(held["network"]),  # type: ignore[arg-type]
        bias=bias,
        choice=choice,
        sure=dict(held["sure"]),  # type: ignore[call-overload]
    )
