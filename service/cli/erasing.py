"""`practice erase SESSION` and `practice retention run|preview`: what is deleted, asked for or due."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from service.settings_service import ServiceSettings

retention_app = typer.Typer(help="How long things are kept: what is due, and deleting it.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def erase(
    session: Annotated[str, typer.Argument(metavar="SESSION", help="The session's id, as its page shows it.")],
) -> None:
    """Destroy a session's key and what was made from it, for good, and print the certificate as JSON."""
    from service.admin.erasing import erase as erase_session
    from service.housekeeping import eraser_of
    from service.installation import opened_installation

    with opened_installation(ServiceSettings.from_environment()) as installation:
        asked = erase_session(installation.parts, eraser_of(installation), session)
    if asked.certificate is not None:
        sys.stdout.write(asked.certificate.decode("ascii") + "\n")
        return
    until = f" until {_utc(asked.held_until_ms)}" if asked.held_until_ms is not None else ""
    typer.echo(f"Nobody can read this session any more. A hold keeps its key{until}; it is destroyed then.", err=True)
    typer.echo(json.dumps({"erasure": asked.erasure_id, "state": asked.state, "held_until_ms": asked.held_until_ms}))


@retention_app.command("run")
def run_due(
    clock_is_right: Annotated[
        bool, typer.Option("--clock-is-right", help="You have compared this machine's clock with another one.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Delete what is due now, and finish every erasure. Nothing is deleted while the clock cannot be believed."""
    from service.admin.acts import at_the_machine
    from service.housekeeping import eraser_of
    from service.installation import opened_installation
    from service.retention.errors import ClockNotTrustedError
    from service.retention.usecases import run
    from service.retention.watch import ClockWatch

    with opened_installation(ServiceSettings.from_environment()) as installation:
        watch, actor = ClockWatch(installation.parts), at_the_machine()
        if clock_is_right:
            watch.confirm(actor)
        ran = run(installation.parts, watch, actor.request_id)
        if ran.paused:
            raise ClockNotTrustedError(
                "The clock differs from what it should show, or the service was off for more than an hour. Nothing was "
                "deleted. Compare it with another clock, then run this again with --clock-is-right."
            )
        certified = eraser_of(installation).run()
    if as_json:
        done = {"kinds": ran.kinds, "sessions": ran.sessions, "held": ran.held, "erased": certified}
        sys.stdout.write(json.dumps(done) + "\n")
    else:
        typer.echo(f"Kinds of content deleted: {ran.kinds}. Sessions due: {ran.sessions}, under a hold: {ran.held}.")
        typer.echo(f"Erasures finished: {certified}.")


@retention_app.command("preview")
def preview_due(as_json: Json = False) -> None:
    """Say what the next 14 days delete, soonest first: sessions by their ids, and kinds of content."""
    from service.admin.acts import at_the_machine
    from service.installation import opened_installation
    from service.retention.usecases import preview

    with opened_installation(ServiceSettings.from_environment()) as installation:
        found = preview(installation.parts, at_the_machine())
    if as_json:
        sys.stdout.write(json.dumps([asdict(one) for one in found], indent=1) + "\n")
        return
    for one in found:
        held = ", under a hold" if one.held else ""
        typer.echo(f"{_utc(one.due_ms)}  {one.session_id}  {one.kind or 'the whole session'}{held}")
    typer.echo(f"{len(found)} within 14 days.")


def _utc(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M} UTC"
