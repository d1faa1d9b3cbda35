"""What the time-use classifier reaches on sessions it has not seen, as tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from models.agreement import Confusion
from models.coder.time_use.codes import CLASSES, NOTHING, TIME_USE
from pipelines.evaluation.coder.bins import bin_counts, calibration
from pipelines.stages.time_use import shares
from pipelines.training.time_use.material import Coded
from pipelines.training.time_use.unseen import Unseen, counts_of

Floats = NDArray[np.float64]
Rows = list[tuple[str, ...]]
DASH = "-"


def tables(sessions: Sequence[Coded], unseen: Unseen, tried: Sequence[tuple[str, Unseen]]) -> str:
    """All tables; ``tried`` holds what else was fitted, by its name, to stand beside ``unseen``."""
    lines = sum(len(one.codes) for one in sessions)
    opening = (
        f"{len(sessions)} sessions, {lines:,} lines. Codes follow one another in stretches of "
        f"{run_length(sessions):.1f} lines on average, greetings and noises left out."
    )
    return "\n\n".join(
        [
            opening,
            _markdown(_ways(sessions, unseen, tried)),
            _markdown(_codes(sessions, unseen)),
            _markdown(_shares(sessions, unseen)),
        ]
    )


def run_length(sessions: Sequence[Coded]) -> float:
    """How many lines in a row have the same code, on average, over lines that have one."""
    lines, runs = 0, 0
    for one in sessions:
        spent = one.codes[one.codes != CLASSES.index(NOTHING)]
        lines += len(spent)
        runs += int((np.diff(spent) != 0).sum()) + bool(len(spent))
    return lines / max(1, runs)


def confusion_of(sessions: Sequence[Coded], answers: Sequence[NDArray[np.intp]]) -> Confusion:
    """How often each class was given each class, over all lines."""
    counts = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
    for one, found in zip(sessions, answers, strict=True):
        np.add.at(counts, (one.codes, found), 1)
    return Confusion(classes=CLASSES, counts=tuple(tuple(map(int, row)) for row in counts))


def calibration_error(sessions: Sequence[Coded], unseen: Unseen) -> float | None:
    """How far the answers' probabilities and the share of right ones are apart."""
    likely = np.concatenate(unseen.probabilities)
    right = likely.argmax(1) == np.concatenate([one.codes for one in sessions])
    edges, counts = bin_counts(likely.max(1), right, np.zeros(len(right), np.int64), 1)
    return calibration(edges, counts).error


def coded_shares(one: Coded) -> Floats:
    """The share of a session's words that was coded with each code, [10]."""
    spent = np.array([one.words[one.codes == place].sum() for place in range(len(TIME_USE))])
    return np.asarray(spent / spent.sum())


def _ways(sessions: Sequence[Coded], unseen: Unseen, tried: Sequence[tuple[str, Unseen]]) -> Rows:
    rows: Rows = [("Way", "Accuracy", "Macro-F1", "Kappa", "Calibration error", "Error of the shares")]
    commonest = int(np.bincount(np.concatenate([one.codes for one in sessions])).argmax())
    always = confusion_of(sessions, [np.full(len(one.codes), commonest, np.intp) for one in sessions])
    mean = float(
        np.mean([np.abs(coded_shares(one) - _mean_of_others(sessions, at)) for at, one in enumerate(sessions)])
    )
    rows.append((f"Always {CLASSES[commonest]}; shares of the other sessions", *_agreement(always), DASH, _three(mean)))
    for name, way in (*tried, ("**As shipped**", unseen)):
        found = confusion_of(sessions, [one.argmax(1) for one in way.probabilities])
        apart = [
            np.abs(coded_shares(one) - _estimate(one, likely)[0])
            for one, likely in zip(sessions, way.probabilities, strict=True)
        ]
        rows.append((name, *_agreement(found), _three(calibration_error(sessions, way)), _three(float(np.mean(apart)))))
    return rows


def _codes(sessions: Sequence[Coded], unseen: Unseen) -> Rows:
    rows: Rows = [
        ("Code", "Lines", "Precision", "Recall", "F1", "Stated: precision", "Stated: recall", "Stated when shipped")
    ]
    whole = confusion_of(sessions, [one.argmax(1) for one in unseen.probabilities])
    for code in CLASSES:
        one, said = whole.of(code), counts_of(code, sessions, unseen.stated)
        from_ = f"from {unseen.sure[code]:.2f}" if code in unseen.sure else "no"
        told = (_two(said.precision), _two(said.recall), from_) if code in TIME_USE else (DASH, DASH, "no")
        rows.append((code, str(one.support), _two(one.precision), _two(one.recall), _two(one.f1), *told))
    return rows


def _shares(sessions: Sequence[Coded], unseen: Unseen) -> Rows:
    rows: Rows = [
        ("Code", "Coded", "Estimated", "Mean error", "of the other sessions' mean", "Spearman", "In interval", "Width")
    ]
    coded = np.array([coded_shares(one) for one in sessions])
    others = np.array([_mean_of_others(sessions, at) for at in range(len(sessions))])
    found = np.array(
        [_estimate(one, likely) for one, likely in zip(sessions, unseen.probabilities, strict=True)]
    ).transpose(1, 0, 2)
    inside = (coded >= found[1] - 1e-9) & (coded <= found[2] + 1e-9)
    for at, code in enumerate(TIME_USE):
        rows.append(
            (
                code,
                f"{coded[:, at].mean():.1%}",
                f"{found[0][:, at].mean():.1%}",
                _three(np.abs(coded - found[0])[:, at].mean()),
                _three(np.abs(coded - others)[:, at].mean()),
                _two(_spearman(coded[:, at], found[0][:, at])),
                f"{inside[:, at].mean():.0%}",
                _three((found[2] - found[1])[:, at].mean()),
            )
        )
    errors = np.abs(coded - found[0]).mean(), np.abs(coded - others).mean()
    together = (_two(_spearman(coded.ravel(), found[0].ravel())), f"{inside.mean():.0%}")
    rows.append(("all", "", "", *map(_three, errors), *together, _three((found[2] - found[1]).mean())))
    return rows


def _estimate(one: Coded, likely: Floats) -> tuple[Floats, Floats, Floats]:
    found = shares(one.words, likely)
    if found is None:
        raise ValueError("a coded session says nothing")
    return found


def _mean_of_others(sessions: Sequence[Coded], at: int) -> Floats:
    return np.asarray(np.mean([coded_shares(one) for place, one in enumerate(sessions) if place != at], axis=0))


def _spearman(one: Floats, other: Floats) -> float | None:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(spearmanr(one, other).statistic)


def _agreement(found: Confusion) -> tuple[str, str, str]:
    return _three(found.accuracy), _three(found.macro_f1), _three(found.kappa)


def _two(value: float | None) -> str:
    return DASH if value is None else f"{value:.2f}"


def _three(value: float | None) -> str:
    return DASH if value is None else f"{value:.3f}"


def _markdown(rows: Iterable[tuple[str, ...]]) -> str:
    first, *others = rows
    lines = [" | ".join(first), "|".join(["---", *["---:"] * (len(first) - 1)])]
    return "\n".join([f"| {lines[0]} |", f"|{lines[1]}|", *(f"| {' | '.join(row)} |" for row in others)])
