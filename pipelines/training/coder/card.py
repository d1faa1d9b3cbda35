"""Fills the model card's tables from the metrics: ``python -m pipelines.training.coder.card METRICS CARD [IMAGES]``.

A table stands between ``<!-- figures: NAME -->`` and ``<!-- end -->``; everything else in the card is left alone.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.errors import BadInputError
from pipelines.training.coder.card_plots import plots_of
from pipelines.training.coder.card_tables import card_tables

IMAGES = Path("docs/images/coder")
GIVE = "Give the metrics.json that the coder's training wrote."
_PLACE = re.compile(r"(<!-- figures: ([a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def write_card(metrics: Mapping[str, Any], plots: Mapping[str, str], card: Path, images: Path) -> None:
    """Fill the card in place, and write each plot (file name -> SVG) into ``images``. Raises BadInputError."""
    filled = fill(_text(card), metrics)
    images.mkdir(parents=True, exist_ok=True)
    for name, svg in plots.items():
        (images / name).write_text(svg, "utf-8")
    card.write_text(filled, "utf-8")


def fill(card: str, metrics: Mapping[str, Any]) -> str:
    """The card's text with every table as the metrics give it.

    Raises BadInputError where the card asks for a table that does not exist, or lacks one that does, or where the
    metrics are not those of a training.
    """
    try:
        tables = card_tables(metrics)
    except (KeyError, TypeError, AttributeError, IndexError) as wrong:
        raise BadInputError(f"The metrics are not whole. {GIVE}") from wrong
    asked = [name for _, name, _ in _PLACE.findall(card)]
    if sorted(asked) != sorted(tables):
        odd = sorted(set(asked) ^ set(tables)) or sorted({name for name in asked if asked.count(name) > 1})
        raise BadInputError(f"The card must hold each table's place once. Look at: {', '.join(odd)}.")
    return _PLACE.sub(lambda place: f"{place[1]}\n{tables[place[2]]}\n\n{place[3]}", card)


def read_metrics(path: Path) -> dict[str, Any]:
    """The metrics that training wrote. Raises BadInputError where the file is something else."""
    try:
        metrics = json.loads(_text(path))
    except (ValueError, RecursionError) as refused:
        raise BadInputError(f"{path.name} is not JSON. {GIVE}") from refused
    if not isinstance(metrics, dict) or not isinstance(metrics.get("results"), list):
        raise BadInputError(f"{path.name} holds no results. {GIVE}")
    return metrics


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as refused:
        raise BadInputError(f"{path.name} cannot be read as text. Check the name and the folder.") from refused


def main() -> None:
    """Fill the card and draw the diagrams without training again."""
    parser = argparse.ArgumentParser(description="Fill the model card's tables and diagrams from metrics.json.")
    parser.add_argument("metrics", type=Path)
    parser.add_argument("card", type=Path)
    parser.add_argument("images", type=Path, nargs="?", default=IMAGES)
    given = parser.parse_args()
    try:
        metrics = read_metrics(given.metrics)
        write_card(metrics, plots_of(metrics), given.card, given.images)
    except BadInputError as refused:
        parser.error(str(refused))


if __name__ == "__main__":
    main()
