"""`practice serve|worker|upgrade|first-link|recovery-link`: the service on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from models.errors import BadInputError, PracticeError
from service.cli.workplace import worker_id_of
from service.settings_service import ServiceSettings

_YIELDING = 10
"""How far a worker beside the web process steps back, so that people do not wait while a session is transcribed."""
_BACKUP_WORDS = """
This is a new installation. Its keys are in two places, and both have to be backed up, apart from one another:
  {keystore}   each session's key, wrapped
  {keys}   what unwraps them
Whoever loses either of them loses every recording for good. Whoever has both and the data can read all of it.
`practice backup` copies them; keep such copies for at most 7 days, or erased sessions can be brought back.
"""


def serve(
    with_worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Also run a worker on this machine.")
    ] = True,
) -> None:
    """Run the service: pages, API and a worker. The first time, make the installation and print the first link."""
    from service.api.logs import set_up_logs
    from service.api.server import listening, run_web
    from service.ids import new_id
    from service.installation import opened_installation
    from service.people.links import first_administrator_link
    from service.web_process import web_app

    settings = ServiceSettings.from_environment()
    set_up_logs()
    with listening(settings) as held, opened_installation(settings, may_begin=True) as installation:
        if installation.first_start:
            _say_backup(settings)
            secret = first_administrator_link(installation.parts, new_id())
            typer.echo(f"First administrator, once, within 24 hours: {settings.link_to(secret)}")
            sys.stdout.flush()
        installation.keeper.start()
        worker = Worker() if with_worker else None
        try:
            if worker:
                worker.start()
            run_web(web_app(installation), settings, held)
        finally:
            if worker:
                worker.stop()
            installation.keeper.stop()


def first_link() -> None:
    """Print a new one-time link for the first administrator, as long as there is nobody yet."""
    from service.ids import new_id
    from service.installation import opened_installation
    from service.people.links import first_administrator_link

    settings = ServiceSettings.from_environment()
    with opened_installation(settings) as installation:
        secret = first_administrator_link(installation.parts, new_id())
    typer.echo(settings.link_to(secret))


def recovery_link_for(
    name: Annotated[str, typer.Argument(help="Sign-in name of whoever cannot sign in any more.", show_default=False)],
) -> None:
    """Print a one-time link to a new password, where no administrator can make one. It is in the audit."""
    from service.ids import new_id
    from service.installation import opened_installation
    from service.people.links import recovery_link

    settings = ServiceSettings.from_environment()
    with opened_installation(settings) as installation:
        secret = recovery_link(installation.parts, new_id(), name)
    typer.echo(settings.link_to(secret))


def upgrade() -> None:
    """Bring the database to this version, after a backup; make the installation where there is none. Stop first."""
    from service.database.engine import open_database
    from service.database.upgrade import upgrade as upgrade_database
    from service.installation import keystore_file, opened_installation

    settings = ServiceSettings.from_environment()
    if not keystore_file(settings).exists():
        with opened_installation(settings, may_begin=True):
            _say_backup(settings)
        return
    database = open_database(settings.database_url)
    try:
        kept = upgrade_database(database, settings.data / "before-upgrades")
    finally:
        database.close()
    typer.echo("The database is of this version." + (f" Its backup: {kept.name}" if kept else ""))


def worker(
    name: Annotated[
        str,
        typer.Option(envvar="PRACTICE_WORKER", help="Tells workers on one machine apart: the GPU's number, or cpu."),
    ] = "0",
    only: Annotated[str, typer.Option(help="Queues to work on: speech, light, or both with a comma.")] = "speech,light",
    healthy: Annotated[bool, typer.Option("--healthy", help="Only say by the exit code whether it is alive.")] = False,
    until_parent_ends: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Work on recordings until stopped. Run as many as wanted, one for each GPU; elsewhere with PRACTICE_KEEPER."""
    from service.keeper.settings import FarSettings

    settings = ServiceSettings.from_environment()
    far = FarSettings.from_environment(settings)
    worker_id = worker_id_of(name, far)
    if healthy:
        raise typer.Exit(0 if _is_alive(settings, worker_id) else 1)
    from service.api.about import tell_engines
    from service.api.logs import set_up_logs
    from service.cli.workplace import work_place
    from service.engines import EngineChoice, choose_engines
    from service.jobs.records import Queue
    from service.settings import Settings
    from service.worker import WorkerSettings, run_worker

    stop, queues = threading.Event(), _queues(only)
    set_up_logs()
    for signalled in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signalled, lambda *_: stop.set())
    if until_parent_ends:
        os.nice(_YIELDING)
        threading.Thread(target=_watch_parent, args=(os.getppid(), stop), daemon=True).start()
    with work_place(settings, far, name, stop) as place:
        choice = replace(EngineChoice(), max_hours=float(settings.limits.recording_hours))
        engines = choose_engines(choice, Settings.from_environment()).engines
        tell_engines(place.parts.database, {"transcriber": engines.transcriber.engine.name})
        meant = WorkerSettings(
            worker_id=worker_id, engine_url=engine_url(settings), queues=tuple(Queue(name) for name in queues)
        )
        run_worker(place.parts, engines, meant, stop, place.in_hand)


def _say_backup(settings: ServiceSettings) -> None:
    typer.echo(_BACKUP_WORDS.format(keystore=settings.data / "keystore.sqlite3", keys=settings.keys), err=True)


def _is_alive(settings: ServiceSettings, worker_id: str) -> bool:
    from service.database.engine import open_database
    from service.jobs.health import LOST_AFTER_MS, is_alive

    if settings.database_url.startswith("sqlite") and not (settings.data / "keystore.sqlite3").exists():
        return False  # nothing is made by asking
    database = open_database(settings.database_url)
    try:
        return is_alive(database, worker_id, LOST_AFTER_MS)
    except PracticeError:
        return False
    finally:
        database.close()


def engine_url(settings: ServiceSettings) -> str:
    """Where the durable engine keeps its own tables: a file beside the database, or the same PostgreSQL."""
    if settings.database_url.startswith("sqlite"):
        return f"sqlite:///{settings.data / 'jobs.sqlite3'}"
    return settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)


@dataclass
class Worker:
    """A worker in a process of its own beside the web process; begun again when it dies."""

    patience_s: float = 60.0

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="worker", daemon=True)

    def start(self) -> None:
        """Begin it, and watch it."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to stop and wait; kill it where it does not."""
        self._stopping.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
        self._thread.join(self.patience_s)
        if process is not None and process.poll() is None:
            process.kill()

    def _keep(self) -> None:
        pause_s = 1.0
        while not self._stopping.is_set():
            begun = time.monotonic()
            program = Path(sys.executable)
            self._process = subprocess.Popen([program, "-m", "service.cli", "worker", "--until-parent-ends"])
            self._process.wait()
            lasted = time.monotonic() - begun
            pause_s = 1.0 if lasted > self.patience_s else min(2 * pause_s, self.patience_s)
            self._stopping.wait(pause_s)


def _queues(only: str) -> list[str]:
    names = [name.strip() for name in only.split(",") if name.strip()]
    if not names or not set(names) <= {"speech", "light"}:
        raise BadInputError("--only takes speech, light, or speech,light.")
    return names


def _watch_parent(parent: int, stop: threading.Event) -> None:
    """A worker that was begun beside the web process ends with it, however that ended."""
    while not stop.wait(1.0):
        if os.getppid() != parent:
            stop.set()
