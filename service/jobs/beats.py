"""Workers say that they live; what one left behind that does so no more is taken up by the others."""

from __future__ import annotations

import logging
import threading
import time

from sqlalchemy import Connection, Integer, cast, delete, exists, extract, func, insert, select, update

from pipelines.execution.engine import Engine
from service.barriers import barrier
from service.database.columns import Long
from service.database.tables import job, worker
from service.database.words import JobState
from service.parts import Parts

_UNIX_EPOCH = 2440587.5
"""1970 as a Julian day."""
_DAY_MS = 86_400_000
_log = logging.getLogger("practice.jobs")


def database_ms(rows: Connection) -> int:
    """The database's own time, so that workers whose clocks differ agree."""
    if rows.dialect.name == "sqlite":
        days = func.julianday("now") - _UNIX_EPOCH
        return int(rows.execute(select(cast(days * _DAY_MS, Integer))).scalar_one())
    return int(rows.execute(select(cast(extract("epoch", func.clock_timestamp()) * 1000, Long))).scalar_one())


class Heartbeat:
    """A thread that says every ``every_s`` seconds that this worker lives, while its main loop calls `pulse`.

    A main loop that hangs for ``silent_s`` is no life: then the thread says nothing, and others take over.
    """

    def __init__(
        self, parts: Parts, *, worker_id: str, version: str, queues: tuple[str, ...], every_s: float, silent_s: float
    ) -> None:
        self._parts = parts
        self._values = {"version": version, "queues": " ".join(queues), "started_ms": parts.clock()}
        self._worker_id = worker_id
        self._every_s = every_s
        self._silent_s = silent_s
        self._pulsed = time.monotonic()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Beat now, and from now on."""
        self.pulse()
        self.beat()
        self._thread.start()

    def pulse(self) -> None:
        """The main loop is alive."""
        self._pulsed = time.monotonic()

    def beat(self) -> None:
        """Say that this worker lives. Raises DatabaseUnavailableError."""
        with self._parts.database.writing() as rows:
            now = database_ms(rows)
            mine = worker.c.id == self._worker_id
            if rows.execute(update(worker).where(mine).values(seen_ms=now, **self._values)).rowcount == 0:
                rows.execute(insert(worker).values(id=self._worker_id, seen_ms=now, **self._values))

    def close(self) -> None:
        """Stop, and say that this worker is gone.

        Where a stage of it did not stop in time its row stays, so that it falls silent and others take the job up.
        """
        self._end.set()
        if self._thread.is_alive():
            self._thread.join(timeout=self._every_s + 10)
        with self._parts.database.writing() as rows:
            left = exists().where(job.c.worker_id == self._worker_id, job.c.state == JobState.RUNNING)
            rows.execute(delete(worker).where(worker.c.id == self._worker_id, ~left))

    def _beat_on(self) -> None:
        while not self._end.wait(self._every_s):
            if time.monotonic() - self._pulsed > self._silent_s:
                _log.error("the main loop hangs, so this worker no longer says that it lives")
                continue
            try:
                self.beat()
            except Exception as refused:  # whatever it was: a worker whose thread ended would be taken for dead
                _log.warning("a heartbeat could not be stored: %s", type(refused).__name__)


def sweep(parts: Parts, engine: Engine, *, worker_id: str, lost_after_ms: int) -> int:
    """Let others go on with the jobs of workers that fell silent; returns how many jobs that were.

    One worker sweeps at a time, because a writing transaction is alone. How often a job may be taken up again is
    counted where it is claimed: each of these is an attempt.
    """
    with parts.database.reading() as rows:
        if not _silent(rows, worker_id, lost_after_ms):
            return 0
    resumed = 0
    with parts.database.writing() as rows:
        for lost in _silent(rows, worker_id, lost_after_ms):
            for job_id in engine.abandoned(lost):
                queue = rows.execute(select(job.c.queue).where(job.c.id == job_id)).scalar_one_or_none()
                if queue is not None:
                    engine.resume(job_id, queue)
                    barrier("job.resumed")
                    resumed += 1
            rows.execute(delete(worker).where(worker.c.id == lost))
            _log.warning("a worker fell silent; its jobs go on elsewhere")
    return resumed


def _silent(rows: Connection, worker_id: str, lost_after_ms: int) -> list[str]:
    over = worker.c.seen_ms <= database_ms(rows) - lost_after_ms
    return list(rows.execute(select(worker.c.id).where(over, worker.c.id != worker_id)).scalars())
