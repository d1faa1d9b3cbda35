"""A clock that is wrong for a while ends no upload, and what it wrote keeps no upload or job waiting for years."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from service.database.tables import job, upload
from service.housekeeping import chores_of, ingest_of
from service.ingest.store import claim
from service.jobs.dispatch import next_job
from service.jobs.records import Queue
from tests.service.council import VISIT, Council, standing_council, wav

HOUR_MS = 3_600_000
WRONG = [off * sign for sign in (1, -1) for off in (2 * HOUR_MS, 24 * HOUR_MS, 87_600 * HOUR_MS)]
KEPT_MS = 8 * 24 * HOUR_MS


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Council]:
    with standing_council(tmp_path_factory.mktemp("clock")) as made:
        yield made


def half_sent(council: Council) -> str:
    """The id of an upload of which half is here."""
    session_id = council.worker.done("POST", "/sessions", VISIT)["id"]
    council.agree(session_id)
    sound = wav()
    begun = council.begin_upload(session_id, len(sound))
    more = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    address, half = begun.headers["Location"], sound[: len(sound) // 2]
    assert council.client.patch(address, content=half, headers={**council.worker.headers, **more}).status_code == 204
    return str(address.rsplit("/", 1)[1])


def state(council: Council, upload_id: str) -> str:
    with council.parts.database.reading() as rows:
        return str(rows.execute(select(upload.c.state).where(upload.c.id == upload_id)).scalar_one())


def test_no_upload_is_given_up_by_a_clock_that_jumped_until_somebody_confirms_it(council: Council) -> None:
    chores = chores_of(council.installation, ingest_of(council.installation))
    chore = next(one for one in chores if one.name == "abandoned uploads")
    upload_id, right = half_sent(council), council.clock()
    try:
        for off in [0, *WRONG, 0]:
            council.clock.now = right + off
            chore.act()
            assert state(council, upload_id) == "open", off
        council.clock.now = right + KEPT_MS
        council.again("administrator").done("POST", "/retention/clock")
        chore.act()
        assert state(council, upload_id) != "open"
    finally:
        council.clock.now = right
        for name in ("administrator", "worker"):
            council.again(name)


@pytest.mark.parametrize("off", [HOUR_MS, 87_600 * HOUR_MS])
def test_a_writer_that_died_under_a_clock_that_was_ahead_keeps_no_other_from_going_on(
    council: Council, off: int
) -> None:
    upload_id, now = half_sent(council), council.clock()
    with council.parts.database.writing() as rows:
        assert claim(rows, upload_id, now_ms=now + off, until_ms=now + off + 6_000) is not None
        assert claim(rows, upload_id, now_ms=now, until_ms=now + 6_000) is not None
        assert claim(rows, upload_id, now_ms=now, until_ms=now + 6_000) is None


@pytest.mark.parametrize("off", [HOUR_MS, 87_600 * HOUR_MS])
def test_a_job_that_was_to_wait_under_a_clock_that_was_ahead_has_its_turn(council: Council, off: int) -> None:
    session_id = council.worker.done("POST", "/sessions", VISIT)["id"]
    council.agree(session_id)
    council.upload(session_id)
    now, mine = council.clock(), job.c.session_id == session_id
    with council.parts.database.writing() as rows:
        rows.execute(update(job).where(mine).values(not_before_ms=now + 30_000))
        assert next_job(rows, Queue.SPEECH, now, 9) is None
        rows.execute(update(job).where(mine).values(not_before_ms=now + off + 30_000))
        assert next_job(rows, Queue.SPEECH, now, 9) == rows.execute(select(job.c.id).where(mine)).scalar_one()
        rows.execute(update(job).where(mine).values(state="cancelled", ended_ms=now))
