"""The report's colours, by the contrast formula of WCAG 2.2."""

from __future__ import annotations

import colorsys
import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "pipelines/outputs/templates/report.css").read_text("utf-8")
VOICES = [f"voice-{n}" for n in range(6)]
TEXT_ON = [
    *((text, ground) for text in ("ink", "quiet", "accent") for ground in ("paper", "surface", "tint")),
    ("ink", "notice"),
    ("ink", "found"),
    ("on-accent", "accent"),
    *(("surface", voice) for voice in VOICES),
    *((way, ground) for way in ("for", "against") for ground in ("surface", f"{way}-tint", "tint")),
]
SHAPES_ON = [
    ("control", "surface"),
    ("control", "paper"),
    ("for", "surface"),
    ("against", "surface"),
    *((voice, "surface") for voice in VOICES),
]


def theme(name: str) -> dict[str, str]:
    """The custom colours of the light or the dark theme."""
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", blocks[("light", "dark").index(name)]))


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_stands_out_from_its_ground(name: str, text: str, ground: str) -> None:
    colours = theme(name)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES_ON)
def test_shapes_that_carry_meaning_stand_out_from_their_ground(name: str, shape: str, ground: str) -> None:
    colours = theme(name)
    assert contrast(colours[shape], colours[ground]) >= 3


@pytest.mark.parametrize("name", ["light", "dark"])
def test_no_direction_of_evidence_is_red_amber_or_green(name: str) -> None:
    """Blue and purple: hues from 200 to 320 degrees, which nobody reads as good or bad."""
    colours = theme(name)
    for way in ("for", "against"):
        red, green, blue = (int(colours[way][n : n + 2], 16) / 255 for n in (1, 3, 5))
        assert 200 <= 360 * colorsys.rgb_to_hls(red, green, blue)[0] <= 320
