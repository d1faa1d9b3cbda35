"""Reliability diagrams of all heads, and of all evidence, side by side in one SVG each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from models.agreement import Calibration, CalibrationBin
from models.coder.labels import HEADS
from pipelines.evaluation.coder.document import measures_document
from pipelines.evaluation.coder.reliability_svg import calibration_svg
from pipelines.training.coder.card_tables import LEAST_SUPPORT, ON_ANNOMI, TITLES, head_of, result_of
from pipelines.training.coder.honest import Figures

ACROSS = 3
WIDTH, HEIGHT, APART = 360, 390, 12
_STYLE = re.compile(r"\s*<style>.*?</style>", re.DOTALL)


def card_plots(figures: Sequence[Figures]) -> dict[str, str]:
    """The model card's diagrams, file name to SVG, of codings that were measured out of fold."""
    return plots_of({"results": [{"data": one.data, **measures_document(one.measures)} for one in figures]})


def plots_of(metrics: Mapping[str, Any]) -> dict[str, str]:
    """The same from the metrics as they stand in ``metrics.json``; what they lack is left out."""
    plots = {"heads.svg": _head_panels(metrics), "evidence.svg": _evidence_panels(metrics)}
    return {name: _side_by_side(name.removesuffix(".svg"), panels) for name, panels in plots.items() if panels}


def _head_panels(metrics: Mapping[str, Any]) -> list[str]:
    panels = []
    for head in HEADS:
        data, where = ("annomi", "AnnoMI") if head.name in ON_ANNOMI else ("all sessions", "invented sessions")
        held = head_of(result_of(metrics, data), head.name)
        if held:
            panels.append(calibration_svg(TITLES[head.name].capitalize(), where, calibration_of(held["calibration"])))
    return panels


def _evidence_panels(metrics: Mapping[str, Any]) -> list[str]:
    result = result_of(metrics, "all sessions")
    held = {} if result is None else result["flags"]["evidence"]
    return [
        calibration_svg(
            _named(name),
            "supervision sessions, invented" if name.startswith("sup_") else "invented sessions",
            calibration_of(one["calibration"]),
        )
        for name, one in held.items()
        if one["calibration"] is not None and one["support"] >= LEAST_SUPPORT
    ]


def _named(evidence: str) -> str:
    direction = "for" if evidence.endswith("+") else "against"
    return f"{evidence[:-1].removeprefix('sup_').replace('_', ' ').capitalize()} {direction}"


def calibration_of(plain: Mapping[str, Any]) -> Calibration:
    """The bins that a metrics document holds."""
    bins = tuple(CalibrationBin(**one) for one in plain["bins"])
    return Calibration(edges=tuple(plain["edges"]), bins=bins)


def _side_by_side(name: str, panels: Sequence[str]) -> str:
    """One SVG with the panels in rows of three; the first panel's style serves all of them."""
    across = min(ACROSS, len(panels))
    rows = -(-len(panels) // across)
    width, height = across * (WIDTH + APART) - APART, rows * (HEIGHT + APART) - APART
    inner = [
        _placed(panel if not number else _STYLE.sub("", panel, count=1), number % across, number // across)
        for number, panel in enumerate(panels)
    ]
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    label = f'role="group" aria-label="Reliability diagrams: {name}"'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size} {label}>', *inner, "</svg>", ""])


def _placed(panel: str, column: int, row: int) -> str:
    x, y = column * (WIDTH + APART), row * (HEIGHT + APART)
    return panel.replace("<svg ", f'<svg x="{x}" y="{y}" ', 1).rstrip("\n")
