"""One review, open in one request: its rows unsealed once, and how it stands after them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row

from service.database.words import DecisionKind
from service.keybroker.ports import Opened
from service.reviews import store
from service.reviews.deciding import Draft, Ground
from service.reviews.folding import Kept, Start, folded, shown, to_redo, to_undo
from service.reviews.records import ReviewState, Standing
from service.reviews.store import Stored
from service.reviews.suggested import Machine

_FIELD = "decision.body"


class OpenReview:
    """A review in one request, for one thread. ``machine`` is nothing while a blind review is not revealed."""

    def __init__(self, stored: Stored, opened: Opened, machine: Machine, *, mine: bool, newest: str | None) -> None:
        self.stored = stored
        self.machine = machine
        self.rows: list[Kept] = []
        self._opened = opened
        self._mine = mine
        self._newer = newest is not None and newest != stored.scoring_key

    @property
    def permission_epoch(self) -> int:
        """The session's permission epoch when this was opened."""
        return self._opened.permission_epoch

    @property
    def number(self) -> int:
        """The number of the last row that was read."""
        return self.rows[-1].number if self.rows else 0

    def read(self, found: Iterable[Row[*tuple[Any, ...]]]) -> None:
        """Unseal rows that come after those that were read. One whose content retention took out says nothing more."""
        self.rows += [_unsealed(self._opened, row) for row in found if row.body is not None]

    def add(self, rows: Connection, draft: Draft, act_id: str, now: int) -> None:
        """Keep a row, in the caller's transaction."""
        sealed = self._opened.seal(_FIELD, json.dumps(dict(draft.body), ensure_ascii=False).encode())
        number = store.append(rows, self.stored, draft, sealed=sealed, act_id=act_id, now=now)
        self.rows.append(
            Kept(
                number=number,
                kind=draft.kind,
                about=draft.about,
                act_id=act_id,
                body=draft.body,
                undoes=draft.undoes,
            )
        )

    def ground(self, utterances: frozenset[str]) -> Ground:
        """What acts may be about, with these utterances besides those that the machine coded."""
        start = self.machine.start
        return Ground(
            elements=frozenset(one.element for one in start.scores),
            flags=frozenset(flag.about for flag in start.flags),
            evidence=_evidence(start),
            utterances=self.machine.utterances | utterances,
            blind=self.stored.revealed_ms is None,
        )

    def all_settled(self) -> bool:
        """Whether every element has a score or a word for why it has none."""
        return all(one.state is Standing.CONFIRMED for one in folded(self.machine.start, self.rows).scores)

    def state(self) -> ReviewState:
        """How the review stands after the rows that were read."""
        stood, stored = folded(self.machine.start, self.rows), self.stored
        return ReviewState(
            id=stored.id,
            session_id=stored.session_id,
            kind=stored.kind,
            state=stored.state,
            begun_ms=stored.begun_ms,
            revealed_ms=stored.revealed_ms,
            finished_ms=stored.finished_ms,
            mine=self._mine,
            number=stood.number,
            flags=stood.flags,
            scores=stood.scores,
            notes=stood.notes,
            undoable=shown(to_undo(self.rows)),
            redoable=shown(to_redo(self.rows)),
            newer=self._newer,
        )


def _unsealed(opened: Opened, row: Row[*tuple[Any, ...]]) -> Kept:
    body: Mapping[str, object] = json.loads(opened.unseal(_FIELD, row.body))
    return Kept(
        number=row.number,
        kind=DecisionKind(row.kind),
        about=row.about,
        act_id=row.act_id,
        body=body,
        undoes=row.undoes,
    )


def _evidence(start: Start) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {one.element: set() for one in start.scores}
    for flag in start.flags:
        found.setdefault(flag.element, set()).add(flag.utterance)
    for one in start.scores:
        if one.suggested:
            found[one.element] |= {each.partition(":")[0] for each in one.suggested.evidence}
    return {element: frozenset(utterances) for element, utterances in found.items()}
