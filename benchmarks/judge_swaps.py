"""Do suggestions stay the same for another family? ``python -m benchmarks.judge_swaps [--kind gender] [--lines N]``.

Each session that the coder did not learn from is said in other ways (benchmarks/swaps.py) that mean the same; coder and
judge as shipped. Drift is how far the mean of an element's chances moves, in points of the scale. With ``--lines`` the
lines whose evidence moved most are printed; the sessions are invented.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from benchmarks.card import fill
from benchmarks.swaps import Swap, swaps
from models.ports import Coder
from models.records.coding import Conversation
from pipelines.evaluation.scores.reading import read_scored
from pipelines.judges.transparent import TransparentJudge
from pipelines.labelled.records import Labelled
from pipelines.rubrics import shipped_rubric
from pipelines.scoring import Scored, circumstances_of
from pipelines.stages.classify import classify
from pipelines.stages.score import observe, score
from pipelines.training.judge.fit import SESSIONS

HERE = Path(__file__).resolve().parent
PLACES = (HERE / "scored_sessions", HERE / "held_out_sessions", SESSIONS)
SMALL = 0.1
"""A line whose evidence moves by less is never printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What one swap of one session did to one element; a score of None is none suggested, with no mean."""

    kind: str
    swap: str
    session: str
    element: str
    before: int | None
    after: int | None
    drift: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedLine:
    """A line whose evidence moved, by how much, and how it reads after the swap."""

    by: float
    evidence: str
    swap: str
    session: str
    turn: int
    text: str


def unlearned() -> list[Labelled]:
    """The sessions that the shipped coder did not learn from."""
    return [one for place in PLACES for one in read_scored(place).sessions]


def measure(sessions: Sequence[Labelled], coder: Coder, kind: str | None = None) -> tuple[list[Moved], list[MovedLine]]:
    """Every swap, or those of one kind, of every session that it changes."""
    moved, lines = [], []
    for session in sessions:
        before = _scored(session.conversation, coder)
        for swap in (one for one in swaps() if kind in (None, one.kind)):
            other = swap(session.conversation)
            if other is not None:
                after = _scored(other, coder)
                moved += compare(before, after, swap, session.name)
                lines += _lines(before, after, swap, session.name)
    return moved, lines


def _scored(conversation: Conversation, coder: Coder) -> Scored:
    """Coded and scored as in use, without the measures, which the transparent judge does not look at."""
    coding, rubric = classify(conversation, coder), shipped_rubric(conversation.setting)
    scoring = score(observe(coding, (), circumstances_of(conversation)), rubric, TransparentJudge())
    return Scored(conversation=conversation, coding=coding, scoring=scoring, rubric=rubric)


def compare(before: Scored, after: Scored, swap: Swap, session: str) -> list[Moved]:
    """Element by element; those that have a score neither before nor after are left out."""
    found = []
    for one, other in zip(before.scoring.suggestions, after.scoring.suggestions, strict=True):
        if one.score is None and other.score is None:
            continue
        both = one.score is not None and other.score is not None
        found.append(
            Moved(
                kind=swap.kind,
                swap=swap.name,
                session=session,
                element=one.element,
                before=one.score,
                after=other.score,
                drift=_mean(other.chances) - _mean(one.chances) if both else None,
            )
        )
    return found


def _mean(chances: Sequence[float]) -> float:
    return sum(score * chance for score, chance in enumerate(chances, 1))


def _lines(before: Scored, after: Scored, swap: Swap, session: str) -> list[MovedLine]:
    found = []
    for one, other in zip(before.coding.utterances, after.coding.utterances, strict=True):
        for evidence, chance in one.evidence.items():
            by = other.evidence[evidence] - chance
            if abs(by) >= SMALL:
                found.append(
                    MovedLine(by=by, evidence=evidence, swap=swap.name, session=session, turn=one.turn, text=other.text)
                )
    return found


def average_drift(moved: Sequence[Moved]) -> float:
    """The mean distance, whichever way, over elements that have a score before and after."""
    drifts = [abs(one.drift) for one in moved if one.drift is not None]
    return sum(drifts) / len(drifts)


def table(moved: Sequence[Moved]) -> str:
    """Markdown: drift by kind and swap, and altogether."""
    rows = [
        "| Kind | Swap | Swaps | Elements | Mean drift | Signed | 95% at most | Score changed | None before or after |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    ordered = sorted(moved, key=lambda one: (one.kind, one.swap))
    for (kind, swap), held in groupby(ordered, key=lambda one: (one.kind, one.swap)):
        rows.append(_row(kind, swap, list(held)))
    for kind, held in groupby(ordered, key=lambda one: one.kind):
        rows.append(_row(f"**{kind}**", "all", list(held)))
    return "\n".join([*rows, _row("**all**", "all", ordered)])


def _row(kind: str, swap: str, moved: Sequence[Moved]) -> str:
    drifts = sorted(abs(one.drift) for one in moved if one.drift is not None)
    signed = sum(one.drift for one in moved if one.drift is not None) / len(drifts)
    cells = [
        kind,
        swap,
        str(len({(one.swap, one.session) for one in moved})),
        str(len(moved)),
        f"{average_drift(moved):.3f}",
        f"{signed:+.3f}",
        f"{drifts[int(0.95 * (len(drifts) - 1))]:.2f}",
        f"{sum(one.drift is not None and one.before != one.after for one in moved) / len(moved):.1%}",
        f"{sum(one.drift is None for one in moved) / len(moved):.1%}",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table, and the lines that moved most where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, help="only so many sessions")
    parser.add_argument("--kind", choices=sorted({one.kind for one in swaps()}), help="only swaps of this kind")
    parser.add_argument("--lines", type=int, default=0, help="print so many lines whose evidence moved most")
    parser.add_argument("--card", type=Path, help="a document with markers to write the table into")
    given = parser.parse_args()
    if given.card is not None and (given.kind or given.sessions):
        parser.error("--card takes the whole table; leave --kind and --sessions out")
    from models.adapters.onnx_coder import OnnxCoder

    moved, lines = measure(unlearned()[: given.sessions], OnnxCoder(), given.kind)
    print(table(moved))
    if given.card is not None:
        fill(given.card, "swaps", table(moved))
    for one in sorted(lines, key=lambda line: -abs(line.by))[: given.lines]:
        print(f"{one.by:+.2f} {one.evidence} ({one.swap}; {one.session}, turn {one.turn}): {one.text}")


if __name__ == "__main__":
    main()
