"""What is counted of one element of one session, and added up over sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from models.agreement import ClassCounts, ScoreGrid, Share, score_grid
from models.records.scoring import NoScore, Suggestion
from pipelines.labelled.records import GoldScore


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCounts:
    """Counts of suggestions beside people's scores.

    ``grid`` holds where both have a number; ``covered`` of these, how many people's scores lie in the interval;
    ``width`` the number of scores in the intervals, by as many. ``without`` of people's numbers, how many have no
    suggestion; ``none_met`` of those that people left without a number, how many the judge did too; ``same_reason``
    of these, for the same reason. ``turns`` compares the turns shown as evidence with those that people named.
    """

    grid: ScoreGrid = field(default_factory=lambda: score_grid([]))
    covered: Share = field(default_factory=Share)
    width: Share = field(default_factory=Share)
    without: Share = field(default_factory=Share)
    none_met: Share = field(default_factory=Share)
    same_reason: Share = field(default_factory=Share)
    turns: ClassCounts = field(default_factory=ClassCounts)

    def __add__(self, other: Self) -> Self:
        return type(self)(
            grid=self.grid + other.grid,
            covered=self.covered + other.covered,
            width=self.width + other.width,
            without=self.without + other.without,
            none_met=self.none_met + other.none_met,
            same_reason=self.same_reason + other.same_reason,
            turns=self.turns + other.turns,
        )

    @property
    def gold_mean(self) -> float | None:
        """The mean of people's scores where both have a number."""
        return _mean([sum(row) for row in self.grid.counts])

    @property
    def suggested_mean(self) -> float | None:
        """The mean suggestion where both have a number."""
        return _mean([sum(column) for column in zip(*self.grid.counts, strict=True)])


def _mean(held: list[int]) -> float | None:
    return sum(score * count for score, count in enumerate(held, 1)) / sum(held) if sum(held) else None


def count_score(gold: GoldScore, suggestion: Suggestion) -> ScoreCounts:
    """One person's score beside one suggestion."""
    if isinstance(gold.score, NoScore):
        none = suggestion.score is None
        same = Share(part=int(suggestion.reason is gold.score), whole=1) if none else Share()
        return ScoreCounts(none_met=Share(part=int(none), whole=1), same_reason=same)
    if suggestion.score is None or suggestion.low is None or suggestion.high is None:
        return ScoreCounts(without=Share(part=1, whole=1))
    return ScoreCounts(
        grid=score_grid([(gold.score, suggestion.score)]),
        covered=Share(part=int(suggestion.low <= gold.score <= suggestion.high), whole=1),
        width=Share(part=suggestion.high - suggestion.low + 1, whole=1),
        without=Share(part=0, whole=1),
        turns=_turns(gold, suggestion) if gold.evidence_turns else ClassCounts(),
    )


def _turns(gold: GoldScore, suggestion: Suggestion) -> ClassCounts:
    named, shown = set(gold.evidence_turns), {evidence.turn for evidence in suggestion.evidence}
    return ClassCounts(right=len(named & shown), wrong=len(shown - named), missed=len(named - shown))
