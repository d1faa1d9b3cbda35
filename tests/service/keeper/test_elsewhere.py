"""Workers on machines without a keystore: one is killed, the other finishes, and nothing of a key is left with them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from pipelines.demo import demo_recording
from service.audit.anchors import AnchorInterval, read_anchors
from service.audit.reading import Filter, readings
from service.audit.records import Action
from service.audit.sql_rows import SqlRows
from service.audit.store import each_row
from service.audit.verification import verify
from service.database.tables import artefact, session
from service.keeper.running import machines_of
from service.keeper.usecases import remove_machine
from service.keybroker.keystore import open_keystore
from tests.service.blobs.conftest import bucket, server  # noqa: F401 - fixtures
from tests.service.keeper.machines import Machines, answers, job_of, set_up, until
from tests.service.postgres import Server

STAGES = "decode detect diarize transcribe attribute classify score"
DOCUMENTS = "coding listening peaks scoring session"
ONE, TWO = "gpu-one", "gpu-two"


@pytest.fixture
def machines(tmp_path: Path, postgres: Server, bucket, monkeypatch) -> Iterator[Machines]:  # type: ignore[no-untyped-def] # noqa: F811
    monkeypatch.setenv("PRACTICE_S3_KEY_FILE", str(tmp_path / "s3-key"))
    with postgres.fresh() as name, set_up(tmp_path, postgres, name, bucket) as made:
        yield made


def kept_of(machines: Machines, session_id: str) -> list[str]:
    with machines.database.reading() as rows:
        return sorted(rows.scalars(select(artefact.c.stage).where(artefact.c.session_id == session_id)))


def key_of(machines: Machines, session_id: str) -> bytes:
    settings = machines.home.settings
    return open_keystore(settings.data / "keystore.sqlite3", settings.keys / "epochs").unwrap(session_id)


def lent(machines: Machines, session_id: str) -> dict[str, int]:
    """How many keys of the session each actor got, by the audit."""
    counted: dict[str, int] = {}
    with machines.database.reading() as connection:
        found = list(readings(each_row(SqlRows(connection)), Filter(session_id=session_id)))
    for one in found:
        if one.event is not None and one.event.action is Action.KEY and one.event.role == "system":
            counted[one.event.actor_id] = counted.get(one.event.actor_id, 0) + 1
    return counted


@pytest.mark.timeout(240)
def test_a_worker_elsewhere_that_was_killed_leaves_its_session_to_another_one(machines: Machines) -> None:
    told = machines.home.session(machines.person, worked_on=False)
    keeper = machines.keeper()
    killed, left = handed_over(machines, told.session_id, seconds=60.0, SLOW="60")
    assert kept_of(machines, told.session_id) == sorted(f"{STAGES} {DOCUMENTS}".split())
    assert (machines.folder / "transcribed-by").read_text().split() == [f"{killed}/0", f"{left}/0"]
    a_key_for_each_stage(machines, told.session_id, killed, left)
    nothing_left(machines, told.session_id, told.wrapped)
    audit_is_whole(machines)

    with machines.home.opened() as installation:
        remove_machine(installation, machines.settings, left)
    other = machines.home.session(machines.person, worked_on=False)
    assert machines.ended(left) == 3, "it ends, as it will get no key any more"
    row = job_of(machines, other.session_id)
    assert (row.state, row.reason, row.attempts) == ("queued", None, 0)
    keeper.send_signal(signal.SIGTERM)
    assert keeper.wait(30) == 0, machines.log("keeper")


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_command_itself_works_elsewhere_and_says_whether_its_heart_beats(machines: Machines) -> None:
    command, healthy = ("-m", "service.cli", "worker"), ("-m", "service.cli", "worker", "--healthy")
    machines.keeper()
    until(lambda: answers(machines.port))
    working = machines.worker(ONE, *command)
    until(lambda: machines.seen(f"{ONE}/0"), 200)
    assert machines.worker(ONE, *healthy).wait(100) == 0
    assert machines.worker(TWO, *healthy).wait(100) == 1
    working.send_signal(signal.SIGTERM)
    assert working.wait(100) == 0, machines.log(ONE)
    assert machines.worker(ONE, *healthy).wait(100) == 1


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_the_sample_recording_is_finished_elsewhere_by_the_engines_that_come_with_it(machines: Machines) -> None:
    told = machines.home.session(machines.person, worked_on=False, content=demo_recording().read_bytes())
    machines.keeper()
    killed, left = handed_over(machines, told.session_id, seconds=600.0, REAL="1", BEAT="2")
    assert kept_of(machines, told.session_id) == sorted(f"{STAGES} {DOCUMENTS}".split())
    a_key_for_each_stage(machines, told.session_id, killed, left)
    nothing_left(machines, told.session_id, told.wrapped)


def handed_over(machines: Machines, session_id: str, *, seconds: float, **more: str) -> tuple[str, str]:
    """One worker is killed while it transcribes, and the other finishes in so many seconds: their machines' names."""
    until(lambda: answers(machines.port))
    begun = {f"{name}/0": machines.worker(name, **more) for name in (ONE, TWO)}
    until(lambda: transcribing(machines, session_id) and all(machines.seen(one) for one in begun), 600)
    killed = transcribing(machines, session_id)
    begun[killed].send_signal(signal.SIGKILL)
    assert begun.pop(killed).wait(30) == -signal.SIGKILL
    took_s = until(lambda: job_of(machines, session_id).state == "done", seconds)
    sys.stderr.write(f"finished by the other one {took_s:.1f} s after the kill, load {os.getloadavg()[0]:.1f}\n")
    [left] = begun
    return killed.partition("/")[0], left.partition("/")[0]


def a_key_for_each_stage(machines: Machines, session_id: str, killed: str, left: str) -> None:
    """Of the eight stages each machine got a key for those that it began, and no more: one was begun twice."""
    known = {one.name: one.id for one in machines_of(machines.settings).known()}
    assert lent(machines, session_id) == {known[killed]: 4, known[left]: 5}


def transcribing(machines: Machines, session_id: str) -> str:
    """The worker that transcribes it now, and has told some progress; else nothing."""
    row = job_of(machines, session_id)
    return str(row.worker_id) if row.stage == "transcribe" and row.fraction > 0 and row.state == "running" else ""


def audit_is_whole(machines: Machines) -> None:
    """Four processes on three machines wrote one chain."""
    with machines.home.opened() as installation:
        installation.keeper.keep(AnchorInterval(rows=1))
        known = read_anchors(machines.home.settings.anchors)
        with installation.parts.database.reading() as connection:
            rows = SqlRows(connection)
            found = verify(each_row(rows), installation.audit_keys, known, rows.head())
    assert found.whole
    assert found.events > 30


def nothing_left(machines: Machines, session_id: str, wrapped: bytes) -> None:
    """Neither a keystore nor the session's key, wrapped or not, lies on a machine that worked, nor any of its data."""
    key = key_of(machines, session_id)
    needles = [form for one in (key, wrapped) if one for form in (one, one.hex().encode(), one.hex().upper().encode())]
    assert len(needles) == 6
    for name in (ONE, TWO):
        files = [path for path in machines.far(name).rglob("*") if path.is_file()]
        assert {path.name for path in files} == {"machine", "token", "keeper.pem", "audit.keys"}
        held = [machines.log(name).encode(), *(path.read_bytes() for path in files)]
        assert not [one for one in held if any(needle in one for needle in needles)]
    home = [path.read_bytes() for path in (machines.folder / "home").rglob("*") if path.is_file()]
    assert any(wrapped in one for one in home), "the search finds what is there"


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_while_the_keeper_is_away_work_waits_and_is_done_when_it_is_back(machines: Machines) -> None:
    told = machines.home.session(machines.person, worked_on=False)
    early = machines.worker(ONE)
    assert early.wait(60) == 1
    assert machines.log(ONE).strip().endswith("Check that `practice keeper` runs there, and PRACTICE_KEEPER here.")
    keeper = machines.keeper()
    until(lambda: answers(machines.port))
    working = machines.worker(ONE, SLOW="2")
    until(lambda: transcribing(machines, told.session_id))
    keeper.send_signal(signal.SIGKILL)
    keeper.wait(30)
    until(lambda: job_of(machines, told.session_id).not_before_ms > 0)
    row = job_of(machines, told.session_id)
    assert (row.state, row.reason, row.attempts) == ("queued", None, 0)
    machines.keeper()
    until(lambda: job_of(machines, told.session_id).state == "done", 120)
    assert (machines.folder / "transcribed-by").read_text().split() == [f"{ONE}/0"]
    assert working.poll() is None
    with machines.database.reading() as rows:
        assert rows.scalar(select(session.c.state)) == "ready"
