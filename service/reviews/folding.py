"""Acts in the order of their rows become how a review stands. Pure: the same rows always give the same state.

A row that ``undoes`` another takes it back; one that undoes such a row restores what that took back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from service.database.words import DecisionKind
from service.reviews.records import (
    UNDO_SHOWN,
    ElementState,
    FlagState,
    Given,
    NoneGiven,
    NoteState,
    Standing,
    Verdict,
)

REVEALED = "review:revealed"
FINISHED = "review:finished"
REOPENED = "review:reopened"
"""What a row is about that says what became of the review as a whole. No element has a colon in its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A row of a review, unsealed. ``undoes``: the number of the row that it takes back."""

    number: int
    kind: DecisionKind
    about: str
    act_id: str
    body: Mapping[str, object] = field(default_factory=dict)
    undoes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What there is before the first act: flags and elements, with what the machine says of them where it is shown."""

    flags: tuple[FlagState, ...] = ()
    scores: tuple[ElementState, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """How everything stands after some rows."""

    flags: tuple[FlagState, ...]
    scores: tuple[ElementState, ...]
    notes: tuple[NoteState, ...]
    number: int


def standing(rows: Sequence[Kept]) -> list[Kept]:
    """The acts that nobody took back, in their order; no row that takes something back is among them."""
    taken = _taken_back(rows)
    return [row for row in rows if row.undoes is None and row.number not in taken]


def to_undo(rows: Sequence[Kept]) -> list[Kept]:
    """The acts that can be undone, the next one last. Having opened evidence cannot: it happened."""
    return [row for row in standing(rows) if _counts(row)]


def to_redo(rows: Sequence[Kept]) -> list[Kept]:
    """The rows that took something back and can themselves be taken back, the next one last.

    Whatever is done anew leaves nothing to redo.
    """
    taken = _taken_back(rows)
    newest = max((row.number for row in rows if _counts(row)), default=0)
    acts = {row.number for row in rows if row.undoes is None}
    return [row for row in rows if row.undoes in acts and row.number > newest and row.number not in taken]


def shown(stack: Sequence[Kept]) -> int:
    """How many of these are told."""
    return min(UNDO_SHOWN, len(stack))


def folded(start: Start, rows: Sequence[Kept]) -> Stood:
    """How everything stands after these rows."""
    acts = standing(rows)
    return Stood(
        flags=_flags(start.flags, [row for row in acts if row.kind is DecisionKind.FLAG]),
        scores=_scores(start.scores, acts, _before(rows)),
        notes=_notes(row for row in acts if row.kind is DecisionKind.NOTE),
        number=rows[-1].number if rows else 0,
    )


def opened_elements(rows: Iterable[Kept]) -> frozenset[str]:
    """The elements of which some evidence was opened."""
    return frozenset(row.about for row in rows if row.kind is DecisionKind.OPENED)


def added_flags(acts: Iterable[Kept]) -> frozenset[str]:
    """The flags that the coach found, among acts that stand."""
    return frozenset(row.about for row in acts if row.body.get("verdict") == Verdict.ADD)


def given_by(rows: Sequence[Kept]) -> dict[str, Given]:
    """What stands for each element that something was said of."""
    return {
        row.about: Given(
            score=cast("int | None", row.body.get("score")),
            none=NoneGiven(str(row.body["none"])) if row.body.get("none") else None,
            reason=str(row.body.get("reason", "")),
        )
        for row in standing(rows)
        if row.kind is DecisionKind.SCORE
    }


def flag_of(about: str) -> FlagState:
    """A flag by its id, without anything said of it."""
    utterance, _, rest = about.rpartition(":")
    return FlagState(about=about, utterance=utterance, element=rest[:-1], direction=rest[-1:])


def _counts(row: Kept) -> bool:
    """Whether it is an act of the coach's own that can be undone."""
    return row.undoes is None and row.kind is not DecisionKind.OPENED


def _taken_back(rows: Sequence[Kept]) -> set[int]:
    """The numbers of rows that do not count: a later row that counts takes each of them back."""
    taken: set[int] = set()
    for row in reversed(rows):
        if row.undoes is not None and row.number not in taken:
            taken.add(row.undoes)
    return taken


def _before(rows: Sequence[Kept]) -> dict[str, Given]:
    """What stood when the suggestions were revealed; nothing where they never were."""
    ends = [place for place, row in enumerate(rows) if row.about == REVEALED]
    return given_by(rows[: ends[0]]) if ends else {}


def _flags(start: Sequence[FlagState], acts: Sequence[Kept]) -> tuple[FlagState, ...]:
    known = {flag.about: flag for flag in start}
    for about in dict.fromkeys(row.about for row in acts if row.body.get("verdict") == Verdict.ADD):
        known.setdefault(about, flag_of(about))
    for about, row in {row.about: row for row in acts}.items():
        if about in known:
            to = row.body.get("to")
            known[about] = replace(
                known[about],
                verdict=Verdict(str(row.body["verdict"])),
                to=None if to is None else str(to),
                note=str(row.body.get("note", "")),
            )
    return tuple(known.values())


def _scores(
    start: Sequence[ElementState], acts: Sequence[Kept], before: Mapping[str, Given]
) -> tuple[ElementState, ...]:
    opened, given = opened_elements(acts), given_by(acts)
    return tuple(_element(one, given.get(one.element), before, one.element in opened) for one in start)


def _element(start: ElementState, given: Given | None, before: Mapping[str, Given], opened: bool) -> ElementState:
    found = replace(start, opened=opened, before=before.get(start.element))
    if given is None:
        return found
    state = Standing.CONFIRMED if given.settled else Standing.OPEN
    return replace(found, score=given.score, none=given.none, reason=given.reason, state=state)


def _notes(acts: Iterable[Kept]) -> tuple[NoteState, ...]:
    return tuple(NoteState(number=row.number, utterance=row.about or None, text=str(row.body["text"])) for row in acts)
