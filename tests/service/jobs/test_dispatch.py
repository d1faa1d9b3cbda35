"""Whose turn it is, how many at once, and that nothing is forgotten between the database and the engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from models.errors import PracticeError
from pipelines.execution.engine import Standing
from service.database.tables import job, worker
from service.jobs.beats import Heartbeat, database_ms, sweep
from service.jobs.dispatch import Dispatcher
from service.jobs.queueing import Queueing
from service.jobs.records import Queue
from service.parts import Parts
from tests.service.jobs.made import TRANSCRIPT, a_job, a_person, a_recording, a_session, fresh, row_of, until
from tests.service.stand_ins import ToldClock

LOST_MS = 60_000


@dataclass
class ToldEngine:
    """Remembers what it was given and stands where it was told."""

    given: list[str] = field(default_factory=list)
    stages: dict[str, tuple[str, ...]] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    left: dict[str, tuple[str, ...]] = field(default_factory=dict)
    idle: list[str] = field(default_factory=list)
    resumed: list[tuple[str, str]] = field(default_factory=list)
    over: tuple[str, ...] = ()
    forgotten: list[str] = field(default_factory=list)

    def start(self) -> None: ...

    def submit(self, job_id: str, queue: str, stages: Sequence[str]) -> None:
        self.given.append(job_id)
        self.stages[job_id] = tuple(stages)
        self.standings[job_id] = Standing.WAITING

    def standing(self, job_id: str) -> Standing:
        return self.standings.get(job_id, Standing.UNKNOWN)

    def cancel(self, job_id: str) -> None: ...

    def forget(self, job_id: str) -> None:
        self.forgotten.append(job_id)
        self.standings.pop(job_id, None)

    def ended(self, most: int) -> tuple[str, ...]:
        return self.over

    def abandoned(self, executor_id: str) -> tuple[str, ...]:
        return self.left.get(executor_id, ())

    def dropped(self, idle_s: float) -> tuple[str, ...]:
        return tuple(self.idle)

    def resume(self, job_id: str, queue: str) -> None:
        self.resumed.append((job_id, queue))

    def close(self, wait_s: float = 0.0) -> None: ...


@pytest.fixture
def engine() -> ToldEngine:
    return ToldEngine()


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = replace(fresh(tmp_path), clock=ToldClock())
    yield made
    made.database.close()


@pytest.fixture
def dispatcher(parts: Parts, engine: ToldEngine) -> Dispatcher:
    return Dispatcher(parts, engine, lost_after_ms=LOST_MS, most_each=2)


def listening(parts: Parts, *names: str, queues: str = "speech light", ago_ms: int = 0) -> None:
    with parts.database.writing() as rows:
        for name in names:
            seen = database_ms(rows) - ago_ms
            rows.execute(insert(worker).values(id=name, version="1", queues=queues, started_ms=0, seen_ms=seen))


def queued(parts: Parts, people: str) -> dict[str, str]:
    """Jobs in this order, each letter a person; by id, whose it is."""
    who = {letter: a_person(parts) for letter in sorted(set(people))}
    seen = {}
    for number, letter in enumerate(people):
        made = a_job(parts, who[letter])
        seen[made] = letter
        with parts.database.writing() as rows:
            rows.execute(update(job).where(job.c.id == made).values(created_ms=number))
    return seen


def finish(parts: Parts, job_id: str) -> None:
    with parts.database.writing() as rows:
        rows.execute(update(job).where(job.c.id == job_id).values(state="done"))


def test_somebody_with_one_job_does_not_wait_for_somebody_with_many(
    parts: Parts, engine: ToldEngine, dispatcher: Dispatcher
) -> None:
    listening(parts, "one")
    whose = queued(parts, "aaaabbc")
    clock = parts.clock
    assert isinstance(clock, ToldClock)
    for _ in whose:
        clock.pass_ms(1)
        dispatcher.dispatch()
        finish(parts, engine.given[-1])
    assert "".join(whose[job_id] for job_id in engine.given) == "abcabaa"


def test_one_person_holds_so_many_workers_at_most(parts: Parts, engine: ToldEngine, dispatcher: Dispatcher) -> None:
    listening(parts, "one", "two", "three", "four")
    queued(parts, "aaaa")
    assert dispatcher.dispatch() == 2
    assert dispatcher.dispatch() == 0


def test_no_more_jobs_run_than_living_workers_listen(parts: Parts, engine: ToldEngine, dispatcher: Dispatcher) -> None:
    queued(parts, "abcd")
    assert dispatcher.dispatch() == 0
    listening(parts, "one")
    listening(parts, "reader", queues="light")
    listening(parts, "dead", ago_ms=LOST_MS + 5_000)
    assert dispatcher.dispatch() == 1
    assert row_of(parts, engine.given[0]).session_state == "processing"


def test_a_transcript_does_not_wait_behind_recordings(parts: Parts, engine: ToldEngine, dispatcher: Dispatcher) -> None:
    listening(parts, "one")
    queued(parts, "ab")
    read = a_job(parts, content=TRANSCRIPT, kind="transcript")
    assert dispatcher.dispatch() == 2
    assert read in engine.given


def test_a_failed_attempt_waits_for_its_time(parts: Parts, engine: ToldEngine, dispatcher: Dispatcher) -> None:
    listening(parts, "one")
    (job_id,) = queued(parts, "a")
    with parts.database.writing() as rows:
        rows.execute(update(job).values(not_before_ms=parts.clock() + 10, stage="transcribe", attempts=1))
    assert dispatcher.dispatch() == 0
    assert isinstance(parts.clock, ToldClock)
    parts.clock.pass_ms(10)
    assert dispatcher.dispatch() == 1
    assert engine.stages[job_id] == ("transcribe", "attribute", "classify", "score", "documents")


@pytest.mark.parametrize("standing", [Standing.UNKNOWN, Standing.ENDED, Standing.GIVEN_UP])
def test_a_job_that_the_engine_lost_is_submitted_again(
    parts: Parts, engine: ToldEngine, dispatcher: Dispatcher, standing: Standing
) -> None:
    listening(parts, "one")
    (job_id,) = queued(parts, "a")
    dispatcher.dispatch()
    engine.standings[job_id] = standing
    dispatcher.reconcile()
    assert engine.given == [job_id], "it was dispatched a moment ago"
    assert isinstance(parts.clock, ToldClock)
    parts.clock.pass_ms(5_000)
    dispatcher.reconcile()
    assert engine.given == [job_id, job_id]


def test_a_job_that_the_engine_dropped_is_submitted_again(
    parts: Parts, engine: ToldEngine, dispatcher: Dispatcher
) -> None:
    listening(parts, "one")
    (job_id,) = queued(parts, "a")
    dispatcher.dispatch()
    engine.standings[job_id] = Standing.RUNNING
    assert isinstance(parts.clock, ToldClock)
    parts.clock.pass_ms(5_000)
    dispatcher.reconcile()
    assert (engine.forgotten, engine.given) == ([], [job_id])
    engine.idle = [job_id]
    dispatcher.reconcile()
    assert (engine.forgotten, engine.given) == ([job_id], [job_id, job_id])


def test_what_ended_is_forgotten_and_what_goes_on_is_not(
    parts: Parts, engine: ToldEngine, dispatcher: Dispatcher
) -> None:
    ended, going = queued(parts, "ab")
    finish(parts, ended)
    engine.over = (ended, going, "0" * 32)
    dispatcher.reconcile()
    assert engine.forgotten == [ended, "0" * 32]


def test_a_queued_job_is_gone_with_the_transaction_that_queued_it(parts: Parts) -> None:
    who = a_person(parts)
    session_id = a_session(parts, who)
    recording_id = a_recording(parts, session_id)
    with pytest.raises(PracticeError), parts.database.writing() as rows:  # noqa: PT012 - the block is the transaction
        Queueing(parts.clock)(rows, session_id, recording_id, who)
        raise PracticeError
    with parts.database.reading() as rows:
        assert rows.execute(select(job.c.id)).all() == []


def test_the_jobs_of_a_silent_worker_go_on_in_their_own_queue(parts: Parts, engine: ToldEngine) -> None:
    (job_id,) = queued(parts, "a")
    listening(parts, "one")
    listening(parts, "dead", ago_ms=LOST_MS + 5_000)
    engine.left = {"dead": (job_id, "0" * 32), "one": ("1" * 32,)}
    assert sweep(parts, engine, worker_id="one", lost_after_ms=LOST_MS) == 1
    assert engine.resumed == [(job_id, Queue.SPEECH)]
    assert sweep(parts, engine, worker_id="one", lost_after_ms=LOST_MS) == 0


def beats(parts: Parts, silent_s: float) -> Heartbeat:
    return Heartbeat(parts, worker_id="one", version="1", queues=("speech",), every_s=0.05, silent_s=silent_s)


def seen(parts: Parts) -> int:
    with parts.database.reading() as rows:
        return int(rows.execute(select(worker.c.seen_ms)).scalar_one())


def test_a_worker_whose_main_loop_hangs_falls_silent(parts: Parts) -> None:
    heartbeat = beats(parts, silent_s=-1)  # every moment without a pulse is too long
    heartbeat.start()
    first = seen(parts)
    time.sleep(0.5)
    assert seen(parts) == first
    heartbeat.close()


def test_a_worker_whose_main_loop_runs_goes_on_beating(parts: Parts) -> None:
    heartbeat = beats(parts, silent_s=1_000)
    heartbeat.start()
    first = seen(parts)
    until(lambda: seen(parts) > first)
    heartbeat.close()


def test_a_beat_that_fails_whatever_the_error_is_not_the_last(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = threading.Event()

    def refused() -> None:
        failed.set()
        raise RuntimeError

    heartbeat = beats(parts, silent_s=1_000)
    heartbeat.start()
    with monkeypatch.context() as patched:
        patched.setattr(heartbeat, "beat", refused)
        assert failed.wait(20)
    first = seen(parts)
    until(lambda: seen(parts) > first)
    heartbeat.close()


def test_a_worker_that_stops_takes_its_row_along(parts: Parts) -> None:
    heartbeat = beats(parts, silent_s=9)
    heartbeat.start()
    heartbeat.close()
    with parts.database.reading() as rows:
        assert rows.execute(select(worker)).all() == []


def test_a_worker_that_leaves_a_stage_behind_falls_silent_instead(parts: Parts) -> None:
    queued(parts, "a")
    with parts.database.writing() as rows:
        rows.execute(update(job).values(state="running", worker_id="one"))
    heartbeat = beats(parts, silent_s=9)
    heartbeat.start()
    heartbeat.close()
    assert seen(parts) > 0
