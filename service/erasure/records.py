"""An erasure as it is stored, and what it still has to remember."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from service.database.words import ErasureState, ErasureTrigger

ORDER: tuple[ErasureState, ...] = tuple(ErasureState)
"""The states in their order; each is stored before its action."""


def after(state: ErasureState) -> ErasureState:
    """The next state; the last one stays."""
    return ORDER[min(ORDER.index(state) + 1, len(ORDER) - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """``began_ms``: when each state was stored last, in ms since 1970; ``blobs``: ids that have to be gone."""

    began_ms: dict[str, int] = field(default_factory=dict)
    blobs: tuple[str, ...] = ()

    def at(self, state: ErasureState, now: int) -> Note:
        """The note once this state began."""
        return replace(self, began_ms={**self.began_ms, state.value: now})

    def with_blobs(self, blobs: Iterable[str]) -> Note:
        """The note with these blobs too."""
        return replace(self, blobs=tuple(sorted({*self.blobs, *blobs})))

    def packed(self) -> bytes:
        """As JSON."""
        return json.dumps({"began_ms": self.began_ms, "blobs": self.blobs}).encode("ascii")

    @classmethod
    def parse(cls, data: bytes | None) -> Note:
        """What `packed` made; an empty note for None."""
        if data is None:
            return cls()
        read = json.loads(data)
        return cls(began_ms=dict(read["began_ms"]), blobs=tuple(read["blobs"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One session's erasure. Times are ms since 1970 in UTC; ``scans``: how often it was verified."""

    id: str
    session_id: str
    state: ErasureState
    cause: ErasureTrigger
    requested_by: str
    request_id: str
    requested_ms: int
    changed_ms: int
    scans: int
    note: Note
    certificate: bytes | None
