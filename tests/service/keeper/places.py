"""A key keeper on a real installation, reached over TLS on this machine, and claims as the database holds them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import insert, select, update

from service.audit.reading import Filter, readings
from service.audit.sql_rows import SqlRows
from service.audit.store import each_row
from service.database.tables import job, recording, worker
from service.database.words import PermissionPurpose, SessionState
from service.ids import new_id
from service.installation import Installation
from service.jobs.beats import database_ms
from service.jobs.claims import Claims
from service.jobs.held import InHand
from service.jobs.queueing import Queueing
from service.jobs.records import Claim
from service.keeper.asking import FarKeys, KeeperLine
from service.keeper.machines import Carried, read_folder
from service.keeper.running import certificate_of, keeper_application, machines_of
from service.keeper.server import keeper_server, listening_at
from service.keeper.settings import KeeperSettings
from service.keeper.usecases import add_machine
from service.keybroker.lender import Wanted
from service.keybroker.ports import Actor
from tests.service.installed import Installed
from tests.service.keybroker.worlds import World


@dataclass
class Kept:
    """A keeper that runs, and a person of the installation."""

    installed: Installed
    installation: Installation
    settings: KeeperSettings
    person: Actor
    _machines: int = field(default=0)

    def machine(self, name: str = "") -> Carried:
        """A new machine: what was carried to it."""
        self._machines += 1
        name = name or f"gpu-{self._machines}"
        out = self.installed.settings.data.parent / f"carried-{name}"
        add_machine(self.installation, self.settings, name, out)
        return read_folder(out)

    def line(self, carried: Carried, host: str = "127.0.0.1") -> KeeperLine:
        return KeeperLine(host, self.settings.port, carried, timeout_s=10)

    def session(self) -> str:
        """A session with permissions and a recording, whose job waits."""
        parts, made, handed_in = self.installation.parts, new_id(), new_id()
        parts.broker.create(self.person, made)
        with parts.database.writing() as rows:
            world = World(rows, now=parts.clock())
            world.session(self.person.person_id, state=SessionState.WAITING, session_id=made)
            world.participant(made, PermissionPurpose.REFLECTION)
            blob = {"blob_id": new_id(), "content_mac": "0" * 64, "size_bytes": 1, "received_ms": 0}
            rows.execute(insert(recording).values(id=handed_in, session_id=made, kind="sound", **blob))
            Queueing(parts.clock)(rows, made, handed_in, self.person.person_id)
        return made

    def claimed(self, session_id: str, worker_id: str, stage: str = "decode") -> Claim:
        """A worker that lives takes the session's job."""
        parts = self.installation.parts
        with parts.database.writing() as rows:
            now = database_ms(rows)
            alive = {"version": "1", "queues": "speech light", "started_ms": now, "seen_ms": now}
            if rows.execute(update(worker).where(worker.c.id == worker_id).values(**alive)).rowcount == 0:
                rows.execute(insert(worker).values(id=worker_id, **alive))
            job_id = rows.execute(select(job.c.id).where(job.c.session_id == session_id)).scalar_one()
            rows.execute(update(job).where(job.c.id == job_id).values(state="running"))
        claim = Claims(parts, worker_id).take(job_id, stage)
        assert claim is not None
        return claim

    def id_of(self, name: str) -> str:
        """What the audit calls a machine."""
        return next(one.id for one in machines_of(self.settings).known() if one.name == name)

    def events(self, machine_id: str) -> list[tuple[str, str, str]]:
        """Action, outcome and object of every audit row of a machine, the oldest first."""
        with self.installation.parts.database.reading() as connection:
            found = [one.event for one in readings(each_row(SqlRows(connection)), Filter())]
        return [
            (str(one.action), str(one.outcome), one.object_id)
            for one in found
            if one is not None and one.actor_id == machine_id
        ]


def wanted(claim: Claim, worker_id: str) -> Wanted:
    return Wanted(job_id=claim.job_id, session_id=claim.session_id, fence=claim.fence, worker_id=worker_id)


@contextmanager
def far_keys(line: KeeperLine, claim: Claim, worker_id: str) -> Iterator[FarKeys]:
    """The far worker's adapter while its thread works on the claim."""
    in_hand = InHand()
    with in_hand.holding(claim):
        yield FarKeys(line, in_hand, worker_id)


@contextmanager
def served(installation: Installation, meant: KeeperSettings) -> Iterator[KeeperSettings]:
    """A keeper in a thread; its settings with the port that it really has."""
    with listening_at(meant) as held:
        settings = replace(meant, port=held.getsockname()[1])
        server = keeper_server(keeper_application(installation, settings), certificate_of(settings))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [held]}, daemon=True)
        thread.start()
        try:
            _until_started(server)
            yield settings
        finally:
            server.should_exit = True
            thread.join(20)


@contextmanager
def kept(folder: Path) -> Iterator[Kept]:
    """An installation on SQLite, and its keeper on a port of its own."""
    installed = Installed(folder)
    person = installed.worker()
    meant = KeeperSettings(folder=installed.settings.keys / "keeper", names=("127.0.0.1", "localhost"), port=0)
    with installed.opened() as installation, served(installation, meant) as settings:
        yield Kept(installed=installed, installation=installation, settings=settings, person=person)


def _until_started(server: object) -> None:
    deadline = time.monotonic() + 20
    while not getattr(server, "started", False):
        assert time.monotonic() < deadline, "the keeper never started"
        time.sleep(0.01)
