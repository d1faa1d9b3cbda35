"""`practice backup|restore|rotate-keys`: copies of the installation, and a new epoch for its keys."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from service.settings_service import ServiceSettings

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
NOT_WHOLE = 6


def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder; its parent has to be there.")],
    dated: Annotated[bool, typer.Option("--dated", help="Make a folder named by date and time below FOLDER.")] = False,
    as_json: Json = False,
) -> None:
    """Copy the installation while it runs: FOLDER/data, and FOLDER/keystore, which opens it. Keep them apart."""
    from service.admin.backup import KEPT_DAYS, back_up
    from service.installation import opened_installation

    settings = ServiceSettings.from_environment()
    with opened_installation(settings) as installation:
        made = folder / f"{_day(installation.parts.clock()):%Y-%m-%dT%H%M%SZ}" if dated else folder
        done = back_up(installation, made)
    delete_by = _day(done.made_ms) + timedelta(days=KEPT_DAYS)
    old = _old_keystores(folder, done.made_ms, KEPT_DAYS) if dated else 0
    if as_json:
        more = {"folder": made.name, "delete_keystore_by": f"{delete_by:%Y-%m-%d}", "keystores_too_old": old}
        sys.stdout.write(json.dumps({**asdict(done), **more}, indent=1) + "\n")
    else:
        _say_backup(done.database, done.blobs, done.missing)
        typer.echo(
            f"data/      keep it with your other backups, as long as those. {done.size_bytes} bytes in both parts."
        )
        typer.echo(f"keystore/  opens data/. Keep it elsewhere, and delete every copy by {delete_by:%d %B %Y}:")
        typer.echo(f"           erased sessions are beyond recovery when no copy older than {KEPT_DAYS} days is left.")
        if old:
            typer.echo(f"{old} older keystore parts here should have been deleted by now.")


def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Holds both parts of a backup: data and keystore.")],
    despite_damage: Annotated[
        bool, typer.Option("--despite-damage", help="Restore the others where some blobs of the backup are damaged.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put a backup into an empty PRACTICE_DATA and repeat every erasure since. Exit code 6: not all of it opens."""
    from service.admin.restore import restore as put_back

    done = put_back(ServiceSettings.from_environment(), folder, despite_damage=despite_damage)
    if as_json:
        sys.stdout.write(json.dumps({**asdict(done), "whole": done.whole}, indent=1) + "\n")
    else:
        typer.echo(f"Restored as of {_day(done.made_ms):%Y-%m-%d %H:%M} UTC, with {done.keys} sessions' keys.")
        typer.echo(
            f"The ledger names {done.ledger_entries} erased sessions; {done.erased} of them were in this backup."
        )
        told = ", ".join(f"{number} {proof}" for proof, number in done.blobs.items()) or "none"
        typer.echo(f"Sealed files that rows name: {told}. Files not as they were backed up: {done.damaged}.")
        typer.echo("Now: `practice audit verify`, `practice rotate-keys`, then start the service.")
    if not done.whole:
        raise typer.Exit(NOT_WHOLE)


def rotate_keys(as_json: Json = False) -> None:
    """Wrap every session's key anew. Copies of the keystore from before then open nothing; back up at once."""
    from service.admin.acts import tell
    from service.audit.records import NOBODY, Action, Kind
    from service.ids import new_id
    from service.installation import opened_installation

    with opened_installation(ServiceSettings.from_environment()) as installation:
        tell(installation.parts, Action.KEY, Kind.KEY, object_id=NOBODY, request_id=new_id())
        epoch = installation.keys.rotate()
        report = installation.keys.verify()
    if as_json:
        sys.stdout.write(json.dumps({"epoch": epoch, "keys": report.keys, "whole": report.whole}) + "\n")
    else:
        typer.echo(f"Epoch {epoch}: {report.keys} keys wrapped anew. Run `practice backup` now.")
    if not report.whole:
        raise typer.Exit(NOT_WHOLE)


def _say_backup(database: bool, blobs: int | None, missing: int) -> None:
    typer.echo("Database: copied." if database else "Database: in PostgreSQL. Back it up by its own means.")
    if blobs is None:
        typer.echo("Sealed recordings: in the bucket. Copy it by its own means.")
    else:
        typer.echo(f"Sealed files: {blobs}.")
    if missing:
        typer.echo(f"{missing} more are named by rows and were not there: deleted meanwhile, or lost.")


def _old_keystores(folder: Path, now: int, days: int) -> int:
    """Keystore parts of earlier backups below the folder that are older than they may be."""
    over = _day(now) - timedelta(days=days)
    found = [path.parent.name for path in folder.glob("*/keystore") if path.is_dir()]
    return sum(_is_before(name, over) for name in found)


def _is_before(name: str, moment: datetime) -> bool:
    try:
        return datetime.strptime(name, "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC) < moment
    except ValueError:
        return False


def _day(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
