"""One suite for every durable engine: in this process, DBOS on SQLite, DBOS on PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.execution.durable import DurableEngine
from pipelines.execution.engine import Engine, InProcessEngine, StageWork, Standing
from tests.pipelines.execution.own_postgres import own_postgres

Make = Callable[..., Engine]
STAGES = ("first", "second", "third")


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with own_postgres() as url:
        yield url


class Told:
    """Work that remembers what it was told to do; ``gate`` holds it up where it is set."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []
        self.stop_at: str | None = None
        self.fail_at: str | None = None
        self.hold_at: str | None = None
        self.inside = threading.Event()
        self.gate = threading.Event()
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()

    def __call__(self, job_id: str, stage: str) -> bool:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            self.done.append((job_id, stage))
            if stage == self.hold_at:
                self.inside.set()
                assert self.gate.wait(20)
            if stage == self.fail_at:
                raise RuntimeError("a sentence that somebody said")
            return stage != self.stop_at
        finally:
            with self._lock:
                self._at_once -= 1


@pytest.fixture(scope="module")
def teller() -> Told:
    return Told()


@pytest.fixture
def told(teller: Told) -> Iterator[Told]:
    teller.__init__()  # type: ignore[misc]
    yield teller
    teller.gate.set()


@pytest.fixture(scope="module", params=["in-process", "sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, teller: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = _made(request, teller, tmp_path_factory.mktemp("engine"))
    made.start()
    yield made
    made.close()


def _made(request: pytest.FixtureRequest, work: StageWork, folder: Path) -> Engine:
    if request.param == "in-process":
        return InProcessEngine(work, ("speech", "light"))
    url = f"sqlite:///{folder / 'engine.sqlite3'}" if request.param == "sqlite" else request.getfixturevalue("postgres")
    return DurableEngine(work, ("speech", "light"), url=url, executor_id="one", version="1", poll_s=0.05)


def ended(engine: Engine, job_id: str) -> Standing:
    deadline = time.monotonic() + 20
    while (standing := engine.standing(job_id)).alive:
        assert time.monotonic() < deadline, "the job did not end"
        time.sleep(0.02)
    return standing


def _id(request: pytest.FixtureRequest, number: int = 1) -> str:
    return f"{abs(hash(request.node.name)):x}-{number}"


def test_stages_run_in_order_and_once(engine: Engine, told: Told, request: pytest.FixtureRequest) -> None:
    job = _id(request)
    assert engine.standing(job) is Standing.UNKNOWN
    engine.submit(job, "speech", STAGES)
    assert ended(engine, job) is Standing.ENDED
    assert told.done == [(job, stage) for stage in STAGES]


def test_a_repeated_submit_changes_nothing(engine: Engine, told: Told, request: pytest.FixtureRequest) -> None:
    job, told.hold_at = _id(request), "second"
    engine.submit(job, "speech", STAGES)
    assert told.inside.wait(20)
    engine.submit(job, "speech", STAGES)
    told.gate.set()
    ended(engine, job)
    assert told.done == [(job, stage) for stage in STAGES]


def test_a_job_that_ended_can_begin_anew(engine: Engine, told: Told, request: pytest.FixtureRequest) -> None:
    job, told.stop_at = _id(request), "first"
    engine.submit(job, "light", STAGES)
    assert ended(engine, job) is Standing.ENDED
    told.stop_at = None
    engine.submit(job, "light", STAGES)
    ended(engine, job)
    assert told.done == [(job, "first"), *((job, stage) for stage in STAGES)]


def test_an_error_ends_the_job_and_later_stages_do_not_run(
    engine: Engine, told: Told, request: pytest.FixtureRequest
) -> None:
    job, told.fail_at = _id(request), "second"
    engine.submit(job, "speech", STAGES)
    assert ended(engine, job) is Standing.ENDED
    assert told.done == [(job, "first"), (job, "second")]


def test_no_stage_begins_after_a_cancel(engine: Engine, told: Told, request: pytest.FixtureRequest) -> None:
    job, told.hold_at = _id(request), "first"
    engine.submit(job, "speech", STAGES)
    assert told.inside.wait(20)
    engine.cancel(job)
    told.gate.set()
    assert ended(engine, job) is Standing.CANCELLED
    time.sleep(0.2)
    assert told.done == [(job, "first")]


def test_a_queue_runs_one_job_at_a_time(engine: Engine, told: Told, request: pytest.FixtureRequest) -> None:
    jobs = [_id(request, number) for number in range(3)]
    for job in jobs:
        engine.submit(job, "speech", STAGES)
    for job in jobs:
        ended(engine, job)
    assert told.most_at_once == 1
    assert len(told.done) == 9


def test_the_light_queue_does_not_wait_for_the_other(
    engine: Engine, told: Told, request: pytest.FixtureRequest
) -> None:
    told.hold_at = "first"
    engine.submit(_id(request, 1), "speech", ("first",))
    assert told.inside.wait(20)
    engine.submit(_id(request, 2), "light", ("second",))
    assert ended(engine, _id(request, 2)) is Standing.ENDED


def test_a_forgotten_job_is_unknown(engine: Engine, told: Told, request: pytest.FixtureRequest) -> None:
    job = _id(request)
    engine.submit(job, "speech", STAGES)
    ended(engine, job)
    assert job in engine.ended(100)
    engine.forget(job)
    engine.forget(job)
    assert job not in engine.ended(100)
    assert engine.standing(job) is Standing.UNKNOWN


def test_a_queue_that_nobody_listens_to_runs_nothing(
    engine: Engine, told: Told, request: pytest.FixtureRequest
) -> None:
    job = _id(request)
    if isinstance(engine, InProcessEngine):
        engine.submit(job, "elsewhere", STAGES)
        assert engine.standing(job) is Standing.WAITING
    assert engine.abandoned("nobody") == ()
    assert told.done == []
