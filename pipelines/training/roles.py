"""Fit the practitioner's score of `pipelines.stages.roles` and print how well it does on talks it has not seen.

``python -m pipelines.training.roles --annomi train.csv --devset FOLDER [--write]``. Needs the extra ``train``.
Talks stay whole: a fold is judged by weights fitted without any part of its talks.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.stages.role_features import NAMES, Counts, count, rates

LEADERS = ("therapist", "supervisor", "practitioner")
WINDOWS = (60, 120, 250, 400)
FOLDS = 10
STRENGTH = 0.3
"""Inverse of the penalty on the weights; small, because the talks learned from are not sessions in families' homes."""

DEVSET_WEIGHT = 1.5
WORDS_PER_SECOND = 2.6
NOISE = 0.15
MIXED = 0.15


@dataclass(frozen=True, slots=True)
class Line:
    """One turn: who spoke (a role), what, and from which second."""

    role: str
    text: str
    second: float


Talk = tuple[Line, ...]


def annomi(path: Path) -> dict[str, Talk]:
    """The talks of AnnoMI's table, each turn once."""
    talks: dict[str, dict[int, Line]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            hours, minutes, seconds = map(int, row["timestamp"].split(":"))
            line = Line(row["interlocutor"], row["utterance_text"], hours * 3600 + minutes * 60 + seconds)
            talks.setdefault(f"annomi-{row['transcript_id']}", {})[int(row["utterance_id"])] = line
    return {name: tuple(lines[k] for k in sorted(lines)) for name, lines in talks.items()}


def devset(folder: Path) -> dict[str, Talk]:
    """The invented sessions; times are counted from their words."""
    talks: dict[str, Talk] = {}
    for path in sorted(folder.glob("*session*.json")):
        said, lines = 0, []
        for turn in json.loads(path.read_text(encoding="utf-8"))["turns"]:
            lines.append(Line(turn["role"], turn["text"], said / WORDS_PER_SECOND))
            said += len(turn["text"].split())
        talks[path.stem] = tuple(lines)
    return talks


def bare(talk: Talk) -> Talk:
    """The talk without punctuation."""
    return tuple(replace(line, text=re.sub(r"[.?!,]", "", line.text)) for line in talk)


def garbled(talk: Talk, rng: random.Random) -> Talk:
    """The talk with some words lost or replaced by others of the same talk, as a recogniser might."""
    pool = [word for line in talk for word in line.text.split()] or ["um"]

    def spoil(word: str) -> str:
        return "" if rng.random() < NOISE / 2 else rng.choice(pool) if rng.random() < NOISE / 2 else word

    return tuple(replace(line, text=" ".join(spoil(word) for word in line.text.split())) for line in talk)


def swapped(talk: Talk, rng: random.Random) -> Talk:
    """The talk with some turns given to a wrong voice, as a diarizer might."""
    roles = sorted({line.role for line in talk})
    return tuple(replace(line, role=rng.choice(roles)) if rng.random() < 2 * MIXED else line for line in talk)


def leader(talk: Talk) -> str:
    """The role that leads a talk: the first of `LEADERS` that takes part."""
    return next(role for role in LEADERS if any(line.role == role for line in talk))


def counted(talk: Talk) -> dict[str, Counts]:
    """The features of each voice."""
    return {role: count(line.text for line in talk if line.role == role) for role in {line.role for line in talk}}


def differences(talk: Talk, usual: Sequence[float], lead: str) -> list[NDArray[np.float64]]:
    """The leader's features less those of each other voice; empty where one of them does not speak."""
    punctuated = any("?" in line.text for line in talk)
    voices = {role: np.array(rates(c, usual, punctuated=punctuated)) for role, c in counted(talk).items()}
    return [voices[lead] - voices[role] for role in sorted(voices) if role != lead] if lead in voices else []


def excerpts(talk: Talk, rng: random.Random) -> Iterator[Talk]:
    """The whole talk and pieces of several lengths, each with and without punctuation."""
    pieces = [talk]
    for size in WINDOWS * 2:
        start = rng.randrange(max(1, len(talk) - 4))
        words = list(accumulate(len(line.text.split()) for line in talk[start:]))
        pieces.append(talk[start : start + 1 + bisect_left(words, size)])
    for piece in pieces:
        yield piece
        yield bare(piece)


@dataclass(frozen=True, slots=True)
class Examples:
    """Differences ``x`` of shape (examples, features), each example's weight and its talk's name."""

    x: NDArray[np.float64]
    weight: NDArray[np.float64]
    talk: NDArray[np.str_]


def examples(talks: dict[str, Talk], usual: Sequence[float]) -> Examples:
    """Differences from every talk; talks weigh the same however long they are."""
    rng = random.Random(0)  # noqa: S311  not for secrets
    rows, weights, names = [], [], []
    for name, talk in talks.items():
        lead = leader(talk)
        found = [row for piece in excerpts(talk, rng) for row in differences(piece, usual, lead)]
        rows += found
        weights += [(1.0 if name.startswith("annomi") else DEVSET_WEIGHT) / len(found)] * len(found)
        names += [name] * len(found)
    return Examples(np.array(rows), np.array(weights), np.array(names))


def fit(known: Examples) -> NDArray[np.float64]:
    """Weights of the leader's score: a logistic regression on differences, without an intercept."""
    from sklearn.linear_model import LogisticRegression

    spread = known.x.std(axis=0)
    both = np.vstack([known.x, -known.x]) / spread
    labels = np.repeat([1, 0], len(known.x))
    model = LogisticRegression(C=STRENGTH, fit_intercept=False, max_iter=2000)
    model.fit(both, labels, sample_weight=np.tile(known.weight, 2))
    return np.asarray(model.coef_[0] / spread, dtype=np.float64)


def fit_alone(talks: dict[str, Talk], usual: Sequence[float], weights: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and offset that turn the score of a voice heard alone into a probability."""
    from sklearn.linear_model import LogisticRegression

    rng = random.Random(1)  # noqa: S311  not for secrets
    scores, labels = [], []
    for talk in talks.values():
        lead = leader(talk)
        for piece in excerpts(talk, rng):
            punctuated = any("?" in line.text for line in piece)
            for role, counts in counted(piece).items():
                scores.append([float(weights @ np.array(rates(counts, usual, punctuated=punctuated)))])
                labels.append(int(role == lead))
    model = LogisticRegression(max_iter=2000).fit(scores, labels)
    return float(model.coef_[0][0]), float(model.intercept_[0])


def usual_rates(talks: dict[str, Talk]) -> list[float]:
    """The mean rate of each feature over talks."""
    whole = [count(line.text for line in talk) for talk in talks.values()]
    return [float(value) for value in np.mean([np.array(c.seen) / np.array(c.by) for c in whole], axis=0)]


def conditions(talk: Talk, rng: random.Random) -> dict[str, Talk]:
    """What is reported: the whole talk and its beginning, as written and as machines might hand it over."""
    begin = tuple(line for line in talk if line.second < 120)
    short = tuple(line for line in talk if line.second < 60)
    spoilt = bare(swapped(garbled(begin, rng), rng))
    return {
        "whole": talk,
        "first 2 min": begin,
        "first 1 min": short,
        "2 min, bare": bare(begin),
        "2 min, spoilt": spoilt,
    }


def report(talks: dict[str, Talk], known: Examples, usual: Sequence[float], folds: Sequence[Sequence[str]]) -> None:
    """Print, for each condition, how often the leader scores highest against each other voice."""
    rng = random.Random(2)  # noqa: S311  not for secrets
    results: dict[str, list[float]] = {}
    for fold in folds:
        kept = ~np.isin(known.talk, list(fold))
        weights = fit(Examples(known.x[kept], known.weight[kept], known.talk[kept]))
        for name in fold:
            for condition, talk in conditions(talks[name], rng).items():
                for row in differences(talk, usual, leader(talks[name])):
                    results.setdefault(condition, []).append(float(1 / (1 + np.exp(-weights @ row))))
    for condition, values in results.items():
        p = np.array(values)
        sure = np.maximum(p, 1 - p) >= 0.75
        brier = float(np.mean((1 - p) ** 2))
        out = f"{condition:14} pairs {len(p):4}  right {np.mean(p > 0.5):.3f}  sure {sure.mean():.3f}"
        _say(f"{out}  right when sure {np.mean(p[sure] > 0.5):.3f}  Brier {brier:.3f}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, report, and with ``--write`` replace the weights in the package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--annomi", type=Path, required=True)
    parser.add_argument("--devset", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    taught, invented = annomi(options.annomi), devset(options.devset)
    talks = {**taught, **invented}
    usual = usual_rates(talks)
    known = examples(talks, usual)
    names = list(taught)
    random.Random(3).shuffle(names)  # noqa: S311  not for secrets
    _say(f"AnnoMI, {FOLDS} folds by talk")
    report(taught, known, usual, [names[k::FOLDS] for k in range(FOLDS)])
    _say("invented sessions, each left out in turn")
    report(invented, known, usual, [[name] for name in invented])
    weights = fit(known)
    for name, weight, spread in zip(NAMES, weights, known.x.std(axis=0), strict=True):
        _say(f"{name:18} {weight:9.3f}   times spread {weight * spread:6.2f}")
    if options.write:
        _write(usual, weights, fit_alone(talks, usual, weights))


def _write(usual: Sequence[float], weights: NDArray[np.float64], alone: tuple[float, float]) -> None:
    path = Path(__file__).parent.parent / "stages" / "role_model.json"
    numbers = {
        "features": list(NAMES),
        "usual": [round(value, 5) for value in usual],
        "weights": [round(float(value), 4) for value in weights],
        "alone": [round(value, 4) for value in alone],
    }
    path.write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
