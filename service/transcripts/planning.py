"""What a batch of acts adds to the corrections there are: checked in order, each against what the last one left."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.database.words import AmendmentKind
from service.transcripts.amendments import LONGEST_TEXT, Act, Amendment, Change
from service.transcripts.errors import (
    ActUsedError,
    LongTextError,
    NothingToUndoError,
    SplitPlaceError,
    TooManyChangesError,
)
from service.transcripts.history import History
from service.transcripts.records import Standing
from service.transcripts.standing import Draft

MOST_AMENDMENTS = 10_000
"""Of one session; what was undone counts too."""
NEW_VOICE = "new"
"""Stands for a voice that is not in the transcript yet; it gets a label of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An amendment to be stored."""

    act_id: str
    kind: AmendmentKind
    change: Change | None
    undoes: int | None


def act_of(act_id: str, place: int) -> str:
    """The id of one of several acts that were sent in one go under one id; the first keeps it."""
    return act_id if place == 0 else hashlib.sha256(f"{act_id}-{place}".encode()).hexdigest()[:32]


def planned(
    machine: Standing, known: Sequence[Amendment], acts: Sequence[Act], done: dict[str, Amendment]
) -> tuple[Planned, ...]:
    """What to store. Acts that are in ``done`` by their ids are left out, and so is what would change nothing.

    Raises a TranscriptChangeError, LongTextError, NothingToUndoError, ActUsedError, TooManyChangesError.
    """
    draft, history = _draft(machine, known), History(amendments=tuple(known))
    kinds = {one.number: one.change.kind for one in known if one.change is not None}
    found: list[Planned] = []
    for act in acts:
        if act.act_id in done:
            _refuse_other(act, done[act.act_id])
            continue
        if act.undoes is not None:
            found.append(_undo(act, history, kinds))
            continue
        assert act.change is not None
        change = _whole(act.change, draft, known, found)
        if not draft.says_already(change):
            draft.apply(change)
            found.append(Planned(act_id=act.act_id, kind=change.kind, change=change, undoes=None))
    if found and len(known) + len(found) > MOST_AMENDMENTS:
        raise TooManyChangesError
    return tuple(found)


def undo_acts(known: Sequence[Amendment], act_id: str) -> tuple[Act, ...]:
    """Take back what was done last. Raises NothingToUndoError."""
    return _taking_back(History(amendments=tuple(known)).to_undo(), act_id)


def redo_acts(known: Sequence[Amendment], act_id: str) -> tuple[Act, ...]:
    """Do again what was undone last. Raises NothingToUndoError."""
    return _taking_back(History(amendments=tuple(known)).to_redo(), act_id)


def _taking_back(numbers: Sequence[int], act_id: str) -> tuple[Act, ...]:
    if not numbers:
        raise NothingToUndoError
    return tuple(Act(act_id=act_of(act_id, place), undoes=number) for place, number in enumerate(numbers))


def _draft(machine: Standing, known: Sequence[Amendment]) -> Draft:
    draft = Draft(machine)
    for change in History(amendments=tuple(known)).changes():
        draft.try_to(change)
    return draft


def _undo(act: Act, history: History, kinds: dict[int, AmendmentKind]) -> Planned:
    assert act.undoes is not None
    if not history.stands(act.undoes):
        raise NothingToUndoError
    root = act.undoes
    by_number = {one.number: one for one in history.amendments}
    while (undone := by_number[root].undoes) is not None:
        root = undone
    return Planned(act_id=act.act_id, kind=kinds[root], change=None, undoes=act.undoes)


def _whole(change: Change, draft: Draft, known: Sequence[Amendment], found: Sequence[Planned]) -> Change:
    """A correction with what only the transcript knows: the new part's id, the utterance after it, a new label."""
    if change.kind is AmendmentKind.WORDS:
        return replace(change, text=tidied(change.text or ""))
    if change.kind is AmendmentKind.SPLIT:
        if change.at is None:
            raise SplitPlaceError
        return replace(change, other=_new_id(change.about, known, found))
    if change.kind is AmendmentKind.MERGE:
        return replace(change, other=draft.after(change.about))
    if change.kind is AmendmentKind.VOICE and change.speaker == NEW_VOICE:
        return replace(change, speaker=draft.new_voice)
    return change


def tidied(text: str) -> str:
    """One line of text without control characters. Raises LongTextError."""
    plain = "".join(" " if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") else one for one in text)
    tidy = unicodedata.normalize("NFC", " ".join(plain.split()))
    if len(tidy) > LONGEST_TEXT:
        raise LongTextError
    return tidy


def _new_id(about: str, known: Sequence[Amendment], found: Sequence[Planned]) -> str:
    """A part's id that was never used, also by a split that was undone: u12.1, u12.2 ..."""
    root = about.partition(".")[0]
    changes = [one.change for one in known] + [one.change for one in found]
    used = [
        int(change.other.rpartition(".")[2])
        for change in changes
        if change is not None and change.kind is AmendmentKind.SPLIT and change.other is not None
        if change.other.rpartition(".")[0] == root
    ]
    return f"{root}.{max(used, default=0) + 1}"


def _refuse_other(act: Act, before: Amendment) -> None:
    """The same act again is fine; another one under its id is not."""
    if act.undoes != before.undoes:
        raise ActUsedError
    if act.change is None or before.change is None:
        return
    ours, theirs = act.change, before.change
    if ours.kind is AmendmentKind.WORDS:
        ours = replace(ours, text=tidied(ours.text or ""))
    if ours.speaker == NEW_VOICE:
        ours = replace(ours, speaker=theirs.speaker)
    if replace(ours, other=None) != replace(theirs, other=None):
        raise ActUsedError
