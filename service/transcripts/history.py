"""What of the corrections is in force, and what undo and redo come to next. Nothing is ever removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from service.transcripts.amendments import Amendment, Change


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Amendments in their order. Numbers only grow, so whatever takes one back comes after it."""

    amendments: tuple[Amendment, ...]

    @property
    def number(self) -> int:
        """Of the last one, 0 before the first."""
        return self.amendments[-1].number if self.amendments else 0

    def in_force(self) -> tuple[Amendment, ...]:
        """The corrections that nothing takes back which is in force itself."""
        void = self._void()
        return tuple(one for one in self.amendments if one.change is not None and one.number not in void)

    def changes(self) -> tuple[Change, ...]:
        """What is in force, without its numbers."""
        return tuple(one.change for one in self.in_force() if one.change is not None)

    def stands(self, number: int) -> bool:
        """Whether there is an amendment of this number that can be taken back now."""
        return number not in self._void() and any(one.number == number for one in self.amendments)

    def to_undo(self) -> tuple[int, ...]:
        """The numbers that undo takes back next: what was done in one go, newest first; nothing where nothing is left.

        What was undone and done again comes in the order in which it was first done.
        """
        left = self.in_force()
        return tuple(one.number for one in reversed(left) if one.group == left[-1].group)

    def to_redo(self) -> tuple[int, ...]:
        """The numbers that redo takes back next, undos themselves; nothing once something new was done after them."""
        waiting: list[tuple[int, ...]] = []
        corrections = {one.number for one in self.amendments if one.change is not None}
        for together in _groups(self.amendments):
            if together[0].undoes is None:
                waiting = []
            elif together[0].undoes in corrections:
                waiting.append(tuple(one.number for one in reversed(together)))
            elif waiting:
                waiting.pop()
        return waiting[-1] if waiting else ()

    def _void(self) -> set[int]:
        void: set[int] = set()
        for one in reversed(self.amendments):
            if one.undoes is not None and one.number not in void:
                void.add(one.undoes)
        return void


def _groups(amendments: Sequence[Amendment]) -> list[list[Amendment]]:
    """What was done in one go, together."""
    return [list(together) for _, together in groupby(amendments, key=lambda one: one.group)]
