"""Three machines on one: that of the keystore with its keeper, and two that work elsewhere, as real processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from service.blobs.object_store import Bucket
from service.database.engine import Database, open_database
from service.database.tables import job, worker
from service.keeper.settings import KeeperSettings
from service.keeper.usecases import add_machine
from service.keybroker.ports import Actor
from tests.service.installed import Installed
from tests.service.postgres import Server

ROOT = Path(__file__).resolve().parents[3]
ROLE = ROOT / "deploy/postgres-worker-role.sql"


def as_worker(database_url: str) -> str:
    """The same database by the role that machines without the keystore have."""
    return database_url.replace("practice@", "practice_worker@", 1)


@dataclass
class Machines:
    """``home`` has the keystore; each of the others has a folder of its own and what was carried to it."""

    folder: Path
    home: Installed
    person: Actor
    outer: dict[str, str]
    port: int
    database: Database
    running: dict[str, list[subprocess.Popen[bytes]]] = field(default_factory=dict)

    @property
    def settings(self) -> KeeperSettings:
        return KeeperSettings(folder=self.home.settings.keys / "keeper", names=("127.0.0.1",), port=self.port)

    def keeper(self) -> subprocess.Popen[bytes]:
        """`practice keeper` beside the keystore."""
        told = {**self.home.environment, **self.outer, "PRACTICE_KEEPER_PORT": str(self.port)}
        return self._begun("keeper", ["-m", "service.cli", "keeper"], told)

    def carried(self, name: str) -> Path:
        """A machine's folder, once it was added."""
        out = self.far(name) / "machine"
        if not out.exists():
            self.far(name).mkdir(exist_ok=True)
            with self.home.opened() as installation:
                add_machine(installation, self.settings, name, out)
        return out

    def far(self, name: str) -> Path:
        return self.folder / name

    def told(self, name: str, **more: str) -> dict[str, str]:
        """The settings of a worker elsewhere: nothing of the home machine's folders is in them."""
        return {
            **self.outer,
            "HOME": str(self.far(name)),
            "PRACTICE_DATA": str(self.far(name) / "data"),
            "PRACTICE_DATABASE_URL": as_worker(self.home.settings.database_url),
            "PRACTICE_BLOBS": self.home.settings.blobs,
            "PRACTICE_KEEPER": f"https://127.0.0.1:{self.port}",
            "PRACTICE_MACHINE": str(self.carried(name)),
            "STAGES": str(self.folder / "transcribed-by"),
            **more,
        }

    def worker(self, name: str, *command: str, **more: str) -> subprocess.Popen[bytes]:
        """A worker elsewhere, with engines that only pretend unless a command is given."""
        return self._begun(name, list(command) or ["-m", "tests.service.keeper.far_worker"], self.told(name, **more))

    def ended(self, name: str) -> int:
        """How a machine's last process ended, once it did."""
        return self.running[name][-1].wait(60)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def seen(self, worker_id: str) -> bool:
        with self.database.reading() as rows:
            return rows.scalar(select(worker.c.id).where(worker.c.id == worker_id)) is not None

    def _begun(self, name: str, command: list[str], told: Mapping[str, str]) -> subprocess.Popen[bytes]:
        plain = {key: value for key, value in os.environ.items() if not key.startswith("PRACTICE_")}
        with (self.folder / f"{name}.log").open("ab") as written:
            made = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env={**plain, **told}, stdout=written, stderr=written
            )
        self.running.setdefault(name, []).append(made)
        return made


def until(what: Callable[[], object], seconds: float = 60.0) -> float:
    """Wait for something; how long it took in seconds."""
    since = time.monotonic()
    while not what():
        assert time.monotonic() - since < seconds, "it never came about"
        time.sleep(0.05)
    return time.monotonic() - since


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def job_of(machines: Machines, session_id: str):  # type: ignore[no-untyped-def]
    with machines.database.reading() as rows:
        return rows.execute(select(job).where(job.c.session_id == session_id)).one()


@contextmanager
def set_up(folder: Path, server: Server, name: str, bucket: Bucket) -> Iterator[Machines]:
    """An installation on PostgreSQL and an S3-compatible store; every process that was begun ends with it.

    Workers elsewhere have a role of their own in the database, which can do less.
    """
    database_url = server.url(name)
    key_file = folder / "s3-key"
    key_file.touch(mode=0o600)
    key_file.write_text(f"{bucket.access_key_id}\n{bucket.secret_access_key}\n")
    blobs = f"s3://{bucket.name}/{bucket.prefix}?endpoint={bucket.endpoint}&region={bucket.region}"
    home = Installed(folder / "home", PRACTICE_DATABASE_URL=database_url, PRACTICE_BLOBS=blobs)
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    database = open_database(database_url)
    made = Machines(folder, home, home.worker(), {"PRACTICE_S3_KEY_FILE": str(key_file)}, port, database)
    with server.connected(name) as administrator:
        administrator.execute(ROLE.read_text())
    try:
        yield made
    finally:
        for process in (one for begun in made.running.values() for one in begun):
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(30)
        database.close()
