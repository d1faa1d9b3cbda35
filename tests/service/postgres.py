"""A PostgreSQL of the tests' own: made in a folder of its own, reached by a socket, and gone with the tests."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

STARTS_IN_S = 60
_MEMORY, _ROOM = Path("/dev/shm"), 2 << 30
_CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_SMALL = ("listen_addresses=", "shared_buffers=16MB", "max_connections=100", "autovacuum=off", "log_min_messages=fatal")
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Server:
    """A running server, and the folder of its socket."""

    socket_folder: Path
    _numbers: Iterator[int]

    def url(self, name: str) -> str:
        """Where SQLAlchemy reaches the database of that name."""
        return f"postgresql+psycopg://practice@/{name}?host={self.socket_folder}"

    def connected(self, name: str = "postgres") -> psycopg.Connection:
        """A connection of the superuser, without transactions."""
        return psycopg.connect(host=str(self.socket_folder), user="practice", dbname=name, autocommit=True)

    @contextmanager
    def fresh(self, template: str = "template0") -> Iterator[str]:
        """The name of a new database like ``template``, which is gone afterwards."""
        name = f"made_{next(self._numbers)}"
        with self.connected() as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
            try:
                yield name
            finally:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def programs() -> Path | None:
    """The folder with PostgreSQL's programs; None where it is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return max(
        (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")),
        key=lambda path: int(path.parent.name) if path.parent.name.isdecimal() else 0,
        default=None,
    )


@contextmanager
def running(*, durable: bool = False) -> Iterator[Server]:
    """A server for as long as this lasts. ``durable``: as a real one, for measurements. Needs `programs`."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=None if durable else _in_memory()))
    found = programs()
    assert found is not None
    user = _somebody()
    try:
        if user is not None:
            os.chown(folder, user, -1)
        data = folder / "data"
        made = [found / "initdb", "-D", data, "-U", "practice", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, user=user, cwd=folder)
        settings = [*_SMALL, f"unix_socket_directories={folder}", *(() if durable else _CARELESS)]
        words = [word for setting in settings for word in ("-c", setting)]
        server = subprocess.Popen(
            [found / "postgres", "-D", data, *words], user=user, cwd=folder, preexec_fn=_ends_with_us(),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            started = Server(folder, count())
            _wait(started, server)
            yield started
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(STARTS_IN_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_memory() -> str | None:
    """A folder in memory where there is room in one: nothing here has to last, and disks are slow."""
    try:
        return str(_MEMORY) if shutil.disk_usage(_MEMORY).free > _ROOM and os.access(_MEMORY, os.W_OK) else None
    except OSError:
        return None


def _somebody() -> int | None:
    """The user that the server runs as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise AssertionError("there is neither a user postgres nor nobody")


def _ends_with_us() -> Callable[[], None]:
    """For the child, between fork and exec: stop at once when this process is killed."""
    library = ctypes.CDLL(None)
    return lambda: library.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _wait(started: Server, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_IN_S
    while True:
        try:
            started.connected().close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)
