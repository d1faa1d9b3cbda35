"""Whole workers in processes of their own: killed, stopped for a while, poisoned, and two of them at once."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from service.barriers import NAMES
from service.database.tables import session, worker
from service.parts import Parts
from tests.pipelines.execution.own_postgres import own_postgres
from tests.service.jobs import worker_process  # noqa: F401 - loaded here, so that a forked worker need not
from tests.service.jobs.made import CANARY, WorkerProcess, a_job, fresh, kept_of, row_of, until

STAGES = "decode detect diarize transcribe attribute classify score"
DOCUMENTS = "coding listening peaks scoring session"
ALL = sorted(f"{STAGES} {DOCUMENTS}".split())
BARRIERS = tuple(name for name in NAMES if name.startswith("job.") and name != "job.resumed")
KILLS = 100
"""At each barrier in the long form (`make test-slow`)."""


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine's empty database, made once: making it takes longer than all that is tested here."""
    folder = tmp_path_factory.mktemp("migrated")
    parts = fresh(folder)
    with WorkerProcess(folder) as made:
        until(lambda: seen(parts))
        time.sleep(0.2)
        made.send(signal.SIGTERM)
        assert made.ended(90) == 0, made.log.read_text()
    parts.database.close()
    return folder / "engine.sqlite3"


@pytest.fixture
def place(tmp_path: Path, migrated: Path) -> Iterator[Parts]:
    shutil.copy(migrated, tmp_path / "engine.sqlite3")
    parts = fresh(tmp_path)
    yield parts
    parts.database.close()


def seen(parts: Parts, worker_id: str = "one") -> bool:
    with parts.database.reading() as rows:
        return rows.execute(select(worker.c.id).where(worker.c.id == worker_id)).first() is not None


def state(parts: Parts, job_id: str) -> str:
    return str(row_of(parts, job_id).state)


def transcribing(parts: Parts, job_id: str) -> bool:
    row = row_of(parts, job_id)
    return bool(row.stage == "transcribe" and row.fraction > 0)


def no_plaintext_in(folder: Path) -> bool:
    """Another process reads: this one has the database open, and would let go of its locks."""
    looked = subprocess.run(
        ["grep", "--recursive", "--quiet", "--fixed-strings", "--", CANARY.decode(), str(folder)], check=False
    )
    return looked.returncode == 1


def one_of_each(parts: Parts, job_id: str) -> None:
    assert kept_of(parts, job_id) == ALL
    assert row_of(parts, job_id).session_state == "ready"


def killed_at(name: str, folder: Path, parts: Parts) -> None:
    job_id = a_job(parts)
    with WorkerProcess(folder, PRACTICE_BARRIER=name) as first:
        assert first.killed(), f"{name} was not reached: {first.log.read_text()}"
    with WorkerProcess(folder) as second:
        until(lambda: state(parts, job_id) == "done")
        one_of_each(parts, job_id)
        second.send(signal.SIGTERM)
        assert second.ended(90) == 0, second.log.read_text()
    assert no_plaintext_in(folder)


def test_a_worker_killed_between_result_and_row_leaves_one_result(place: Parts, tmp_path: Path) -> None:
    killed_at("job.result-sealed", tmp_path, place)


@pytest.mark.slow
@pytest.mark.parametrize("name", BARRIERS)
def test_a_worker_killed_at_any_barrier_leaves_one_result(place: Parts, tmp_path: Path, name: str) -> None:
    killed_at(name, tmp_path, place)


@pytest.mark.slow
@pytest.mark.timeout(3 * 3600)
@pytest.mark.parametrize("name", BARRIERS)
def test_a_worker_killed_at_any_barrier_a_hundred_times(place: Parts, tmp_path: Path, name: str) -> None:
    for _ in range(KILLS):
        killed_at(name, tmp_path, place)


@pytest.mark.slow
def test_a_recording_that_kills_every_worker_ends_failed(place: Parts, tmp_path: Path) -> None:
    job_id, deaths = a_job(place), 0
    for _ in range(5):
        with WorkerProcess(tmp_path, POISON="1") as made:
            until(lambda made=made: made.ended(0) is not None or state(place, job_id) == "failed")  # type: ignore[misc]
            deaths += made.ended(0) == -signal.SIGKILL
        if state(place, job_id) == "failed":
            break
    row = row_of(place, job_id)
    assert (deaths, row.reason, row.stage) == (3, "worker-lost", "transcribe")


@pytest.mark.slow
def test_a_worker_that_is_told_to_stop_hands_its_job_back(place: Parts, tmp_path: Path) -> None:
    job_id = a_job(place)
    with WorkerProcess(tmp_path, SLOW="60") as first:
        until(lambda: transcribing(place, job_id))
        first.send(signal.SIGTERM)
        assert first.ended(90) == 0, first.log.read_text()
    assert (state(place, job_id), row_of(place, job_id).attempts) == ("queued", 0)
    with WorkerProcess(tmp_path):
        until(lambda: state(place, job_id) == "done")
    one_of_each(place, job_id)


@pytest.mark.slow
def test_a_withdrawal_stops_a_worker_within_seconds(place: Parts, tmp_path: Path) -> None:
    job_id = a_job(place)
    with WorkerProcess(tmp_path, SLOW="60"):
        until(lambda: transcribing(place, job_id))
        with place.database.writing() as rows:
            rows.execute(update(session).values(permission_epoch=session.c.permission_epoch + 1, state="withdrawn"))
        until(lambda: state(place, job_id) == "failed", seconds=30)
        time.sleep(1)
    assert kept_of(place, job_id) == ["decode", "detect", "diarize"]
    assert no_plaintext_in(tmp_path)


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[tuple[Parts, dict[str, str]]]:
    with own_postgres() as url:
        database = url.replace("postgresql:", "postgresql+psycopg:")
        parts = fresh(tmp_path, database)
        yield parts, {"DATABASE": database, "ENGINE": url}
        parts.database.close()


@pytest.mark.slow
def test_a_killed_workers_job_completes_on_the_other(shared: tuple[Parts, dict[str, str]], tmp_path: Path) -> None:
    parts, told = shared
    job_id = a_job(parts)
    with WorkerProcess(tmp_path, worker_id="one", SLOW="60", **told) as first:
        until(lambda: transcribing(parts, job_id))
        with WorkerProcess(tmp_path, worker_id="two", **told):
            until(lambda: seen(parts, "two"))
            first.send(signal.SIGKILL)
            assert first.killed()
            until(lambda: state(parts, job_id) == "done")
            one_of_each(parts, job_id)
    assert (tmp_path / "transcribed-by").read_text().split() == ["one", "two"]


@pytest.mark.slow
def test_a_worker_that_slept_commits_nothing_with_its_old_fence(
    shared: tuple[Parts, dict[str, str]], tmp_path: Path
) -> None:
    parts, told = shared
    job_id = a_job(parts)
    with WorkerProcess(tmp_path, worker_id="one", SLOW="3", **told) as first:
        until(lambda: transcribing(parts, job_id))
        first.send(signal.SIGSTOP)
        with WorkerProcess(tmp_path, worker_id="two", SLOW="6", **told):
            until(lambda: row_of(parts, job_id).worker_id == "two")
            first.send(signal.SIGCONT)
            until(lambda: state(parts, job_id) == "done")
            time.sleep(2)
            one_of_each(parts, job_id)


@pytest.mark.slow
def test_a_worker_that_dies_while_it_hands_on_the_jobs_of_a_dead_one_leaves_them_to_the_next(
    shared: tuple[Parts, dict[str, str]], tmp_path: Path
) -> None:
    parts, told = shared
    job_id = a_job(parts)
    with WorkerProcess(tmp_path, worker_id="one", SLOW="60", **told) as first:
        until(lambda: transcribing(parts, job_id))
        first.send(signal.SIGKILL)
        assert first.killed()
    with WorkerProcess(tmp_path, worker_id="two", PRACTICE_BARRIER="job.resumed", **told) as second:
        assert second.killed(), second.log.read_text()
    with WorkerProcess(tmp_path, worker_id="three", **told):
        until(lambda: state(parts, job_id) == "done")
        one_of_each(parts, job_id)
    assert no_plaintext_in(tmp_path)
