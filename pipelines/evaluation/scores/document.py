"""The measures as plain values, in the shape that docs/evaluation-scores.md describes. Counts and rates, no speech."""

from __future__ import annotations

from typing import Any

from models.agreement import Share
from pipelines.evaluation.scores.evaluation import ScoreMeasures, ScoresMeasured

SCHEMA_VERSION = 1

Plain = dict[str, Any]


def scores_document(found: ScoresMeasured) -> Plain:
    """What was measured from flags, or from text."""
    return {
        "from": found.evidence,
        "sessions": found.sessions,
        "pooled": {name: measures_document(one) for name, one in found.pooled.items()},
        "elements": {name: measures_document(one) for name, one in found.elements.items()},
        "not_in_rubric": found.not_in_rubric,
    }


def measures_document(found: ScoreMeasures) -> Plain:
    """Counts and rates of one element, or of several together."""
    counts = found.counts
    turns = counts.turns
    return {
        "n": counts.grid.total,
        "grid": [list(row) for row in counts.grid.counts],
        "high_on_gold_1": counts.grid.given(4, 5, where=1),
        "low_on_gold_5": counts.grid.given(1, 1, where=5),
        "gold_mean": _rounded(counts.gold_mean),
        "suggested_mean": _rounded(counts.suggested_mean),
        "covered": _share(counts.covered),
        "without": _share(counts.without),
        "gold_none": _share(counts.none_met),
        "gold_none_same_reason": _share(counts.same_reason),
        "turns": {"right": turns.right, "wrong": turns.wrong, "missed": turns.missed},
        "rates": {name: rate.to_dict() for name, rate in found.rates.items()},
    }


def _share(share: Share) -> Plain:
    return {"part": share.part, "whole": share.whole}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
