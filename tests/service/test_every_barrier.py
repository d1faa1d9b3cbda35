"""Every barrier of the program has a test that dies at it; those that had none die here (SECURITY R1)."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from service import barriers
from service.blobs.identity import new_blob_id
from service.blobs.local_store import LocalBlobStore
from service.database.engine import open_database
from service.database.tables import artefact, recording, session
from service.ids import new_id
from service.jobs.beats import sweep
from service.parts import Parts
from service.retention import usecases
from service.retention.schedule import DAY_MS
from service.retention.watch import ClockWatch
from tests.service.database import test_upgrade
from tests.service.erasure import test_killed as erasing
from tests.service.ingest import test_killed as receiving
from tests.service.jobs import test_workers as working
from tests.service.jobs.made import fresh
from tests.service.jobs.test_dispatch import ToldEngine, listening, queued
from tests.service.permissions.family import add_person
from tests.service.retention.test_run import Archive, CountedBlobs, artefact_values, recording_values, session_values
from tests.service.stand_ins import ToldClock

HERE = ("retention.deleted", "job.resumed")
SESSIONS = 4


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = replace(fresh(tmp_path), clock=ToldClock())
    yield made
    made.database.close()


def test_every_barrier_is_one_that_a_test_dies_at() -> None:
    [upgrading] = test_upgrade.test_a_kill_in_the_middle_leaves_the_older_database.pytestmark  # type: ignore[attr-defined]
    died = [*receiving.BARRIERS, *working.BARRIERS, *erasing.POINTS, *upgrading.args[1], *HERE]
    assert sorted(died) == sorted(barriers.NAMES)
    assert len(died) >= 12


class Died(BaseException):
    """Stands for SIGKILL, where what is in memory has to be looked at afterwards."""


class Dying:
    """Stands where an armed barrier would."""

    def passed(self, name: str) -> None:
        if name == "job.resumed":
            raise Died


def test_a_death_while_jobs_are_handed_on_leaves_them_to_be_handed_on_again(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job_id,), engine = queued(parts, "a"), ToldEngine()
    listening(parts, "dead", ago_ms=120_000)
    engine.left = {"dead": (job_id,)}
    with monkeypatch.context() as patched:
        patched.setattr(barriers, "_armed", Dying())
        with pytest.raises(Died):
            sweep(parts, engine, worker_id="one", lost_after_ms=60_000)
    assert sweep(parts, engine, worker_id="one", lost_after_ms=60_000) == 1
    assert sweep(parts, engine, worker_id="one", lost_after_ms=60_000) == 0


def at_the_barrier(parts: Parts) -> None:
    barriers.arm({barriers.VARIABLE: "retention.deleted"})


def between_file_and_row(parts: Parts) -> None:
    delete = parts.blobs.delete

    def dies(blob_id: str) -> None:
        delete(blob_id)
        os.kill(os.getpid(), signal.SIGKILL)

    parts.blobs.delete = dies  # type: ignore[method-assign]


@pytest.mark.parametrize("arm", [at_the_barrier, between_file_and_row])
def test_a_death_in_the_middle_of_retention_leaves_the_rest_for_the_next_run(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, arm: Callable[[Parts], None]
) -> None:
    monkeypatch.setattr(usecases, "BATCH", 1)
    sounds = [_old_session(parts) for _ in range(SESSIONS)]
    parts.database.close()
    assert _dies(parts, arm)
    left = set(parts.blobs.ids())
    assert len(left & {sound for sound, _ in sounds}) == SESSIONS - 1
    watch = ClockWatch(parts, lambda: 0)
    assert usecases.run(parts, watch, new_id()).kinds in (SESSIONS - 1, SESSIONS)
    assert set(parts.blobs.ids()) == {words for _, words in sounds}
    with parts.database.reading() as rows:
        assert rows.execute(select(recording.c.id).where(recording.c.deleted_ms.is_(None))).all() == []
    assert usecases.run(parts, watch, new_id()).kinds == 0


def _old_session(parts: Parts) -> tuple[str, str]:
    """Sound that is due and a transcript that is not: the ids of their sealed files."""
    made, sound, words = new_id(), new_blob_id(), new_blob_id()
    for blob_id in (sound, words):
        with parts.blobs.put(blob_id) as put:
            put.write(b"sealed")
    asker = add_person(parts)
    assert isinstance(parts.clock, ToldClock)
    archive = Archive(parts, parts.clock, CountedBlobs(parts.clock), asker, asker)
    with parts.database.writing() as rows:
        rows.execute(insert(session).values(session_values(archive, made, 0, parts.clock() - 91 * DAY_MS)))
        rows.execute(insert(recording).values(recording_values(made, sound)))
        rows.execute(insert(artefact).values(artefact_values(made, words)))
    return sound, words


def _dies(parts: Parts, arm: Callable[[Parts], None]) -> bool:
    child = os.fork()
    if not child:
        try:
            assert isinstance(parts.blobs, LocalBlobStore)
            again = open_database(str(parts.database.engine.url))
            mine = replace(parts, database=again)
            arm(mine)
            usecases.run(mine, ClockWatch(mine, lambda: 0), new_id())
        except BaseException:
            traceback.print_exc()
            os._exit(3)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
