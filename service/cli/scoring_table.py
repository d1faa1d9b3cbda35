"""A scoring for reading on a terminal or in a pipe: for each element a suggestion, its doubt and its evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from models.records.coding import Line
from models.records.rubric import Element, Rubric
from models.records.scoring import SCORES, Evidence, Measure, Scoring, Suggestion
from pipelines.outputs.scoring_wording import (
    SUGGESTION_NOTICE,
    evidence_phrase,
    interval_phrase,
    measure_phrase,
    measure_title,
    missing_phrase,
    reason_phrase,
    rubric_notice,
    rubric_phrase,
    score_phrase,
)
from pipelines.outputs.wording import clock, one_line
from pipelines.scoring import Scored

MOST_EVIDENCE = 3
_WIDEST = 120
"""Longer rows are hard to follow, however wide the terminal."""

_LONGEST_QUOTE = 170
_SIGNS = {False: ("·", "─", "●", "…"), True: (".", "-", "o", "...")}
"""Outside, inside, the score, and words left out; the second where the terminal knows ASCII alone."""


def print_scoring(scored: Scored, console: Console) -> None:
    """Print the sheet: elements under their factors, measures, notes, and what all of it is worth."""
    width = min(console.width, _WIDEST)
    for part in _sheet(scored, ascii_only=console.options.ascii_only):
        console.print(part, width=width)


def _sheet(scored: Scored, *, ascii_only: bool) -> Iterator[RenderableType]:
    lines = {line.id: line for line in scored.conversation.lines}
    yield Text(f"Suggested scores: {rubric_phrase(scored.rubric)}", style="bold")
    yield ""
    shared = _shared_reason(scored.scoring)
    if shared:
        yield Text(f"No suggestion for any element: {shared}", overflow="fold")
        yield ""
    else:
        yield from _elements(scored, lines, ascii_only)
    yield from _measures(scored.scoring.measures)
    yield from _notes(scored.scoring, lines)
    yield Text(SUGGESTION_NOTICE, style="bold", overflow="fold")
    yield Text(rubric_notice(scored.rubric), style="bold", overflow="fold")


def _shared_reason(scoring: Scoring) -> str:
    """The one reason why no element has a score; empty where there are several, or a score."""
    reasons = {one.because for one in scoring.suggestions if one.score is None}
    alone = len(reasons) == 1 and all(one.score is None for one in scoring.suggestions)
    return one_line(reasons.pop()) if alone else ""


def _elements(scored: Scored, lines: Mapping[str, Line], ascii_only: bool) -> Iterator[RenderableType]:
    suggestions = {one.element: one for one in scored.scoring.suggestions}
    for factor in scored.rubric.factors:
        yield Text(one_line(factor.name).upper(), style="bold", overflow="fold")
        yield ""
        for element in (scored.rubric.element(name) for name in factor.elements):
            yield from _element(suggestions[element.id], element, scored.rubric, lines, ascii_only)
            yield ""


def _element(
    one: Suggestion, element: Element, rubric: Rubric, lines: Mapping[str, Line], ascii_only: bool
) -> Iterator[RenderableType]:
    reason = reason_phrase(one)
    said = f"{one_line(element.name)}: {score_phrase(one, rubric)}{', ' if reason else ''}{reason}"
    yield Text(said, style="bold", overflow="fold")
    if one.score is not None:
        yield _indented(f"1 {bar(one, ascii_only=ascii_only)} 5   {interval_phrase(one)}")
    if one.listen_first:
        yield _indented("Listen to the recording before you confirm it.")
    if one.because:
        yield _indented(one_line(one.because))
    if one.evidence:
        yield _evidence(one.evidence[:MOST_EVIDENCE], rubric, lines, _SIGNS[ascii_only][3])
    for change in one.would_change:
        yield _indented(one_line(change))


def bar(suggestion: Suggestion, *, ascii_only: bool = False) -> str:
    """The interval on the scale from 1 to 5, with the suggestion in it: nine signs, such as ``· ──●── ·``."""
    outside, inside, score = _SIGNS[ascii_only][:3]
    low, high = suggestion.low or 0, suggestion.high or 0
    signs = [score if n == suggestion.score else inside if low <= n <= high else outside for n in SCORES]
    joins = [inside if low <= n < high else " " for n in SCORES]
    return "".join(sign + join for sign, join in zip(signs, joins, strict=True)).rstrip()


def _indented(text: str) -> Padding:
    return Padding(Text(text, overflow="fold"), (0, 0, 0, 2))


def _evidence(pieces: tuple[Evidence, ...], rubric: Rubric, lines: Mapping[str, Line], left_out: str) -> Padding:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for piece in pieces:
        line = lines[piece.utterance]
        quote = _shortened(one_line(piece.quote or line.text), left_out)
        grid.add_row(_when(line), Text(evidence_phrase(piece, rubric)))
        grid.add_row("", Text(f'"{quote}"', style="dim"))
    return Padding(grid, (0, 0, 0, 2))


def _shortened(text: str, left_out: str) -> str:
    """The beginning of a long text, up to the end of a word if there is one."""
    if len(text) <= _LONGEST_QUOTE:
        return text
    cut = text[:_LONGEST_QUOTE]
    return f"{cut.rpartition(' ')[0] or cut} {left_out}"


def _when(line: Line) -> str:
    """When an utterance begins, or its turn where the transcript has no times."""
    return f"turn {line.turn}" if line.span is None else clock(line.span.start_ms)


def _measures(measures: tuple[Measure, ...]) -> Iterator[RenderableType]:
    found = [one for one in measures if one.value is not None]
    if found:
        yield Text("MEASURES", style="bold")
        yield ""
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(overflow="fold")
        grid.add_column(overflow="fold")
        for one in found:
            grid.add_row(Text(measure_title(one.name)), Text(measure_phrase(one)))
        yield grid
        yield Text("Likely, and in brackets: 80% intervals. Counts are of stretches of speech (docs/measures.md).")
        yield ""
    yield from _not_available(measures)


def _not_available(measures: tuple[Measure, ...]) -> Iterator[RenderableType]:
    """A line for each reason, with the measures that have none for it."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for one in measures:
        if one.value is None:
            by_reason[missing_phrase(one)].append(measure_title(one.name))
    for reason, titles in by_reason.items():
        whole = len(titles) == len(measures)
        yield Text(f"Not available: {'every measure' if whole else '; '.join(titles)}. {reason}", overflow="fold")
    if by_reason:
        yield ""


def _notes(scoring: Scoring, lines: Mapping[str, Line]) -> Iterator[RenderableType]:
    notes = [one_line(note) for note in scoring.notes]
    if scoring.addressed:
        places = ", ".join(_when(lines[name]) for name in scoring.addressed if name in lines)
        notes.append(
            f"Words that speak to the machine and not to a person in the room moved no score. Look at: {places}."
        )
    if scoring.quotes_dropped:
        count = scoring.quotes_dropped
        notes.append(f"Quotes that were not in the transcript, and were dropped: {count}.")
    for note in notes:
        yield Text(f"Note. {note}", overflow="fold")
    if notes:
        yield ""
