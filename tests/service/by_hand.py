"""A worker's loop one pass at a time: what is due is done at once, and errors are what they are to a real worker."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import delete, select, update

from models.errors import PracticeError
from pipelines.execution.engine import InProcessEngine, StageWork
from service.database.tables import artefact, job, worker
from service.database.words import JobState
from service.jobs.beats import Heartbeat
from service.jobs.dispatch import Dispatcher
from service.jobs.records import BACKOFF_MS, Queue
from service.jobs.runner import JobRunner
from service.jobs.scratch import Scratch
from tests.service.acts import SOUND, agreed
from tests.service.council import Council
from tests.service.jobs.made import engines

STAGES = "decode detect diarize transcribe attribute classify score"
DOCUMENTS = "coding listening peaks scoring session"
ALL = sorted(f"{STAGES} {DOCUMENTS}".split())


class AtOnce(InProcessEngine):
    """Does what is submitted before it returns, and knows nothing afterwards."""

    def __init__(self, work: StageWork) -> None:
        super().__init__(work, tuple(Queue))
        self.failures: list[str] = []

    def submit(self, job_id: str, queue: str, stages: Sequence[str]) -> None:
        try:
            for stage in stages:
                if not self._work(job_id, stage):
                    return
        except Exception as failed:  # as the engine does, which keeps an error and goes on with other jobs
            self.failures.append(type(failed).__name__)


@dataclass
class Hands:
    """One worker on a council's jobs."""

    council: Council
    runner: JobRunner
    engine: AtOnce = field(init=False)
    dispatcher: Dispatcher = field(init=False)
    beat: Heartbeat = field(init=False)

    def __post_init__(self) -> None:
        self.engine = AtOnce(self.runner.run)
        parts, queues = self.council.parts, tuple(Queue)
        self.dispatcher = Dispatcher(parts, self.engine, lost_after_ms=60_000_000, most_each=9, settled_ms=0)
        self.beat = Heartbeat(parts, worker_id="hands", version="1", queues=queues, every_s=60, silent_s=60)

    def one_pass(self) -> str:
        """What the loop does; the class of the error that it went on after, if there was one."""
        try:
            self.dispatcher.reconcile()
            self.dispatcher.dispatch()
        except PracticeError as failed:
            return type(failed).__name__
        return ""

    def later(self) -> None:
        """When a stage that failed may be tried again."""
        self.council.clock.pass_ms(max(BACKOFF_MS) + 1)

    def queued(self) -> str:
        """The job of a new session with a recording."""
        session_id = agreed(self.council)
        self.council.upload(session_id, SOUND)
        with self.council.parts.database.reading() as rows:
            return str(rows.execute(select(job.c.id).where(job.c.session_id == session_id)).scalar_one())

    def state(self, job_id: str) -> str:
        with self.council.parts.database.reading() as rows:
            return str(rows.execute(select(job.c.state).where(job.c.id == job_id)).scalar_one())

    def is_done_once(self, job_id: str) -> bool:
        """Whether the job is done, with one result of each stage."""
        with self.council.parts.database.reading() as rows:
            its = select(artefact.c.stage).join(job, job.c.session_id == artefact.c.session_id)
            made = sorted(rows.execute(its.where(job.c.id == job_id)).scalars())
        return (self.state(job_id), made) == (JobState.DONE, ALL)


@contextmanager
def hands(council: Council) -> Iterator[Hands]:
    """A worker that has said that it lives; nothing of it is left afterwards."""
    built = engines()
    with Scratch(council.folder / "scratch") as scratch:
        runner = JobRunner(
            council.parts, lambda: built, worker_id="hands", scratch=scratch, stopping=threading.Event(),
            tell_every_s=0.0,
        )  # fmt: skip
        made = Hands(council, runner)
        made.beat.beat()
        with council.parts.database.writing() as rows:  # what other tests left to be done
            left = job.c.state.in_((JobState.QUEUED, JobState.RUNNING))
            rows.execute(update(job).where(left).values(state=JobState.CANCELLED))
        yield made
        with council.parts.database.writing() as rows:
            rows.execute(delete(worker).where(worker.c.id == "hands"))
