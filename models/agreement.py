"""Counts of how far a result agrees with a reference. Counts add, rates are derived; a rate without a base is None."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar


class Addable(Protocol):
    """Something that adds to its own kind."""

    def __add__(self, other: Self, /) -> Self:
        """Both counts together."""


Count = TypeVar("Count", bound=Addable)


def pooled(counts: Iterable[Count | None]) -> Count | None:
    """The sum of the counts there are; None where there is none."""
    total: Count | None = None
    for count in counts:
        if count is not None:
            total = count if total is None else total + count
    return total


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class WordErrors:
    """Word errors against ``length`` reference words; the rate is WER, or cpWER where compared by speaker."""

    length: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(
            length=self.length + other.length,
            substitutions=self.substitutions + other.substitutions,
            deletions=self.deletions + other.deletions,
            insertions=self.insertions + other.insertions,
        )

    @property
    def errors(self) -> int:
        """All errors."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float | None:
        """Errors per reference word; above 1 where much was invented; None without reference words."""
        return _ratio(self.errors, self.length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """``part`` out of ``whole``: words with the right role, errors that a check covers, time asked to hear."""

    part: int = 0
    whole: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(part=self.part + other.part, whole=self.whole + other.whole)

    @property
    def rate(self) -> float | None:
        """The share in [0, 1]; None where the whole is 0."""
        return _ratio(self.part, self.whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiarizationErrors:
    """Milliseconds of speech given to nobody, to nobody's speech, or to the wrong voice; the rate is DER."""

    total_ms: int = 0
    missed_ms: int = 0
    false_alarm_ms: int = 0
    confusion_ms: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(
            total_ms=self.total_ms + other.total_ms,
            missed_ms=self.missed_ms + other.missed_ms,
            false_alarm_ms=self.false_alarm_ms + other.false_alarm_ms,
            confusion_ms=self.confusion_ms + other.confusion_ms,
        )

    @property
    def rate(self) -> float | None:
        """Diarization error rate; None without reference speech."""
        return _ratio(self.missed_ms + self.false_alarm_ms + self.confusion_ms, self.total_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class JaccardErrors:
    """The Jaccard error of each reference speaker, added up, and how many speakers; the rate is JER."""

    speakers: int = 0
    error: float = 0.0

    def __add__(self, other: Self) -> Self:
        return type(self)(speakers=self.speakers + other.speakers, error=self.error + other.error)

    @property
    def rate(self) -> float | None:
        """Mean error of a speaker in [0, 1]; None without reference speakers."""
        return _ratio(self.error, self.speakers)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCounts:
    """How often one class, code or flag was rightly found, wrongly found and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(
            right=self.right + other.right, wrong=self.wrong + other.wrong, missed=self.missed + other.missed
        )

    @property
    def support(self) -> int:
        """How often the reference has it."""
        return self.right + self.missed

    @property
    def precision(self) -> float | None:
        """The share of what was found that is right; None where nothing was found."""
        return _ratio(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float | None:
        """The share of what is there that was found; None without support."""
        return _ratio(self.right, self.support)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; None where it was neither found nor there."""
        return _ratio(2 * self.right, 2 * self.right + self.wrong + self.missed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """How often each class of the reference (rows) was given each class (columns), in the order of ``classes``."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    def __add__(self, other: Self) -> Self:
        if self.classes != other.classes:
            raise ValueError("only counts of the same classes add")
        rows = zip(self.counts, other.counts, strict=True)
        counts = tuple(tuple(a + b for a, b in zip(mine, yours, strict=True)) for mine, yours in rows)
        return type(self)(classes=self.classes, counts=counts)

    @property
    def total(self) -> int:
        """How many were judged."""
        return sum(map(sum, self.counts))

    def of(self, name: str) -> ClassCounts:
        """One class against all others. Raises ValueError for a class there is not."""
        at = self.classes.index(name)
        right = self.counts[at][at]
        return ClassCounts(
            right=right, wrong=sum(row[at] for row in self.counts) - right, missed=sum(self.counts[at]) - right
        )

    @property
    def macro_f1(self) -> float | None:
        """The mean F1 of the classes that the reference or the result has; None without a line."""
        rates = [rate for name in self.classes if (rate := self.of(name).f1) is not None]
        return _ratio(sum(rates), len(rates))

    @property
    def accuracy(self) -> float | None:
        """The share that was given the right class; None without a line."""
        return _ratio(sum(row[at] for at, row in enumerate(self.counts)), self.total)

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa: agreement beyond what the shares of the classes bring; None where these leave no room."""
        if self.accuracy is None:
            return None
        columns = [sum(column) for column in zip(*self.counts, strict=True)]
        rows = map(sum, self.counts)
        by_chance = sum(row * column for row, column in zip(rows, columns, strict=True)) / self.total**2
        return _ratio(self.accuracy - by_chance, 1 - by_chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """Answers of a like probability: how many, their probabilities added up, and how many were right."""

    count: int = 0
    confidence: float = 0.0
    right: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(
            count=self.count + other.count,
            confidence=self.confidence + other.confidence,
            right=self.right + other.right,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Bins of probability in rising order, split at ``edges`` (one fewer than bins, each its bin's lowest)."""

    edges: tuple[float, ...]
    bins: tuple[CalibrationBin, ...]

    def __add__(self, other: Self) -> Self:
        if self.edges != other.edges:
            raise ValueError("only bins with the same edges add")
        return type(self)(edges=self.edges, bins=tuple(a + b for a, b in zip(self.bins, other.bins, strict=True)))

    @property
    def error(self) -> float | None:
        """Expected calibration error: how far probability and share of right answers are apart, by answer."""
        apart = sum(abs(one.confidence - one.right) for one in self.bins)
        return _ratio(apart, sum(one.count for one in self.bins))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreGrid:
    """How often each score of the reference (rows, lowest first) was given each score (columns), both 1 to N."""

    counts: tuple[tuple[int, ...], ...]

    def __add__(self, other: Self) -> Self:
        rows = zip(self.counts, other.counts, strict=True)
        return type(self)(counts=tuple(tuple(a + b for a, b in zip(mine, yours, strict=True)) for mine, yours in rows))

    @property
    def total(self) -> int:
        """How many have a score on both sides."""
        return sum(map(sum, self.counts))

    def within(self, points: int) -> float | None:
        """The share that lies at most so many points apart; None without a score."""
        return _ratio(sum(n for row, column, n in self._cells if abs(column - row) <= points), self.total)

    @property
    def mean_error(self) -> float | None:
        """How many points too high on average, negative where too low; None without a score."""
        return _ratio(sum((column - row) * n for row, column, n in self._cells), self.total)

    @property
    def mean_absolute_error(self) -> float | None:
        """How many points apart on average; None without a score."""
        return _ratio(sum(abs(column - row) * n for row, column, n in self._cells), self.total)

    @property
    def weighted_kappa(self) -> float | None:
        """Cohen's kappa with quadratic weights (Cohen 1968); None where all scores on both sides are one and the same.

        1 less the squared distances there are, by those there would be if rows and columns had nothing to do with
        one another.
        """
        rows = [sum(row) for row in self.counts]
        columns = [sum(column) for column in zip(*self.counts, strict=True)]
        apart = sum((column - row) ** 2 * n for row, column, n in self._cells)
        by_chance = sum((j - i) ** 2 * a * b for i, a in enumerate(rows) for j, b in enumerate(columns))
        chance = _ratio(by_chance, self.total)
        return None if not chance else 1 - apart / chance

    def given(self, low: int, high: int, where: int) -> int:
        """How often a score from ``low`` to ``high`` was given where the reference has ``where``."""
        return sum(self.counts[where - 1][low - 1 : high])

    @property
    def _cells(self) -> list[tuple[int, int, int]]:
        return [(row, column, n) for row, line in enumerate(self.counts) for column, n in enumerate(line)]


def score_grid(pairs: Iterable[tuple[int, int]], scores: int = 5) -> ScoreGrid:
    """The grid of (reference, given) pairs of scores from 1 to ``scores``."""
    held = [[0] * scores for _ in range(scores)]
    for reference, given in pairs:
        held[reference - 1][given - 1] += 1
    return ScoreGrid(counts=tuple(tuple(row) for row in held))
