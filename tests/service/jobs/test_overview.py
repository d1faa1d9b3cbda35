"""Queues and failed jobs, counted."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from service.database.engine import Database
from service.database.tables import job, person, recording, session
from service.ids import new_id
from service.jobs.overview import failed_count, failed_jobs, queue_lengths
from service.jobs.records import Queue


@pytest.fixture
def place(each_database: Database) -> tuple[Database, dict[str, str]]:
    """A session with one recording."""
    ids = {"person_id": new_id(), "session_id": new_id(), "recording_id": new_id()}
    with each_database.writing() as rows:
        rows.execute(insert(person).values(
            id=ids["person_id"], sign_in_name="a", shown_name="-", state="active", created_ms=0, changed_ms=0
        ))  # fmt: skip
        rows.execute(insert(session).values(
            id=ids["session_id"], worker_id=ids["person_id"], setting="direct_practice", state="ready",
            lawful_basis="consent", held_on="2026-11-20", permission_epoch=1, version=1, created_ms=0,
        ))  # fmt: skip
        rows.execute(insert(recording).values(
            id=ids["recording_id"], session_id=ids["session_id"], kind="sound", blob_id=new_id(),
            content_mac="0" * 64, size_bytes=1, received_ms=0,
        ))  # fmt: skip
    return each_database, ids


def add(place: tuple[Database, dict[str, str]], state: str, created_ms: int, **more: object) -> None:
    database, ids = place
    with database.writing() as rows:
        rows.execute(insert(job).values(
            id=new_id(), state=state, queue="speech", attempts=0, fence=0, permission_epoch=1, created_ms=created_ms,
            **ids, **more,
        ))  # fmt: skip


def test_a_job_that_failed_counts_until_it_was_tried_again(place: tuple[Database, dict[str, str]]) -> None:
    add(place, "failed", 1, reason="engine-failed", ended_ms=5)
    with place[0].reading() as rows:
        assert failed_count(rows) == 1
        assert [one.reason for one in failed_jobs(rows, 10)] == ["engine-failed"]
    add(place, "queued", 2)
    with place[0].reading() as rows:
        assert failed_count(rows) == 0
        assert failed_jobs(rows, 10) == ()


def test_a_queue_tells_how_many_wait_and_since_when(place: tuple[Database, dict[str, str]]) -> None:
    for state, created in (("queued", 30), ("queued", 20), ("running", 10), ("done", 1)):
        add(place, state, created)
    with place[0].reading() as rows:
        lengths = queue_lengths(rows)
    assert (lengths[Queue.SPEECH].queued, lengths[Queue.SPEECH].running, lengths[Queue.SPEECH].oldest_ms) == (2, 1, 20)
    assert lengths[Queue.LIGHT].oldest_ms is None
