"""`practice keeper`: keys for workers on other machines, and which machines those are."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from service.settings_service import ServiceSettings, SettingError

keeper_app = typer.Typer(help="Lend keys to workers on other machines, for what they work on right now.")
machine_app = typer.Typer(help="The machines whose workers may ask the key keeper.", no_args_is_help=True)
keeper_app.add_typer(machine_app, name="machine")
Name = Annotated[str, typer.Argument(help="The machine's name: a-z, 0-9 and hyphen.", show_default=False)]


@keeper_app.callback(invoke_without_command=True)
def keeper(context: typer.Context) -> None:
    """Run the key keeper beside the keystore until stopped; it also does the service's chores, as a worker does."""
    if context.invoked_subcommand is not None:
        return
    from service.api.logs import set_up_logs
    from service.housekeeping import housekept
    from service.installation import opened_installation
    from service.keeper.running import certificate_of, keeper_application
    from service.keeper.server import keeper_server, listening_at
    from service.keeper.settings import KeeperSettings

    settings = ServiceSettings.from_environment()
    meant = KeeperSettings.from_environment(settings)
    if settings.database_url.startswith("sqlite"):
        raise SettingError("The key keeper is for workers elsewhere, and those need PRACTICE_DATABASE_URL=postgresql….")
    set_up_logs()
    with listening_at(meant) as held, opened_installation(settings) as installation:
        served = keeper_server(keeper_application(installation, meant), certificate_of(meant))
        with housekept(installation):
            served.run(sockets=[held])


@machine_app.command()
def add(
    name: Name,
    out: Annotated[Path, typer.Option(help="A new folder, to be carried to that machine.", show_default=False)],
) -> None:
    """Let a machine's workers ask for keys: write the folder that they need. It is in the audit."""
    from service.installation import opened_installation
    from service.keeper.settings import KeeperSettings
    from service.keeper.usecases import add_machine

    settings = ServiceSettings.from_environment()
    meant = KeeperSettings.from_environment(settings)
    with opened_installation(settings) as installation:
        add_machine(installation, meant, name, out)
    typer.echo(f"Carry {out} to the machine, readable by the user that runs its workers alone, and delete it here.")
    typer.echo(f"There: PRACTICE_MACHINE=that folder, PRACTICE_KEEPER=https://{meant.names[0]}:{meant.port}")


@machine_app.command("list")
def list_machines(as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False) -> None:
    """The machines that may ask for keys, and what the audit calls each."""
    from service.keeper.running import machines_of
    from service.keeper.settings import KeeperSettings

    known = machines_of(KeeperSettings.from_environment(ServiceSettings.from_environment())).known()
    if as_json:
        sys.stdout.write(json.dumps([{"name": one.name, "id": one.id} for one in known]) + "\n")
    elif not known:
        typer.echo("No machine may ask for keys.")
    for one in () if as_json else known:
        typer.echo(f"{one.id}  {one.name}")


@machine_app.command()
def remove(name: Name) -> None:
    """Refuse a machine from its next request on. It is in the audit."""
    from service.installation import opened_installation
    from service.keeper.settings import KeeperSettings
    from service.keeper.usecases import remove_machine

    settings = ServiceSettings.from_environment()
    meant = KeeperSettings.from_environment(settings)
    with opened_installation(settings) as installation:
        remove_machine(installation, meant, name)
    typer.echo("Removed: it gets no key any more. Change the passwords of database and store that it had, too.")
