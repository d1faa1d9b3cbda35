"""A worker whose disk is full, or without keys: nothing of that counts against the recording, and the job goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import EngineError
from models.ports import Progress
from service.blobs.errors import StoreFullError
from service.database.errors import DatabaseFullError
from service.jobs.claims import Claims
from service.jobs.records import MOST_ATTEMPTS, WAIT_MS, Claim
from service.jobs.runner import JobRunner
from service.jobs.scratch import Scratch
from service.keybroker.errors import KeeperAwayError, KeeperCertificateError, KeyNotLentError, UnknownMachineError
from service.parts import Parts
from tests.service.jobs.made import Transcriber, a_job, engines, fresh, row_of
from tests.service.jobs.test_runner import STAGES, begin, raising, work
from tests.service.stand_ins import ToldClock

OFTEN = 2 * MOST_ATTEMPTS


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = replace(fresh(tmp_path), clock=ToldClock())
    yield made
    made.database.close()


@pytest.fixture
def transcriber() -> Transcriber:
    return Transcriber()


@pytest.fixture
def runner(parts: Parts, transcriber: Transcriber, tmp_path: Path) -> Iterator[JobRunner]:
    built = engines(transcriber)
    with Scratch(tmp_path / "scratch") as scratch:
        yield JobRunner(
            parts, lambda: built, worker_id="one", scratch=scratch, stopping=threading.Event(), tell_every_s=0.0
        )


def full(*_: object, **__: object) -> None:
    raise DatabaseFullError


@pytest.mark.parametrize("error", [DatabaseFullError(), StoreFullError(), KeeperAwayError(), KeeperCertificateError()])
def test_a_stage_without_room_or_a_key_keeper_waits_and_is_done_however_long_that_takes(
    parts: Parts, runner: JobRunner, transcriber: Transcriber, error: Exception
) -> None:
    transcriber.meanwhile = raising(error)
    job_id = a_job(parts)
    for _ in range(OFTEN):
        work(runner, begin(parts, job_id))
        row = row_of(parts, job_id)
        assert (row.state, row.attempts, row.not_before_ms) == ("queued", 0, parts.clock() + WAIT_MS)
    transcriber.meanwhile = lambda progress: None
    work(runner, begin(parts, job_id))
    assert row_of(parts, job_id).state == "done"


def test_a_key_that_is_not_lent_is_an_attempt_because_the_claim_may_have_passed_on(
    parts: Parts, runner: JobRunner, transcriber: Transcriber
) -> None:
    transcriber.meanwhile = raising(KeyNotLentError())
    job_id = a_job(parts)
    for attempt in range(1, MOST_ATTEMPTS):
        work(runner, begin(parts, job_id))
        assert (row_of(parts, job_id).state, row_of(parts, job_id).attempts) == ("queued", attempt)
    work(runner, begin(parts, job_id))
    assert (row_of(parts, job_id).state, row_of(parts, job_id).reason) == ("failed", "permission-over")


def test_a_worker_that_gets_no_keys_any_more_leaves_the_job_to_another_one_at_once(
    parts: Parts, runner: JobRunner, transcriber: Transcriber
) -> None:
    transcriber.meanwhile = raising(UnknownMachineError())
    job_id = a_job(parts)
    work(runner, begin(parts, job_id))
    row = row_of(parts, job_id)
    assert (row.state, row.attempts, row.not_before_ms, row.reason) == ("queued", 0, 0, None)


def test_progress_that_found_no_room_does_not_end_the_stage(
    parts: Parts, runner: JobRunner, transcriber: Transcriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_room(progress: Progress) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(Claims, "tell", full)
            progress(0.5)

    transcriber.meanwhile = without_room
    job_id = begin(parts, a_job(parts))
    assert work(runner, job_id) == list(STAGES)
    assert transcriber.runs == 1


def test_a_failure_that_could_not_be_stored_is_no_lost_worker(
    parts: Parts, runner: JobRunner, transcriber: Transcriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    transcriber.meanwhile = raising(EngineError())
    job_id = begin(parts, a_job(parts))
    with monkeypatch.context() as patched:
        patched.setattr(Claims, "give_up", full)
        for _ in range(OFTEN):
            with pytest.raises(DatabaseFullError):
                work(runner, job_id)
    assert (row_of(parts, job_id).state, row_of(parts, job_id).attempts) == ("running", 1)
    work(runner, job_id)
    assert (row_of(parts, job_id).state, row_of(parts, job_id).attempts) == ("queued", 1)


def test_a_finished_stage_that_the_engine_asks_for_again_and_again_is_no_lost_worker(
    parts: Parts, runner: JobRunner
) -> None:
    job_id = begin(parts, a_job(parts))
    assert [runner.run(job_id, "decode") for _ in range(OFTEN)] == [True] * OFTEN
    assert row_of(parts, job_id).attempts == 1


def test_another_workers_claim_in_between_is_counted(parts: Parts, runner: JobRunner) -> None:
    job_id = begin(parts, a_job(parts))
    assert runner.run(job_id, "decode")
    other = Claims(parts, "killed").take(job_id, "decode")
    assert isinstance(other, Claim)
    assert runner.run(job_id, "decode")
    assert row_of(parts, job_id).attempts == 3
