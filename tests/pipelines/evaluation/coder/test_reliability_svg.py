"""The reliability diagram."""

from __future__ import annotations

from xml.etree import ElementTree

from models.agreement import Calibration, CalibrationBin
from pipelines.evaluation.coder.reliability_svg import calibration_svg

SVG = "{http://www.w3.org/2000/svg}"
BINS = Calibration(
    edges=(0.5, 0.9),
    bins=(
        CalibrationBin(count=10, confidence=2.0, right=1),
        CalibrationBin(count=40, confidence=32.0, right=32),
        CalibrationBin(),
    ),
)


def drawn(name: str = "question", calibration: Calibration = BINS) -> ElementTree.Element:
    return ElementTree.fromstring(calibration_svg(name, "some talks", calibration))


def test_each_bin_that_holds_answers_is_a_point_with_its_count() -> None:
    points = drawn().findall(f"{SVG}circle")
    assert [point.findtext(f"{SVG}title") for point in points] == [
        "10 answers at 0.20, 0.10 right",
        "40 answers at 0.80, 0.80 right",
    ]
    assert float(points[0].get("r", "")) < float(points[1].get("r", ""))


def test_a_point_on_the_diagonal_is_a_bin_whose_probability_is_right() -> None:
    point = drawn().findall(f"{SVG}circle")[1]
    assert (float(point.get("cx", "")), float(point.get("cy", ""))) == (52 + 280 * 0.8, 70 + 270 * 0.2)


def test_it_says_in_words_what_it_shows() -> None:
    root = drawn()
    named = [root.find(f"{SVG}{part}") for part in ("title", "desc")]
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == " ".join(part.get("id", "") for part in named if part is not None)
    assert "10 answers at 0.20, 0.10 right" in (root.findtext(f"{SVG}desc") or "")
    assert "50 answers, 2 bins, calibration error 0.020" in (root.findtext(f"{SVG}desc") or "")


def test_it_has_colours_for_dark_pages_and_needs_nothing_else() -> None:
    text = calibration_svg("question", "some talks", BINS)
    assert "prefers-color-scheme: dark" in text
    assert [part for part in ("href", "url(", "<script", "@import") if part in text] == []


def test_a_title_cannot_break_out() -> None:
    assert drawn("<b> & 'c'").findtext(f"{SVG}title") == "<b> & 'c', some talks"


def test_without_answers_it_is_an_empty_diagram() -> None:
    root = drawn(calibration=Calibration(edges=(), bins=(CalibrationBin(),)))
    assert root.findall(f"{SVG}circle") == []
    assert "not known" in (root.findtext(f"{SVG}desc") or "")
