"""What made a result: which engine, which weights, how long it took."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One weight file that was loaded, by the name it has in ``models/weights.toml`` and its SHA-256."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An adapter and everything that decides what it answers; equal engines give equal results.

    ``options`` hold the settings that change the result, as text. It takes part in the content key.
    """

    name: str
    version: str
    weights: tuple[Weights, ...] = ()
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTime:
    """How long a stage took when it was computed, and in proportion to the recording's length."""

    stage: str
    seconds: float
    real_time_factor: float
