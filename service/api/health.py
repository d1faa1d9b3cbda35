"""Whether this process lives, and whether it is ready: what a load balancer and whoever runs the service ask."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, insert, select

from service.api.errors import ReadOnlyDatabaseError, SilentWorkerError
from service.blobs.errors import NoSuchBlobError
from service.database.errors import DatabaseUnavailableError
from service.database.tables import setting, worker
from service.ids import new_id
from service.parts import Parts

SILENT_MS = 60_000
"""Six beats of a worker."""
_PROBE = "readiness-probe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One part and how to look at it; ``look`` raises PracticeError where it is not as it should be.

    A part that is not ``required`` is told of, but requests are served without it.
    """

    name: str
    look: Callable[[], None]
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the checks found: for each part "ok" or the class of what is wrong, never its own words."""

    ready: bool
    parts: dict[str, str]


@dataclass(slots=True)
class Readiness:
    """Runs the checks, at most once in ``kept_s`` seconds however often it is asked."""

    checks: Sequence[Check]
    kept_s: float = 2.0
    _state: State | None = None
    _until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def state(self) -> State:
        """How it stands; raises nothing."""
        with self._lock:
            if self._state is None or time.monotonic() >= self._until:
                self._state = self._look()
                self._until = time.monotonic() + self.kept_s
            return self._state

    def _look(self) -> State:
        found = {check.name: _found(check) for check in self.checks}
        ready = all(found[check.name] == "ok" for check in self.checks if check.required)
        return State(ready=ready, parts=found)


def usual_checks(parts: Parts) -> tuple[Check, ...]:
    """What the ports let one look at: the database, the store of blobs, and when a worker was last heard of."""
    return (
        Check(name="database", look=lambda: _writable(parts)),
        Check(name="blobs", look=lambda: _store_there(parts)),
        Check(name="worker", look=lambda: _heard_of(parts), required=False),
    )


def worker_silence_ms(parts: Parts) -> int | None:
    """Milliseconds since any worker was last heard of, None where there never was one."""
    with parts.database.reading() as rows:
        seen: int | None = rows.execute(select(func.max(worker.c.seen_ms))).scalar_one()
    return None if seen is None else max(0, parts.clock() - seen)


def _found(check: Check) -> str:
    try:
        check.look()
    except Exception as error:
        return type(error).__name__
    return "ok"


class _UndoneError(Exception):
    """Ends the probe's transaction without keeping anything of it."""


def _writable(parts: Parts) -> None:
    """Writes a row and takes it back. Raises ReadOnlyDatabaseError, DatabaseUnavailableError."""
    try:
        with parts.database.writing() as rows:
            rows.execute(insert(setting).values(name=f"{_PROBE}-{new_id()}", value=""))
            raise _UndoneError
    except _UndoneError:
        return
    except DatabaseUnavailableError:
        with parts.database.reading() as rows:
            rows.execute(select(setting.c.name).limit(1))
        raise ReadOnlyDatabaseError from None


def _store_there(parts: Parts) -> None:
    """Asks for a blob that nobody has: a store that is there says so. Raises StoreUnavailableError."""
    try:
        parts.blobs.size(new_id())
    except NoSuchBlobError:
        return


def _heard_of(parts: Parts) -> None:
    silence = worker_silence_ms(parts)
    if silence is None or silence > SILENT_MS:
        raise SilentWorkerError
