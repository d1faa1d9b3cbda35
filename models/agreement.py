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
