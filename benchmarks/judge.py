"""How good suggested scores are on sessions that were not learned from: ``python -m benchmarks.judge [--card FILE]``.

Development set: each session judged by the scale fitted without it, from people's flags, and from evidence that a
coder which had not seen the session found in its text, where that is kept (pipelines/training/judge/unseen.py).
``scored_sessions`` and ``held_out_sessions``: neither coder nor judge learned from them; judged as shipped, from flags
and from text. With ``--card`` the tables are written into a file between their markers.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.card import fill
from models.agreement import ScoreGrid
from models.records.coding import Coding
from pipelines.evaluation.coder.intervals import Estimate
from pipelines.evaluation.scores.evaluation import ALL, ScoreMeasures, ScoresMeasured, evaluate_scores
from pipelines.evaluation.scores.flagged import flagged_coding
from pipelines.evaluation.scores.judged import Judged, judge_coding, judge_flags, judge_text
from pipelines.evaluation.scores.reading import read_scored
from pipelines.judges.transparent import TransparentJudge
from pipelines.labelled.records import Labelled
from pipelines.training.coder.material import DEVSET
from pipelines.training.judge.fit import examples_of, fit_scale, scored_sessions
from pipelines.training.judge.unseen import UNSEEN, read_unseen

HERE = Path(__file__).resolve().parent
SCORED, HELD_OUT = HERE / "scored_sessions", HERE / "held_out_sessions"

Found = dict[str, ScoresMeasured]


def without(session: Labelled, learned: Sequence[Labelled]) -> TransparentJudge:
    """The judge with the scale of this session's setting fitted to all other sessions."""
    setting = session.conversation.setting
    rest = [one for one in learned if one.conversation.setting is setting and one.name != session.name]
    return TransparentJudge({setting: fit_scale(examples_of(rest))})


def left_out_in_turn(
    sessions: Sequence[Labelled], learned: Sequence[Labelled], coding_of: Callable[[Labelled], Coding]
) -> list[Judged]:
    """Each session judged by a scale that did not learn from it."""
    return [judge_coding(one, coding_of(one), without(one, learned)) for one in sessions]


def measure_all() -> Found:
    """Every set of sessions, from flags and, where it can be had, from text."""
    from models.adapters.onnx_coder import OnnxCoder

    learned = scored_sessions()
    development = read_scored(DEVSET).sessions
    found = {"development, flags": evaluate_scores(left_out_in_turn(development, learned, flagged_coding), "flags")}
    if UNSEEN.is_file():
        held = read_unseen(UNSEEN, development)
        there = [one for one in development if one.name in held]
        judged = left_out_in_turn(there, learned, lambda one: held[one.name])
        found["development, text"] = evaluate_scores(judged, "text")
    coder, judge = OnnxCoder(), TransparentJudge()
    for name, folder in (("scored sessions", SCORED), ("held-out sessions", HELD_OUT)):
        sessions = read_scored(folder).sessions
        found[f"{name}, flags"] = evaluate_scores(judge_flags(sessions, judge), "flags")
        found[f"{name}, text"] = evaluate_scores(judge_text(sessions, coder, judge), "text")
    return found


def tables(found: Found) -> str:
    """A table of all sets together, and one by element for each that was judged from text."""
    parts = [_pooled(found), "", *_missing(found)]
    for name, measured in found.items():
        if measured.evidence == "text" or f"{name.split(',')[0]}, text" not in found:
            parts += [f"By element, {name} ({measured.sessions} sessions):", "", _elements(measured), ""]
    return "\n".join(parts).rstrip() + "\n"


def _missing(found: Found) -> list[str]:
    if "development, text" in found:
        return []
    return [
        f"The development set cannot be judged from text: {UNSEEN.name}, the evidence of coders that had not learned "
        "from it, is not there.",
        "",
    ]


_ROWS = {
    "exact": "Same score",
    "within_1": "At most one apart",
    "weighted_kappa": "Weighted kappa",
    "mean_error": "Mean error",
    "mean_absolute_error": "Mean absolute error",
    "coverage": "Coverage of the interval",
    "mean_width": "Mean width of the interval",
    "without_score": "No suggestion where people scored",
    "none_met": "No suggestion where people gave none",
    "turn_precision": "Evidence turns, precision",
    "turn_recall": "Evidence turns, recall",
}


def _pooled(found: Found) -> str:
    whole = {name: measured.pooled[ALL] for name, measured in found.items()}
    rows = [["", *whole], ["---", *["---:"] * len(whole)]]
    rows.append(["Sessions", *(str(measured.sessions) for measured in found.values())])
    rows.append(["Scores compared", *(str(one.counts.grid.total) for one in whole.values())])
    rows += [[title, *(_interval(one.rates[rate]) for one in whole.values())] for rate, title in _ROWS.items()]
    rows.append(["4 or 5 where people gave 1", *(str(one.counts.grid.given(4, 5, where=1)) for one in whole.values())])
    rows.append(["1 where people gave 5", *(str(one.counts.grid.given(1, 1, where=5)) for one in whole.values())])
    for low, high in ((1, 2), (4, 5)):
        title = f"Mean error where people gave {low} or {high}"
        rows.append([title, *(_number(_part(one, low, high).mean_error) for one in whole.values())])
    rows.append(["Mean score, people's; suggested", *(_means(one) for one in whole.values())])
    return _markdown(rows)


def _part(one: ScoreMeasures, low: int, high: int) -> ScoreGrid:
    """Only where people's score is from ``low`` to ``high``."""
    rows = one.counts.grid.counts
    return ScoreGrid(counts=tuple(row if low <= at <= high else (0,) * len(row) for at, row in enumerate(rows, 1)))


def _elements(measured: ScoresMeasured) -> str:
    rates = ("exact", "within_1", "weighted_kappa", "mean_error", "coverage", "mean_width", "without_score")
    heads = ["n", "Same", "Within 1", "Kappa", "Error", "Coverage", "Width", "None"]
    rows = [["Element", *heads], ["---", *["---:"] * len(heads)]]
    for name, one in measured.elements.items():
        rows.append([f"`{name}`", str(one.counts.grid.total), *(_number(one.rates[rate].value) for rate in rates)])
    return _markdown(rows)


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _interval(rate: Estimate) -> str:
    if rate.low is None or rate.high is None:
        return _number(rate.value)
    return f"{_number(rate.value)} [{_number(rate.low)}, {_number(rate.high)}]"


def _means(one: ScoreMeasures) -> str:
    return f"{_number(one.counts.gold_mean)}; {_number(one.counts.suggested_mean)}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{round(value, 2) + 0.0:.2f}"


def main() -> None:
    """Print the tables, or write them into a document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--card", type=Path, help="a document with markers to write the tables into")
    given = parser.parse_args()
    figures = tables(measure_all())
    print(figures)
    if given.card is not None:
        fill(given.card, "scores", figures)


if __name__ == "__main__":
    main()
