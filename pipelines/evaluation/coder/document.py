"""The measures as plain values, in the shape that docs/evaluation-coder.md describes. Counts and rates, no speech."""

from __future__ import annotations

from typing import Any

from models.agreement import Calibration, ClassCounts, Share
from models.records.provenance import Engine
from pipelines.evaluation.coder.contrasts import ContrastCounts, ContrastsMeasured
from pipelines.evaluation.coder.evaluation import CoderMeasures
from pipelines.evaluation.coder.flags import FlagMeasures, FlagsMeasured, MeanF1
from pipelines.evaluation.coder.heads import HeadMeasures
from pipelines.evaluation.coder.intervals import DRAWS, LEVEL, SEED, Estimate
from pipelines.evaluation.coder.mi_codes import MiCodesMeasured

SCHEMA_VERSION = 1
INTERVALS = {"level": LEVEL, "draws": DRAWS, "seed": SEED, "drawn": "groups"}

Plain = dict[str, Any]


def engine_document(engine: Engine) -> Plain:
    """What coded: name, version and the weights' digests."""
    weights = [{"name": one.name, "sha256": one.sha256} for one in engine.weights]
    return {"name": engine.name, "version": engine.version, "weights": weights}


def measures_document(found: CoderMeasures) -> Plain:
    """One set of conversations."""
    return {
        "text": found.text,
        "conversations": found.conversations,
        "groups": found.groups,
        "lines": found.lines,
        "off": [{"name": off.name, "reason": off.reason} for off in found.off],
        "heads": {name: _head(head) for name, head in found.heads.items()},
        "mi_codes": _mi_codes(found.mi_codes),
        "flags": _flags(found.flags),
    }


def contrasts_document(found: ContrastsMeasured) -> Plain:
    """Pass rates by kind and altogether, and each pair by its id."""
    return {
        "pairs": len(found.outcomes),
        "total": _contrast_counts(found.total),
        "kinds": {kind: _contrast_counts(counts) for kind, counts in found.kinds.items()},
        "outcomes": [
            {
                "id": one.id,
                "kind": one.kind,
                "yes": None if one.yes is None else round(one.yes, 6),
                "no": None if one.no is None else round(one.no, 6),
                "ranked": one.ranked,
                "separated": one.separated,
                "no_false_flag": not one.no_flagged,
            }
            for one in found.outcomes
        ],
    }


def _head(head: HeadMeasures) -> Plain:
    plain: Plain = {"lines": head.confusion.total, "not_coded": head.not_coded}
    if head.reason:
        return plain | {"reason": head.reason}
    return plain | {
        **_rates(head.rates),
        "covered": _share(head.covered),
        "confusion": {"classes": list(head.confusion.classes), "counts": [list(row) for row in head.confusion.counts]},
        "calibration": _calibration(head.calibration),
        "classes": {
            name: _class(one.counts) | _rates(one.rates) | {"calibration": _calibration(one.calibration)}
            for name, one in head.classes.items()
        },
    }


def _mi_codes(found: MiCodesMeasured) -> Plain:
    plain: Plain = {"lines": found.lines, "not_coded": found.not_coded}
    if found.reason:
        return plain | {"reason": found.reason}
    return plain | {
        "mean_f1": found.mean_f1.to_dict(),
        "labels": list(found.labels),
        "codes": {code: _class(one.counts) | _rates(one.rates) for code, one in found.codes.items()},
    }


def _flags(found: FlagsMeasured) -> Plain:
    return {
        "lines": found.lines,
        "means": {name: _mean(mean) for name, mean in found.means.items()},
        "evidence": {name: _flag(flag) for name, flag in found.evidence.items()},
        "elements": {name: _flag(flag) for name, flag in found.elements.items()},
    }


def _flag(flag: FlagMeasures) -> Plain:
    return {
        **_class(flag.counts),
        **_rates(flag.rates),
        "at_half": None if flag.at_half is None else _class(flag.at_half),
        "indicators": _share(flag.indicators),
        "calibration": _calibration(flag.calibration),
    }


def _mean(mean: MeanF1) -> Plain:
    return {"labels": list(mean.labels), "f1": mean.f1.to_dict(), "f1_at_half": mean.f1_at_half.to_dict()}


def _class(counts: ClassCounts) -> Plain:
    return {"support": counts.support, "right": counts.right, "wrong": counts.wrong, "missed": counts.missed}


def _rates(rates: dict[str, Estimate]) -> Plain:
    return {name: rate.to_dict() for name, rate in rates.items()}


def _share(share: Share) -> Plain:
    return {"part": share.part, "whole": share.whole}


def _contrast_counts(counts: ContrastCounts) -> Plain:
    shares = {"ranked": counts.ranked, "separated": counts.separated, "no_false_flag": counts.no_false_flag}
    return {
        name: _share(share) | {"rate": None if share.rate is None else round(share.rate, 6)}
        for name, share in shares.items()
    }


def _calibration(found: Calibration | None) -> Plain | None:
    if found is None:
        return None
    return {
        "edges": [round(edge, 6) for edge in found.edges],
        "bins": [{"count": b.count, "confidence": round(b.confidence, 6), "right": b.right} for b in found.bins],
    }
