"""`practice audit verify|show`: whether the audit is as it was written, and what it says."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from models.errors import BadInputError
from service.audit.anchors import Anchors, read_anchors
from service.audit.errors import BROKEN
from service.audit.keys import read_key_file
from service.audit.opening import open_file, open_url
from service.audit.reading import Filter, Reading, csv_lines, readings, utc, written
from service.audit.records import Action, is_id
from service.audit.sql_rows import SqlRows
from service.audit.store import each_row
from service.audit.verification import Verification, verify

audit_app = typer.Typer(help="The audit: what was done, by whom, to what; no content.", no_args_is_help=True)

File = Annotated[Path | None, typer.Argument(metavar="FILE", help="A database's file; it is only read.")]
Url = Annotated[
    str | None,
    typer.Option(
        "--database",
        envvar="PRACTICE_DATABASE_URL",
        help="Where the installation's database is, instead of a file. A password is better put into the variable.",
    ),
]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day, in UTC.", show_default=False)]


@audit_app.command("verify")
def verify_audit(
    anchors: Annotated[Path, typer.Option("--anchors", help="The anchor file of this installation.")],
    key_file: Annotated[Path, typer.Option("--key-file", help="The audit's keys, oldest first.")],
    file: File = None,
    database: Url = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Say whether every event is there as it was written, and how many are not anchored yet. Exit code 6 if not."""
    keys = read_key_file(key_file)
    known = read_anchors(anchors)  # before the rows: an anchor written in between would look like rows cut off
    with _opened(file, database) as rows:
        result = verify(each_row(rows), keys, known, rows.head())
    if as_json:
        sys.stdout.write(json.dumps(_document(result, known), indent=1) + "\n")
    else:
        for sentence in _sentences(result, known):
            typer.echo(sentence)
    if not result.whole:
        raise typer.Exit(BROKEN)


@audit_app.command("show")
def show_audit(
    file: File = None,
    database: Url = None,
    actor: Annotated[str | None, typer.Option(help="Only events by the person with this id.")] = None,
    action: Annotated[list[Action] | None, typer.Option(help="Only this action. Can be repeated.")] = None,
    session: Annotated[str | None, typer.Option(help="Only events about the session with this id.")] = None,
    since: Day = None,
    until: Day = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
) -> None:
    """Print the events, oldest first, from the day --since to the end of the day --until.

    They are shown as they stand there; `practice audit verify` says whether that is how they were written.
    """
    for name, given in (("--actor", actor), ("--session", session)):
        if given is not None and not is_id(given):
            raise BadInputError(f"{name} takes an id of 32 hexadecimal digits, or a UUID, as the events show them.")
    chosen = Filter(
        actor_id=actor, actions=frozenset(action or ()), session_id=session, since_ms=_ms(since),
        until_ms=None if until is None else _ms(until + timedelta(days=1)),
    )  # fmt: skip
    unreadable = 0
    with _opened(file, database) as rows:
        for reading, line in _lines(readings(each_row(rows), chosen), as_csv):
            unreadable += reading is not None and reading.event is None
            sys.stdout.write(line)
    if unreadable:
        typer.echo(f"{unreadable} events cannot be read. Run `practice audit verify`.", err=True)


def _opened(file: Path | None, url: str | None) -> AbstractContextManager[SqlRows]:
    """A file that is named counts more than the variable of the installation."""
    if file is not None:
        return open_file(file)
    if url is None:
        raise BadInputError("Name the database: its file, or its address with --database.")
    return open_url(url)


def _lines(found: Iterator[Reading], as_csv: bool) -> Iterator[tuple[Reading | None, str]]:
    return csv_lines(found) if as_csv else ((reading, written(reading)) for reading in found)


def _ms(day: datetime | None) -> int | None:
    """The start of a day in UTC, in ms since 1970."""
    return None if day is None else (day - datetime(1970, 1, 1)) // timedelta(milliseconds=1)


def _sentences(result: Verification, known: Anchors) -> Iterator[str]:
    for found in result.findings:
        yield found.sentence()
    if result.omitted:
        yield f"{result.omitted} more findings are not listed."
    if known.unfinished:
        yield f"{known.unfinished} lines of the anchor file were never finished, as after a power failure."
    yield _anchored(result)
    if result.whole:
        yield f"Whole: all {result.events} events are as they were written, the beginning of the chain included."
    else:
        yield "Not whole."


def _anchored(result: Verification) -> str:
    if result.anchored is None:
        return "No anchor of this chain is known: events cut off at the end would go unnoticed."
    if not result.unanchored:
        return f"The last anchor, of {utc(result.anchored_ms or 0)}, holds the last event."
    events = "1 event is" if result.unanchored == 1 else f"{result.unanchored} events are"
    return (
        f"The last {events} not anchored yet: the last anchor, of {utc(result.anchored_ms or 0)}, holds "
        f"event {result.anchored}."
    )


def _document(result: Verification, known: Anchors) -> dict[str, Any]:
    return {
        "whole": result.whole, "chain": result.chain_id, "events": result.events, "last": result.last,
        "anchored": result.anchored, "anchored_at": None if result.anchored_ms is None else utc(result.anchored_ms),
        "unanchored": result.unanchored, "unfinished_anchor_lines": known.unfinished,
        "findings": [
            {"kind": found.kind, "first": found.first, "last": found.last, "breaks": found.breaks,
             "sentence": found.sentence()}
            for found in result.findings
        ],
        "findings_not_listed": result.omitted,
    }  # fmt: skip
