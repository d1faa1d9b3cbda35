"""Gathers the figures from the files that measuring wrote: ``python -m service.about_scores.write`` in a checkout."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from models.records.coding import Setting
from pipelines.judges.transparent import TransparentJudge
from service.about_scores.records import FILE, Figures, Marked, Scored, Swapped, figures_type
from service.about_scores.tables import Table, number, tables

WEIGHTS = Path("models/coder/weights")
JUDGE_PAGE = Path("docs/judge.md")
SCALE = Path("pipelines/judges/transparent.json")
HERE = Path("service/about_scores")
_HEADS = {"behaviour": "{}", "question": "{}_question", "reflection": "{}_reflection", "input": "{}", "talk": "{}"}
_REST = {"none", "other", "neutral"}
_COLUMN = "held-out sessions, text"


def gathered(root: Path) -> Figures:
    """The figures of a checkout. Raises BadInputError or KeyError where a file does not hold what it should."""
    metrics = json.loads((root / WEIGHTS / "metrics.json").read_text("utf-8"))
    coder = json.loads((root / WEIGHTS / "coder.json").read_text("utf-8"))
    fitted = json.loads((root / SCALE).read_text("utf-8"))["fitted_to"]
    page = (root / JUDGE_PAGE).read_text("utf-8")
    talk, sessions = _result(metrics, "annomi"), _result(metrics, "all sessions")
    off, judge, scored = set(metrics["decisions"]["off"]), TransparentJudge().engine, tables(page, "scores")
    whole = {row[""]: row[_COLUMN] for row in scored[0].rows}
    return Figures(
        coder=str(coder["version"]),
        judge=f"{judge.name} {judge.version}",
        asked_precision=metrics["precision"],
        asked_recall=metrics["useful_recall"],
        material=metrics["material"]["conversations"],
        fitted_to={setting.value: fitted[setting.value]["sessions"] for setting in Setting},
        demonstrations=talk["conversations"],
        invented_sessions=sessions["conversations"],
        held_out_sessions=int(number(whole["Sessions"]) or 0),
        demonstrated=tuple(_codes(talk["heads"], off)),
        invented=tuple(_acts(sessions["heads"]["mi_code"]["classes"], metrics["decisions"], off)),
        flags=tuple(_marked(name, one, off) for name, one in sessions["flags"]["evidence"].items()),
        scores=Scored(
            name="all",
            compared=int(number(whole["Scores compared"]) or 0),
            same=number(whole["Same score"]),
            within_one=number(whole["At most one apart"]),
            inside=number(whole["Coverage of the interval"]),
        ),
        elements=tuple(_elements(scored)),
        swaps=tuple(_swaps(tables(page, "swaps")[0])),
    )


def written(found: Figures) -> bytes:
    """The file's bytes."""
    return figures_type().dump_json(found, indent=1) + b"\n"


def _result(metrics: Mapping[str, Any], data: str) -> Mapping[str, Any]:
    return next(one for one in metrics["results"] if (one["data"], one["text"]) == (data, "as written"))


def _codes(heads: Mapping[str, Any], off: set[str]) -> Iterable[Marked]:
    for head, name in _HEADS.items():
        for label, one in heads[head]["classes"].items():
            if label not in _REST:
                yield _marked(name.format(label), one, off)


def _acts(classes: Mapping[str, Any], decisions: Mapping[str, Any], off: set[str]) -> Iterable[Marked]:
    """Main codes that only the invented sessions hold; the others stand among the codes of demonstrations."""
    elsewhere = {name.format(label) for name in _HEADS.values() for label in ("open", "closed", "simple", "complex")}
    for label, one in classes.items():
        if label not in elsewhere and (label in decisions["codes"] or label in off) and label not in _REST:
            yield _marked(label, one, off)


def _marked(name: str, one: Mapping[str, Any], off: set[str]) -> Marked:
    return Marked(
        name=name, there=one["support"], right=one["right"], wrong=one["wrong"], missed=one["missed"], off=name in off
    )  # fmt: skip


def _elements(scored: Iterable[Table]) -> Iterable[Scored]:
    found = next(one for one in scored if one.title.startswith(f"By element, {_COLUMN}"))
    for row in found.rows:
        yield Scored(
            name=row["Element"], compared=int(number(row["n"]) or 0), same=number(row["Same"]),
            within_one=number(row["Within 1"]), inside=number(row["Coverage"]),
        )  # fmt: skip


def _swaps(found: Table) -> Iterable[Swapped]:
    for row in found.rows:
        if row["Swap"] != "all":
            changed = number(row["Score changed"])
            yield Swapped(name=row["Swap"], swaps=int(number(row["Swaps"]) or 0), changed=changed or 0.0)


if __name__ == "__main__":
    (HERE / FILE).write_bytes(written(gathered(Path())))
