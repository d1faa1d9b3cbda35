"""A reliability diagram: for each bin of probability, how often the answer was right. SVG on its own, light or dark."""

from __future__ import annotations

import re
from math import sqrt
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from models.agreement import Calibration, CalibrationBin

LEFT, TOP, WIDTH, HEIGHT = 52, 70, 280, 270
SMALLEST, LARGEST = 3.0, 8.0


def calibration_svg(name: str, measured_on: str, calibration: Calibration) -> str:
    """An SVG of 360 by 390 with a point for each bin that holds answers, larger where it holds more of them.

    ``name`` says what is drawn, ``measured_on`` on which data, in at most some 45 letters each; together they make the
    ids inside the SVG. Each point carries its count as a tooltip; the description says the same in words.
    """
    bins = [one for one in calibration.bins if one.count]
    most = max((one.count for one in bins), default=1)
    error = "not known" if calibration.error is None else f"{calibration.error:.3f}"
    caption = f"{sum(one.count for one in bins):,} answers, {len(bins)} bins, calibration error {error}"
    told = "; ".join(_label(one) for one in bins)
    environment = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    template = environment.from_string((Path(__file__).parent / "reliability.svg").read_text("utf-8"))
    return template.render(
        key=re.sub(r"[^a-z0-9]+", "-", f"{name} {measured_on}".lower()).strip("-") or "reliability",
        name=name,
        measured_on=measured_on,
        caption=caption,
        desc=f"Reliability diagram. {caption}. On the dashed diagonal, probability and share of right answers agree. "
        f"Bins: {told or 'none'}.",
        ticks=[{"x": _x(tick / 5), "y": _y(tick / 5), "label": f"{tick / 5:.1f}"} for tick in range(6)],
        bins=[_point(one, most) for one in bins],
    )


def _point(one: CalibrationBin, most: int) -> dict[str, object]:
    given, right = one.confidence / one.count, one.right / one.count
    return {
        "x": _x(given),
        "y": _y(right),
        "diagonal": _y(given),
        "radius": round(SMALLEST + (LARGEST - SMALLEST) * sqrt(one.count / most), 1),
        "label": _label(one),
    }


def _label(one: CalibrationBin) -> str:
    return f"{one.count} answers at {one.confidence / one.count:.2f}, {one.right / one.count:.2f} right"


def _x(share: float) -> float:
    return round(LEFT + WIDTH * share, 1)


def _y(share: float) -> float:
    return round(TOP + HEIGHT * (1 - share), 1)
