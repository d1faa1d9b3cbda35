"""The durable engine on DBOS, with SQLite or PostgreSQL underneath. The only module that imports it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID
from sqlalchemy.engine import make_url

from pipelines.execution.engine import StageWork, Standing, quietly

RECOVERIES = 3
"""So often a job is taken up again after the process that ran it died; then the engine gives it up."""
_WORKFLOW = "session-job"
_STANDINGS = {
    "ENQUEUED": Standing.WAITING,
    "DELAYED": Standing.WAITING,
    "PENDING": Standing.RUNNING,
    "SUCCESS": Standing.ENDED,
    "ERROR": Standing.ENDED,
    "CANCELLED": Standing.CANCELLED,
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": Standing.GIVEN_UP,
}


class DurableEngine:
    """`pipelines.execution.engine.Engine` on a database; the library allows one in each process.

    ``url`` is ``sqlite:///file`` or ``postgresql://...``: a database or a file of its own, never the application's
    file. ``executor_id`` is another one for each process and the same after its restart. Work is only taken up by
    processes of the same ``version``: raise it where the stages of a job change.
    """

    def __init__(
        self,
        work: StageWork,
        queues: Sequence[str],
        *,
        url: str,
        executor_id: str,
        version: str,
        poll_s: float = 0.2,
    ) -> None:
        self._queues = tuple(queues)
        self._poll_s = poll_s
        self._executor_id = executor_id
        self._version = version
        self._inside: list[str] = []
        self._idle_since: dict[str, float] = {}
        _prepare(url)
        config: DBOSConfig = {
            "name": "practice",
            "system_database_url": url.replace("postgresql+psycopg:", "postgresql:", 1),
            "executor_id": executor_id,
            "application_version": version,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "ERROR",
            "console_log_level": "ERROR",
            "enable_otlp": False,
        }
        DBOS(config=config)
        self._workflow = _workflow(quietly(work), self._held)
        DBOS.listen_queues(list(self._queues))

    def start(self) -> None:
        """See `Engine.start`."""
        DBOS.launch()
        for queue in self._queues:
            DBOS.register_queue(queue, worker_concurrency=1, polling_interval_sec=self._poll_s)

    def submit(self, job_id: str, queue: str, stages: Sequence[str]) -> None:
        """See `Engine.submit`."""
        standing = self.standing(job_id)
        if standing.alive:
            return
        if standing is not Standing.UNKNOWN:
            self.forget(job_id)
        with SetWorkflowID(job_id):
            DBOS.enqueue_workflow(queue, self._workflow, job_id, list(stages))

    def standing(self, job_id: str) -> Standing:
        """See `Engine.standing`."""
        found = DBOS.list_workflows(workflow_ids=[job_id], load_input=False, load_output=False)
        return _STANDINGS[found[0].status] if found else Standing.UNKNOWN

    def cancel(self, job_id: str) -> None:
        """See `Engine.cancel`."""
        if self.standing(job_id).alive:
            DBOS.cancel_workflow(job_id, cancel_children=True)

    def forget(self, job_id: str) -> None:
        """See `Engine.forget`."""
        standing = self.standing(job_id)
        if standing.alive:
            DBOS.cancel_workflow(job_id, cancel_children=True)
        if standing is not Standing.UNKNOWN:
            DBOS.delete_workflow(job_id, delete_children=True)

    def ended(self, most: int) -> tuple[str, ...]:
        """See `Engine.ended`."""
        over = [word for word, standing in _STANDINGS.items() if not standing.alive]
        found = DBOS.list_workflows(status=over, name=_WORKFLOW, limit=most, load_input=False, load_output=False)
        return tuple(workflow.workflow_id for workflow in found)

    def abandoned(self, executor_id: str) -> tuple[str, ...]:
        """See `Engine.abandoned`."""
        left = DBOS.list_workflows(status="PENDING", executor_id=executor_id, load_input=False, load_output=False)
        return tuple(workflow.workflow_id for workflow in left)

    def resume(self, job_id: str, queue: str) -> None:
        """See `Engine.resume`. Without its queue a job would go to one that every process listens to."""
        found = DBOS.list_workflows(workflow_ids=[job_id], status="PENDING", load_input=False, load_output=False)
        if found:  # the library would revive a cancelled one too
            DBOS.resume_workflow(job_id, queue_name=queue)

    def dropped(self, idle_s: float) -> tuple[str, ...]:
        """See `Engine.dropped`. The library tries once to store how a job ended; else it stays begun for ever."""
        begun = DBOS.list_workflows(
            status="PENDING",
            executor_id=self._executor_id,
            app_version=self._version,
            load_input=False,
            load_output=False,
        )
        idle, now = {workflow.workflow_id for workflow in begun}.difference(self._inside), time.monotonic()
        self._idle_since = {job_id: self._idle_since.get(job_id, now) for job_id in idle}
        return tuple(job_id for job_id, since in self._idle_since.items() if now - since >= idle_s)

    def close(self, wait_s: float = 0.0) -> None:
        """See `Engine.close`."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=int(wait_s))

    @contextmanager
    def _held(self, job_id: str) -> Iterator[None]:
        """While this process works on a job."""
        self._inside.append(job_id)
        try:
            yield
        finally:
            self._inside.remove(job_id)


def _workflow(work: StageWork, held: Callable[[str], AbstractContextManager[None]]):  # type: ignore[no-untyped-def]
    """The one workflow there is, of a kind that the library gives no name. Its code decides only by what its steps
    gave, as a durable engine needs it."""

    @DBOS.step(name="stage", retries_allowed=False)
    def stage(job_id: str, name: str) -> bool:
        return work(job_id, name)

    @DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=RECOVERIES)
    def session_job(job_id: str, stages: list[str]) -> bool:
        with held(job_id):
            return all(stage(job_id, name) for name in stages)

    return session_job


def _prepare(url: str) -> None:
    """A file of SQLite is made with a write-ahead log, for its owner alone; the library would leave it without."""
    parsed = make_url(url)
    if parsed.drivername != "sqlite" or not parsed.database:
        return
    os.close(os.open(parsed.database, os.O_CREAT | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(parsed.database)) as connection:
        connection.execute("PRAGMA journal_mode = wal")
