"""What the durable engine leaves on the disk, and what it does where it cannot write there."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.execution.durable import DurableEngine
from pipelines.execution.engine import Standing
from tests.pipelines.execution.test_engines import STAGES, Told, ended


def test_what_a_stage_said_is_kept_nowhere(tmp_path: Path) -> None:
    told, file = Told(), tmp_path / "engine.sqlite3"
    told.fail_at = "first"
    engine = DurableEngine(told, ("speech",), url=f"sqlite:///{file}", executor_id="one", version="1", poll_s=0.05)
    engine.start()
    engine.submit("job-1", "speech", STAGES)
    ended(engine, "job-1")
    engine.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"RuntimeError" in kept
    assert b"a sentence" not in kept
    assert (file.read_bytes()[18:20], file.stat().st_mode & 0o777) == (b"\x02\x02", 0o600)  # 2: a write-ahead log


@pytest.fixture
def engine_of(tmp_path: Path) -> Iterator[tuple[DurableEngine, Told, sqlite3.Connection]]:
    """One engine on SQLite with its work, and a connection to its file."""
    told, file = Told(), tmp_path / "engine.sqlite3"
    engine = DurableEngine(told, ("speech",), url=f"sqlite:///{file}", executor_id="one", version="1", poll_s=0.05)
    engine.start()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        yield engine, told, connection
    told.gate.set()
    engine.close()


def until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_a_job_whose_end_could_not_be_stored_is_dropped_and_can_begin_anew(
    engine_of: tuple[DurableEngine, Told, sqlite3.Connection],
) -> None:
    engine, told, connection = engine_of
    connection.execute(
        "CREATE TRIGGER no_room BEFORE UPDATE OF status ON workflow_status WHEN NEW.status IN ('SUCCESS', 'ERROR') "
        "BEGIN SELECT RAISE(ABORT, 'no room'); END"
    )
    engine.submit("job-1", "speech", STAGES)
    until(lambda: engine.dropped(0.0) == ("job-1",) and len(told.done) == len(STAGES))
    assert engine.standing("job-1").alive, "by its own account the engine goes on with it"
    assert engine.dropped(3600.0) == ()
    connection.execute("DROP TRIGGER no_room")
    engine.forget("job-1")
    assert engine.dropped(0.0) == ()
    engine.submit("job-1", "speech", STAGES)
    assert ended(engine, "job-1") is Standing.ENDED
    assert told.done == [("job-1", stage) for stage in STAGES] * 2


def test_a_job_that_is_worked_on_is_not_dropped(
    engine_of: tuple[DurableEngine, Told, sqlite3.Connection],
) -> None:
    engine, told, _ = engine_of
    told.hold_at = "second"
    engine.submit("job-1", "speech", STAGES)
    assert told.inside.wait(20)
    assert engine.abandoned("one") == ("job-1",)
    assert engine.dropped(0.0) == ()
