"""`practice demo`."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.session import Choices
from service.cli.analyse import Json, Out, Quiet, run_analysis

if TYPE_CHECKING:
    from pipelines.session import Engines
    from service.analysis import Analysis
    from service.demo.running import Running

_WELCOME = """
The service is running on this machine, with this session in it:

  {url}

Sign in as {coach} to review it, as {worker} to reflect on it, or as {administrator}.
Everybody's password: {password}
Stop it with `practice demo --stop{more}`."""


def demo(
    out: Out = Path("demo-output"),
    serve: Annotated[
        bool,
        typer.Option("--serve", help="Also start the service with this session in it, and leave it running."),
    ] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Only stop the service that --serve left running.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Analyse the sample recording that comes with the program: an invented visit, spoken by two synthetic voices."""
    if stop:
        _stop(out / "service")
        return
    from pipelines.demo import demo_context, demo_recording
    from service.engines import EngineChoice

    context = demo_context()
    choices = Choices(change_goal=context.change_goal, legal_status=context.legal_status)
    analysis, engines = run_analysis(
        demo_recording(), out, EngineChoice(), choices, as_json=as_json, quiet=quiet, keep_stages=True
    )
    if serve:
        running = _served((out / "service").resolve(), analysis, engines)
        if not (quiet or as_json):
            _welcome(running)


def _stop(folder: Path) -> None:
    from service.demo.running import at, stop

    typer.echo("Stopped." if stop(at(folder.resolve())) else "It was not running.")


def _served(folder: Path, analysis: Analysis, engines: Engines) -> Running:
    """The running service; filled anew where the analysis, or the program, is another one than it was filled with."""
    from service.demo.running import at, start, stop

    found = at(folder)
    mark = folder / "filled.json"
    made_of = _made_of(analysis)
    if not mark.exists() or mark.read_text("utf-8") != made_of:
        stop(found)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        _fill(found, analysis, engines)
        mark.write_text(made_of, "utf-8")
    return start(found)


def _fill(found: Running, analysis: Analysis, engines: Engines) -> None:
    from service.demo.people import invited
    from service.demo.session import added
    from service.installation import opened_installation
    from service.settings_service import ServiceSettings
    from service.web_process import people_parts

    settings = ServiceSettings.from_environment(found.environment)
    with opened_installation(settings, may_begin=True) as installation:
        added(installation, invited(installation, people_parts(installation)), engines, analysis.outcome)


def _made_of(analysis: Analysis) -> str:
    """What the filling depends on: the session's own documents, and the tables of the database."""
    from service.database.upgrade import MIGRATIONS
    from service.demo.people import PARTS

    tables = sha256()
    for path in sorted((MIGRATIONS / "versions").glob("*.sql")):
        tables.update(path.read_bytes())
    return json.dumps(
        {
            "session": analysis.session.id,
            "engines": sorted(engine.version for engine in analysis.session.engines.values()),
            "database": tables.hexdigest(),
            "people": [part.sign_in_name for part in PARTS],
        }
    )


def _welcome(running: Running) -> None:
    from service.demo.people import ADMINISTRATOR, COACH, PASSWORD, WORKER

    usual = running.folder.parent.name == "demo-output"
    typer.echo(
        _WELCOME.format(
            url=running.url,
            coach=COACH.sign_in_name,
            worker=WORKER.sign_in_name,
            administrator=ADMINISTRATOR.sign_in_name,
            password=PASSWORD,
            more="" if usual else f" --out {running.folder.parent}",
        )
    )
