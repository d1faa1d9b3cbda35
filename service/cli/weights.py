"""`practice models list|pull|verify`: the weights that can be loaded, and the only command that goes online."""

from __future__ import annotations

import json as json_text
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table
from rich.text import Text

from models import weights
from models.adapters import checkpoint_converter, hub_downloader
from models.errors import WeightsError
from models.weights import Entry, Kind, State
from service.settings import Settings

models_app = typer.Typer(help="Weights: what there is, what is here, and fetching it.", no_args_is_help=True)

LINE = "{:21} {:>8}  {:9}  {}"
"""One set of weights in 80 columns; its note stands below."""

Folder = Annotated[
    Path | None, typer.Option("--folder", help="The models folder, else PRACTICE_MODELS.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
Names = Annotated[list[str] | None, typer.Argument(help="Names from `practice models list`.", show_default=False)]
Endpoint = Annotated[str, typer.Option("--endpoint", envvar="HF_ENDPOINT", help="The hub's address.")]


def default_folder() -> Path:
    """Where weights lie on this machine."""
    return Settings.from_environment().models_folder


@models_app.command("list")
def list_weights(folder: Folder = None, json: Json = False, quiet: Quiet = False) -> None:
    """Show every set of weights that can be loaded, and whether it is here. Opens no connection."""
    models_folder = folder or default_folder()
    rows = [_row(entry, models_folder) for entry in weights.registry().values()]
    if json:
        _emit(rows)
    elif not quiet:
        console = Console(highlight=False)
        console.print(LINE.format("Name", "Size", "Licence", "State"), style="bold", soft_wrap=True)
        for row in rows:
            size = f"{row['bytes'] / 1e6:,.0f} MB"
            console.print(LINE.format(row["name"], size, row["licence"], row["state"]), soft_wrap=True, markup=False)
            if row["note"]:
                console.print(Padding(Text(row["note"], style="dim"), (0, 0, 0, 4)))
        console.print(f"Models folder: {models_folder}", soft_wrap=True)


@models_app.command("pull")
def pull_weights(
    names: Names = None,
    folder: Folder = None,
    endpoint: Endpoint = hub_downloader.ENDPOINT,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fetch weights at their pinned commit, check them, and convert pickles. Goes on with what was begun.

    A gated model needs the token of an account that accepted its conditions, in the variable HF_TOKEN.
    """
    if not names:
        raise WeightsError("Say which weights to pull; `practice models list` shows the names.")
    models_folder, told = folder or default_folder(), Console(stderr=True, highlight=False, soft_wrap=True)
    entries = [weights.entry(name) for name in names]
    results = []
    for entry in entries:
        if not quiet:
            told.print(f"{entry.name}: {entry.repo} at {entry.revision[:12]}, licence {entry.licence}.")
        results.append(_pull(entry, models_folder, endpoint, told, shown=not quiet))
    if json:
        _emit(results)


@models_app.command("verify")
def verify_weights(names: Names = None, folder: Folder = None, json: Json = False, quiet: Quiet = False) -> None:
    """Compute the SHA-256 of weights that are here and compare it. Exit code 3 if one is not as it has to be.

    Without names: everything that is installed or begun.
    """
    models_folder = folder or default_folder()
    known = list(weights.registry().values())
    entries = [weights.entry(name) for name in names] if names else [e for e in known if _begun(e, models_folder)]
    rows = [
        {"name": entry.name, "path": state.path, "state": state.state.value, "sha256": state.sha256}
        for entry in entries
        for state in weights.verify(entry, models_folder)
    ]
    if json:
        _emit(rows)
    elif not quiet:
        table = Table("Weights", "File", "State", "SHA-256", box=None, pad_edge=False)
        for row in rows:
            table.add_row(row["name"], row["path"], row["state"], (row["sha256"] or "")[:16])
        Console(highlight=False).print(table)
    bad = [f"{row['name']}/{row['path']} ({row['state']})" for row in rows if row["state"] != State.OK]
    if bad:
        raise WeightsError(
            f"Not as they have to be: {', '.join(bad)}. "
            "Run `practice models pull NAME`; for weights that a package carries, install that package again."
        )


def _pull(entry: Entry, models_folder: Path, endpoint: str, told: Console, *, shown: bool) -> dict[str, Any]:
    with _bar(entry, told, shown=shown) as progress:
        done = hub_downloader.pull(entry, models_folder, endpoint, os.environ.get("HF_TOKEN") or None, progress)
    converted = checkpoint_converter.convert(entry, models_folder)
    bad = [state.path for state in weights.verify(entry, models_folder) if state.state is not State.OK]
    if bad:
        raise WeightsError(f"{entry.name}: {', '.join(bad)} did not come out right. Pull again.")
    if shown:
        for sentence in _sentences(entry, done, converted):
            told.print(f"  {sentence}")
    return {
        "name": entry.name, "folder": str(done.folder), "licence": entry.licence, "fetched": done.fetched,
        "kept": done.kept, "trusted_on_first_pull": done.trusted, "converted": converted,
    }  # fmt: skip


def _sentences(entry: Entry, done: hub_downloader.Pulled, converted: tuple[str, ...]) -> Iterator[str]:
    yield f"{len(done.fetched)} files fetched, {len(done.kept)} were here already; every SHA-256 is right."
    if done.trusted:
        yield (
            f"Trusted on first pull, as no digest is known beforehand: {', '.join(done.trusted)}. "
            "From now on only these bytes are accepted."
        )
    if converted:
        yield f"Converted from pickles, which were deleted: {', '.join(converted)}."
    if entry.licence.startswith("CC-BY"):
        yield f"The licence {entry.licence} asks for attribution: name {entry.repo} wherever results are published."


@contextmanager
def _bar(entry: Entry, told: Console, *, shown: bool) -> Iterator[Any]:
    columns = (
        TextColumn("  {task.fields[path]}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
        TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=told, disable=not (shown and told.is_terminal), transient=True) as bars:
        task = bars.add_task("", total=entry.size or None, path="")

        def progress(step: hub_downloader.Progress) -> None:
            bars.update(task, completed=step.done, total=step.total or None, path=step.path)

        yield progress


def _row(entry: Entry, models_folder: Path) -> dict[str, Any]:
    here = weights.installed(entry, models_folder)
    absent = "not here, gated" if entry.gated else "not here"
    words = {Kind.HUB: "here" if here else absent}
    state = words.get(entry.kind, f"carried by {entry.revision}" if here else "its package is not installed")
    return {
        "name": entry.name, "engine": entry.engine, "kind": entry.kind.value, "repo": entry.repo,
        "revision": entry.revision, "licence": entry.licence, "gated": entry.gated, "bytes": entry.size,
        "state": state, "note": entry.note,
    }  # fmt: skip


def _begun(entry: Entry, models_folder: Path) -> bool:
    if entry.kind is Kind.HUB:
        return weights.folder_of(entry, models_folder).is_dir()
    return weights.installed(entry)


def _emit(rows: Iterable[dict[str, Any]] | dict[str, Any]) -> None:
    sys.stdout.write(json_text.dumps(rows, indent=1) + "\n")
