"""Whether the machine's clock can be believed before anything is deleted by it."""

from __future__ import annotations

import time
from collections.abc import Callable

from service.audit.records import Action
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions.access import administering
from service.retention import store

JUMP_MS = 3_600_000
"""A clock that is further off than this, either way, is not believed."""
MARK = "retention.high-water-ms"


def monotonic_ms() -> int:
    """Milliseconds of a clock that nobody sets and that goes on while the machine sleeps; from an unknown beginning."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


class ClockWatch:
    """Compares the clock with a stored mark and with what passed since. One for each process; look every few minutes.

    What the clock should show goes on while it shows something else, so a clock that is put right is believed again.
    After this program was off for more than an hour nobody knows what passed: an administrator confirms the time.
    """

    def __init__(self, parts: Parts, monotonic: Callable[[], int] = monotonic_ms) -> None:
        self._parts = parts
        self._monotonic = monotonic
        self._looked: int | None = None
        self._marked: str | None = None

    def look(self) -> bool:
        """Whether the clock can be believed now; remembers what it should show."""
        passed, self._looked = self._passed(), self._monotonic()
        with self._parts.database.writing() as rows:
            now = self._parts.clock()
            mark = store.read_setting(rows, MARK)
            expected = now if mark is None else self._expected(mark, passed, now)
            believed = abs(now - expected) <= JUMP_MS
            self._marked = str(max(now, expected) if believed else expected)
            store.write_setting(rows, MARK, self._marked)
        return believed

    def confirm(self, actor: Actor) -> None:
        """An administrator says that the clock is right. Raises RefusedError."""
        with administering(self._parts, actor, Action.ADMINISTRATION) as rows:
            self._marked = str(self._parts.clock())
            store.write_setting(rows, MARK, self._marked)
        self._looked = self._monotonic()

    def _expected(self, mark: str, passed: int, now: int) -> int:
        """A mark of another process is of some moment since this one looked: nobody knows of which."""
        if mark == self._marked:
            return int(mark) + passed
        return min(max(now, int(mark)), int(mark) + passed)

    def _passed(self) -> int:
        return 0 if self._looked is None else self._monotonic() - self._looked
