"""About scores: figures come from what measuring wrote, and the page tells them in plain words."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from html import unescape
from importlib.resources import files
from pathlib import Path

import pytest

from models.errors import BadInputError
from service.about_scores import wording
from service.about_scores.records import FILE, Marked, Scored, figures
from service.about_scores.tables import number, tables
from service.about_scores.write import gathered, written
from tests.service.council import Council

ROOT = Path(__file__).resolve().parents[3]
HTML = {"Accept": "text/html"}
MARK = Marked(name="x", there=100, right=80, wrong=20, missed=20, off=False)
PAGE = """words
<!-- figures: scores -->

|  | a, b | c |
| --- | ---: | ---: |
| Same | 0.54 [0.39, 0.68] | – |

By element:

| Element | n |
| --- | ---: |
| `empathy` | 1,010 |

<!-- end -->
"""


def test_the_figures_are_those_of_the_files_that_measuring_wrote() -> None:
    """Where this fails: python -m service.about_scores.write"""
    assert files("service.about_scores").joinpath(FILE).read_bytes() == written(gathered(ROOT))


def test_the_page_loads_no_model_library_and_no_numpy() -> None:
    heavy = "{'numpy', 'onnxruntime', 'av', 'torch'}"
    code = (
        "import sys, service.web.routers; from service.about_scores.records import figures; figures();"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_tables_are_read_by_their_titles_and_columns() -> None:
    first, second = tables(PAGE, "scores")
    assert first.rows == ({"": "Same", "a, b": "0.54 [0.39, 0.68]", "c": "–"},)
    assert (second.title, second.rows[0]["Element"]) == ("By element:", "empathy")


def test_figures_that_are_not_there_are_asked_for() -> None:
    with pytest.raises(BadInputError, match="--card"):
        tables(PAGE, "swaps")


@pytest.mark.parametrize(
    ("cell", "read"), [("0.54 [0.39, 0.68]", 0.54), ("1,010", 1010), ("2.2%", 0.022), ("–", None), ("-0.19", -0.19)]
)  # fmt: skip
def test_a_cell_is_read_as_its_first_number(cell: str, read: float | None) -> None:
    assert number(cell) == read


def test_rates_are_derived_from_counts() -> None:
    assert (MARK.precision, MARK.recall) == (0.8, 0.8)
    none = replace(MARK, there=0, right=0, wrong=0)
    assert (none.precision, none.recall) == (None, None)


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (MARK, "mostly right"),
        (replace(MARK, right=60, wrong=40), "right more often than not"),
        (replace(MARK, right=40, wrong=60), "often wrong"),
        (replace(MARK, there=10, right=8, wrong=2), "hardly tested"),
        (replace(MARK, off=True), "switched off"),
    ],
)
def test_a_band_is_a_word_for_how_often_it_is_right(mark: Marked, words: str) -> None:
    assert wording.band(mark) == words


@pytest.mark.parametrize(
    ("rate", "words"),
    [(0.72, "about 7 in 10"), (0.97, "nearly all"), (1.0, "all"), (0.02, "nearly none"), (0.0, "none"),
     (None, "not known")],
)  # fmt: skip
def test_a_rate_is_said_as_people_say_it(rate: float | None, words: str) -> None:
    assert wording.in_ten(rate) == words


def test_scores_that_are_seldom_the_same_and_far_apart_say_so() -> None:
    scored = Scored(name="empathy", compared=10, same=0.4, within_one=0.95)
    assert wording.score_band(scored) == "often one point apart"
    assert wording.score_band(replace(scored, within_one=0.5)) == "often far apart"


def test_every_code_that_was_measured_has_words() -> None:
    told = figures()
    assert [one.name for one in (*told.demonstrated, *told.invented) if one.name not in wording.CODES] == []
    assert [one.name for one in told.swaps if one.name not in wording.SWAPS] == []


def test_whoever_is_signed_in_reads_it(council: Council) -> None:
    told = figures()
    for who in (council.worker, council.coach, council.administrator):
        shown = unescape(council.client.get("/about-scores", headers={**who.headers, **HTML}).text)
        assert f"{told.scores.compared} suggested scores" in shown
        assert told.coder in shown
        flag = told.flags[0]
        assert f"({flag.right} of {flag.right + flag.wrong})" in shown


def test_what_is_off_is_named(council: Council) -> None:
    shown = council.client.get("/about-scores", headers={**council.worker.headers, **HTML}).text
    section = shown.partition('id="off"')[2].partition('id="people"')[0]
    told = figures()
    off = [one for one in (*told.demonstrated, *told.invented, *told.flags) if one.off]
    assert len(re.findall("<li>", section)) == len(off) > 0


def test_a_stranger_is_led_to_sign_in(council: Council) -> None:
    answer = council.client.get("/about-scores", headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/about-scores")


def test_no_figure_is_typed_into_the_page() -> None:
    """Every percentage and every count stands in the file of figures."""
    page = (ROOT / "service/web/templates/about_scores.html").read_text("utf-8")
    words = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<[^>]*>", " ", page, flags=re.DOTALL)
    assert re.findall(r"\d+", words) == ["1", "5"]
