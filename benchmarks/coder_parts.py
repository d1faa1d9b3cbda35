"""What each part of the coder brings: macro-F1 by cross-validation of the linear part, the network, and both.

``python -m benchmarks.coder_parts --annomi FILE --out DIR [--folds 5]`` reads the finished folds that ``practice train
coder --out DIR`` left; nothing is trained.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from models.coder.labels import HEADS
from pipelines.evaluation.coder.evaluation import CoderMeasures
from pipelines.training.coder.honest import figures
from pipelines.training.coder.material import DEVSET, WRITTEN, Material, read_material
from pipelines.training.coder.train import gold_of
from pipelines.training.coder.unseen import Scored, read_fold

PARTS = ("linear", "network", "both")


def main() -> None:
    """Print a table: what is measured, by part, as written and bare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--annomi", type=Path, required=True)
    parser.add_argument("--devset", type=Path, default=DEVSET)
    parser.add_argument("--out", type=Path, required=True, help="the folder that training wrote to")
    parser.add_argument("--folds", type=int, default=5)
    given = parser.parse_args()
    material = read_material(given.annomi, given.devset, WRITTEN, folds=given.folds, seed=0)
    gold = gold_of(given.annomi, material)
    scored = [one for fold in range(given.folds) for one in _fold(given.out / "folds", fold, material)]
    print(f"{'part':8} {'text':11} {'what':28} macro-F1")
    for part in PARTS:
        for one in figures(material, [_only(part, held) for held in scored], gold)[0]:
            if one.data in ("annomi", "all sessions"):
                for name, value in _rows(one.measures, one.data):
                    print(f"{part:8} {one.text:11} {name:28} {value:.3f}", flush=True)


def _fold(folder: Path, fold: int, material: Sequence[Material]) -> list[Scored]:
    held = sorted(folder.glob(f"fold-{fold}-*.safetensors"))
    if len(held) != 1:
        raise SystemExit(f"{folder.name} holds {len(held)} files of fold {fold}; one is needed.")
    return read_fold(held[0], [place for place, one in enumerate(material) if one.fold == fold])


def _only(part: str, scored: Scored) -> Scored:
    """The same scores with the other part silent: equal scores for all classes say nothing."""
    if part == "both":
        return scored
    other = "network" if part == "linear" else "linear"
    first, second = getattr(scored, other)
    return replace(scored, **{other: (np.zeros_like(first), np.zeros_like(second))})


def _rows(measures: CoderMeasures, data: str) -> list[tuple[str, float]]:
    if data == "annomi":
        rows = [(head.name, measures.heads[head.name].rates["macro_f1"].value) for head in HEADS[:5]]
    else:
        rows = [(f"flags, {name}", mean.f1.value) for name, mean in measures.flags.means.items()]
    return [(name, value) for name, value in rows if value is not None]


if __name__ == "__main__":
    main()
