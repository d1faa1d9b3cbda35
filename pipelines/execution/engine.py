"""The port of the durable engine, which runs stages of jobs in order by ids alone; and one in this process."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

StageWork = Callable[[str, str], bool]
"""Given a job's id and a stage's name: does that stage, keeps what it made, and says whether to go on."""

_log = logging.getLogger("practice.jobs")


class Standing(StrEnum):
    """Where the engine stands with a job. ``given-up``: it was taken up too often by processes that then died."""

    UNKNOWN = "unknown"
    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"
    CANCELLED = "cancelled"
    GIVEN_UP = "given-up"

    @property
    def alive(self) -> bool:
        """Whether the engine will still do something by itself."""
        return self in (Standing.WAITING, Standing.RUNNING)


class Engine(Protocol):
    """Runs jobs; after a crash only the interrupted stage is repeated. Only ids, names of stages and yes or no go in.

    A queue runs one job at a time in each process. A stage may run twice, so whoever does it keeps results once.
    """

    def start(self) -> None:
        """Begin to take jobs from the queues, after resuming what this executor left unfinished."""

    def submit(self, job_id: str, queue: str, stages: Sequence[str]) -> None:
        """Put a job into a queue. Nothing happens where it waits or runs already; one that ended begins anew."""

    def standing(self, job_id: str) -> Standing:
        """Where the engine stands with a job."""

    def cancel(self, job_id: str) -> None:
        """Begin no further stage of this job. A stage that is running ends by itself."""

    def forget(self, job_id: str) -> None:
        """Remove every trace of a job. Nothing happens where there is none."""

    def ended(self, most: int) -> tuple[str, ...]:
        """Some jobs that the engine will do nothing more with, so that they can be forgotten."""

    def abandoned(self, executor_id: str) -> tuple[str, ...]:
        """The jobs that another executor had begun and not finished."""

    def dropped(self, idle_s: float) -> tuple[str, ...]:
        """The jobs that this executor had begun and has done nothing for in so many seconds, by what earlier calls saw.

        It could not store how they went, on a full disk for instance. They stay as they are until they are forgotten.
        """

    def resume(self, job_id: str, queue: str) -> None:
        """Let whoever listens to the queue go on with an abandoned job, if it is still as `abandoned` found it."""

    def close(self, wait_s: float = 0.0) -> None:
        """Stop taking jobs, wait so many seconds for running stages, and let go of everything."""


class StageError(Exception):
    """A stage failed. What exactly stands in the job's own row; this error is kept, and so says nothing of it."""


def quietly(work: StageWork) -> StageWork:
    """The same work, whose errors become `StageError`: engines keep errors, and theirs could hold speech."""

    def run(job_id: str, stage: str) -> bool:
        failed = ""
        try:
            return work(job_id, stage)
        except Exception as error:  # whatever it is, only its kind may be kept
            failed = type(error).__name__
        _log.error("job %s: stage %s ended with %s", job_id, stage, failed)
        raise StageError(failed)

    return run


@dataclass(slots=True, kw_only=True)
class _Run:
    queue: str
    stages: tuple[str, ...]
    standing: Standing = Standing.WAITING


class InProcessEngine:
    """Jobs in threads of this process, one for each queue; nothing outlasts it. For tests."""

    def __init__(self, work: StageWork, queues: Sequence[str]) -> None:
        self._work = quietly(work)
        self._waiting: dict[str, deque[str]] = {queue: deque() for queue in queues}
        self._runs: dict[str, _Run] = {}
        self._changed = threading.Condition()
        self._closing = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """See `Engine.start`."""
        for queue in self._waiting:
            self._threads.append(
                threading.Thread(target=self._serve, args=(queue,), name=f"queue-{queue}", daemon=True)
            )
            self._threads[-1].start()

    def submit(self, job_id: str, queue: str, stages: Sequence[str]) -> None:
        """See `Engine.submit`."""
        with self._changed:
            known = self._runs.get(job_id)
            if known is not None and known.standing.alive:
                return
            self._runs[job_id] = _Run(queue=queue, stages=tuple(stages))
            self._waiting.setdefault(queue, deque()).append(job_id)
            self._changed.notify_all()

    def standing(self, job_id: str) -> Standing:
        """See `Engine.standing`."""
        with self._changed:
            return self._runs[job_id].standing if job_id in self._runs else Standing.UNKNOWN

    def cancel(self, job_id: str) -> None:
        """See `Engine.cancel`."""
        with self._changed:
            run = self._runs.get(job_id)
            if run is not None and run.standing.alive:
                run.standing = Standing.CANCELLED

    def forget(self, job_id: str) -> None:
        """See `Engine.forget`."""
        with self._changed:
            run = self._runs.pop(job_id, None)
            if run is not None:
                run.standing = Standing.CANCELLED

    def ended(self, most: int) -> tuple[str, ...]:
        """See `Engine.ended`."""
        with self._changed:
            return tuple(job_id for job_id, run in self._runs.items() if not run.standing.alive)[:most]

    def abandoned(self, executor_id: str) -> tuple[str, ...]:
        """Nothing: there is no other executor."""
        return ()

    def dropped(self, idle_s: float) -> tuple[str, ...]:
        """Nothing: what runs here is stored nowhere."""
        return ()

    def resume(self, job_id: str, queue: str) -> None:
        """Nothing: there is no other executor."""

    def close(self, wait_s: float = 0.0) -> None:
        """See `Engine.close`."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=wait_s)

    def _serve(self, queue: str) -> None:
        while (taken := self._next(queue)) is not None:
            job_id, run = taken
            try:
                for stage in run.stages:
                    if run.standing is not Standing.RUNNING or self._closing or not self._work(job_id, stage):
                        break
            except StageError:
                pass
            with self._changed:
                if run.standing is Standing.RUNNING:
                    run.standing = Standing.ENDED

    def _next(self, queue: str) -> tuple[str, _Run] | None:
        with self._changed:
            while not self._closing:
                while self._waiting[queue]:
                    job_id = self._waiting[queue].popleft()
                    run = self._runs.get(job_id)
                    if run is not None and run.standing is Standing.WAITING:
                        run.standing = Standing.RUNNING
                        return job_id, run
                self._changed.wait()
            return None
