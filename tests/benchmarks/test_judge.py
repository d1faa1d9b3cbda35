"""The judge's benchmark, on sessions by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.card import filled
from benchmarks.judge import left_out_in_turn, tables, without
from models.records.coding import Setting
from pipelines.evaluation.scores.evaluation import evaluate_scores
from pipelines.evaluation.scores.flagged import flagged_coding
from pipelines.labelled.records import GoldScore, Labelled
from tests.pipelines.evaluation.scores.sessions import session


def made(name: str, score: int) -> Labelled:
    direction = "+" if score > 3 else "-"
    flags = dict.fromkeys(range(1, 4 * abs(score - 3) + 2, 2), (f"empathy{direction}",))
    return session(name, {"empathy": GoldScore(score=score, evidence_turns=(1,))}, flags)


LEARNED = [made(f"s{number}", score) for number, score in enumerate([1, 2, 3, 4, 5] * 3)]


def test_a_session_is_judged_by_a_scale_that_did_not_learn_from_it() -> None:
    """Its own score, turned upside down, changes nothing for itself and something for another."""
    wrong = made("s0", 5)
    turned = [wrong, *LEARNED[1:]]
    assert without(LEARNED[0], LEARNED)._scales == without(wrong, turned)._scales
    assert without(LEARNED[1], LEARNED)._scales != without(LEARNED[1], turned)._scales


def test_only_the_setting_of_a_session_is_fitted() -> None:
    assert set(without(LEARNED[0], LEARNED)._scales) == {Setting.DIRECT_PRACTICE}


def test_the_tables_say_what_is_missing_and_hold_a_row_for_each_element() -> None:
    judged = left_out_in_turn(LEARNED[:5], LEARNED, flagged_coding)
    text = tables({"development, flags": evaluate_scores(judged, "flags")})
    assert "cannot be judged from text" in text
    assert "| Sessions | 5 |" in text
    assert "| `empathy` | 5 |" in text


def test_figures_replace_those_between_their_markers_and_nothing_else() -> None:
    text = "a\n<!-- figures: one -->\n\nold\n\n<!-- end -->\nb\n<!-- figures: two -->\n<!-- end -->\n"
    expected = "a\n<!-- figures: one -->\n\nnew\n\n<!-- end -->\nb\n<!-- figures: two -->\n<!-- end -->\n"
    assert filled(text, "one", "new\n") == expected
    assert filled(expected, "one", "new") == expected


@pytest.mark.parametrize("text", ["", "<!-- figures: one -->\n", "<!-- figures: one -->\n<!-- end -->\n" * 2])
def test_a_document_without_the_one_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="one place for one"):
        filled(text, "one", "new")


@pytest.mark.parametrize("name", ["scores", "swaps"])
def test_the_judges_card_holds_its_figures(name: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / "judge.md").read_text("utf-8")
    held = text.split(f"<!-- figures: {name} -->\n")[1].split("<!-- end -->")[0]
    assert held.count("\n|") > 8
