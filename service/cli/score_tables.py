"""What was measured of suggested scores, as tables of at most 80 columns."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from pipelines.evaluation.coder.intervals import Estimate
from pipelines.evaluation.scores.evaluation import ALL, ScoreMeasures, ScoresMeasured

DASH = "–"
_TITLES = {"flags": "Judged from people's flags", "text": "Judged from the text"}
_RATES = {
    "exact": "Same score",
    "within_1": "At most one apart",
    "weighted_kappa": "Weighted kappa",
    "mean_error": "Mean error (+ too high)",
    "mean_absolute_error": "Mean absolute error",
    "coverage": "People's score in the interval",
    "mean_width": "Scores in an interval, mean",
    "without_score": "Scored by people, not suggested",
    "none_met": "No score by people: none suggested",
    "same_reason": "of these, for the same reason",
    "turn_precision": "Turns shown that people named",
    "turn_recall": "Turns people named that are shown",
}
_COLUMNS = ("exact", "within_1", "weighted_kappa", "mean_error", "coverage", "mean_width", "without_score")
_HEADS = ("n", "Same", "In 1", "Kappa", "Error", "Cover", "Width", "None")


def print_scores(found: ScoresMeasured, console: Console, *, quiet: bool = False) -> None:
    """Print the pooled figures with intervals, then a row for each element."""
    title = _TITLES.get(found.evidence, found.evidence)
    console.print(f"\n{title}: {found.sessions} sessions; 95% intervals by drawing sessions.", highlight=False)
    for name, measures in found.pooled.items():
        if name == ALL or not quiet:
            console.print(_pooled(name, measures))
    if not quiet:
        console.print(_elements(found))
    for element, count in found.not_in_rubric.items():
        times = f"{count} score{'' if count == 1 else 's'}"
        console.print(f"{times} of {element}, which the rubric does not have: in no figure.", markup=False)


def _pooled(name: str, measures: ScoreMeasures) -> Table:
    grid = measures.counts.grid
    table = _table("All elements" if name == ALL else name.replace("_", " ").capitalize())
    table.add_column("Measure")
    table.add_column("Value [95% interval]", justify="right")
    table.add_row("Scores compared", str(grid.total))
    for rate, words in _RATES.items():
        table.add_row(words, _with_interval(measures.rates[rate]))
    table.add_row("4 or 5 where people gave 1", str(grid.given(4, 5, where=1)))
    table.add_row("1 where people gave 5", str(grid.given(1, 1, where=5)))
    means = (measures.counts.gold_mean, measures.counts.suggested_mean)
    table.add_row("Mean score, people's and suggested", " and ".join(_number(mean) for mean in means))
    return table


def _elements(found: ScoresMeasured) -> Table:
    table = _table("By element")
    table.add_column("Element", overflow="fold")
    for head in _HEADS:
        table.add_column(head, justify="right")
    for name, measures in found.elements.items():
        rates = (_number(measures.rates[rate].value) for rate in _COLUMNS)
        table.add_row(name.replace("_", " "), str(measures.counts.grid.total), *rates)
    return table


def _table(title: str) -> Table:
    return Table(title=title, box=box.SIMPLE, title_justify="left", padding=(0, 1, 0, 0), collapse_padding=True)


def _with_interval(rate: Estimate) -> str:
    if rate.low is None or rate.high is None:
        return _number(rate.value)
    return f"{_number(rate.value)} [{_number(rate.low)}, {_number(rate.high)}]"


def _number(value: float | None) -> str:
    return DASH if value is None else f"{value + 0.0:.2f}"
