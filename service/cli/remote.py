"""`practice remote`: a service elsewhere, from this machine. Nothing is transcribed here."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from models.errors import BadInputError
from service.audit.private_files import write_private
from service.cli.remote_account import accept_link, invite, people, sign_in, sign_out
from service.cli.remote_adding import add, resume, upload, watch
from service.cli.remote_choice import (
    Choice,
    JsonOption,
    QuietOption,
    SessionArgument,
    SureOption,
    connected,
    emit,
    make_sure,
    page,
    plain,
)
from service.cli.remote_permit import permit
from service.database.words import How, PermissionPurpose, Purpose
from service.remote.errors import StrangeAnswerError

remote_app = typer.Typer(help="A service elsewhere: sign in, add recordings, fetch results.", no_args_is_help=True)
PurposeOption = Annotated[
    Purpose,
    typer.Option("--purpose", help="What you read it for: reflection, coaching or research; the audit keeps it."),
]
READING = (Purpose.REFLECTION, Purpose.COACHING, Purpose.RESEARCH)


@remote_app.callback()
def choose(
    ctx: typer.Context,
    server: Annotated[
        str | None,
        typer.Option(envvar="PRACTICE_REMOTE_SERVER", help="The service. Default: where you signed in."),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(envvar="PRACTICE_REMOTE_TOKEN_FILE", help="For machines: a file with an access token."),
    ] = None,
) -> None:
    """A service elsewhere: sign in, add recordings, fetch results."""
    ctx.obj = Choice(server=server, token_file=token_file)


def list_sessions(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the sessions that you may see, without their content."""
    with connected(ctx) as connection:
        found = list(connection.each("/sessions"))
    if as_json:
        emit({"items": found})
        return
    table = Table("Held on", "Setting", "State", "Shared", "Session", box=None, pad_edge=False)
    for one in found:
        shared = "yes" if one.get("shared_ms") else "no"
        words = (one.get("held_on"), one.get("setting"), one.get("state"), shared, one.get("id"))
        table.add_row(*map(plain, words))
    page().print(table)


def status(
    ctx: typer.Context,
    session: SessionArgument,
    purpose: PurposeOption = Purpose.REFLECTION,
    as_json: JsonOption = False,
) -> None:
    """Say how a session stands: who agreed to what, and the work on it."""
    from service.remote.sessions import checked, participants

    session_id = checked(session)
    with connected(ctx) as connection:
        facts = connection.get(f"/sessions/{session_id}", {"purpose": _reading(purpose)})
        present = participants(connection, session_id)
        jobs = list(connection.each(f"/sessions/{session_id}/jobs"))
    if as_json:
        emit({"session": facts, "participants": present, "jobs": jobs})
        return
    shared = "shared with the coach" if facts.get("shared_ms") else "not shared"
    page().print(f"Held on {facts.get('held_on')}: {facts.get('state')}, {shared}.")
    table = Table("", "Participant", *PermissionPurpose, box=None, pad_edge=False)
    for number, one in enumerate(present, 1):
        standing = one.get("standing") or {}
        words = (_called(one), *(standing.get(purpose) for purpose in PermissionPurpose))
        table.add_row(str(number), *map(plain, words))
    page().print(table)
    for job in jobs:
        page().print(f"Job {job.get('id')}: {job.get('state')}. {job.get('sentence') or ''}".rstrip())


def get(
    ctx: typer.Context,
    session: SessionArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write to; made if it is not there.")],
    purpose: PurposeOption = Purpose.REFLECTION,
    report: Annotated[bool, typer.Option("--report", help="Also the report and the transcript for people.")] = False,
    rubric: Annotated[
        Path | None, typer.Option(help="With --report: your council's rubric, where it has its own.")
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Fetch session.json, coding.json and scoring.json; from then on they lie on this machine, readable by you."""
    from service.remote import documents
    from service.remote.sessions import checked

    reading = _reading(purpose)
    if out.exists() and not out.is_dir():
        raise BadInputError(f"{out.name} is a file. Name a folder with --out.")
    with connected(ctx) as connection:
        files = documents.fetch(connection, checked(session), reading)
    written = documents.save(files, out)
    if report:
        written += documents.report(out, files.keys(), rubric)
    if as_json:
        emit({"out": str(out), "files": [path.name for path in written]})
    elif not quiet:
        names = ", ".join(path.name for path in written)
        page().print(f"{names} are in {out}. A withdrawal does not reach them there: delete them after use.")


def share(ctx: typer.Context, session: SessionArgument, as_json: JsonOption = False) -> None:
    """Share a session with your coach."""
    _sharing(ctx, session, shared=True, as_json=as_json)


def unshare(ctx: typer.Context, session: SessionArgument, as_json: JsonOption = False) -> None:
    """Take back that a session is shared with your coach."""
    _sharing(ctx, session, shared=False, as_json=as_json)


def withdraw(
    ctx: typer.Context,
    session: SessionArgument,
    participant: Annotated[int, typer.Option(min=1, help="Whose mind changed: the number that `status` shows.")],
    only: Annotated[
        list[PermissionPurpose] | None, typer.Option(help="Take back this purpose alone. Can be repeated.")
    ] = None,
    how: Annotated[How, typer.Option(help="In what way they said so.")] = How.SPOKEN,
    sure: SureOption = False,
    as_json: JsonOption = False,
) -> None:
    """Record that somebody changed their mind. Without --only, or with reflection, the session is erased for good."""
    from service.remote.sessions import checked, participants
    from service.remote.sessions import withdraw as take_back

    session_id, purposes = checked(session), tuple(only or ())
    with connected(ctx) as connection:
        present = participants(connection, session_id)
        if participant > len(present):
            raise BadInputError(f"There are {len(present)} participants; `practice remote status` shows their numbers.")
        chosen = present[participant - 1]
        make_sure(_question(chosen, participant, purposes), sure)
        receipt = take_back(connection, session_id, checked(str(chosen.get("id"))), purposes, how)
    if as_json:
        emit({"session": session_id, "receipt": receipt})
    else:
        for line in _receipt_lines(receipt):
            page().print(line)


def receipt(
    ctx: typer.Context,
    session: SessionArgument,
    certificate: Annotated[
        Path | None, typer.Option(help="Also write the signed certificate to this new file, once there is one.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the receipt of a withdrawal. Once everything is gone it has a signed certificate."""
    from service.remote.sessions import checked
    from service.remote.sessions import receipt as receipt_of

    session_id = checked(session)
    with connected(ctx) as connection:
        found = receipt_of(connection, session_id)
    if certificate is not None:
        _keep_certificate(found, certificate)
    if as_json:
        emit({"session": session_id, "receipt": found})
    else:
        for line in _receipt_lines(found):
            page().print(line)


def _reading(purpose: Purpose) -> str:
    """The word for the service. Raises BadInputError where content is not read for that."""
    if purpose not in READING:
        raise BadInputError("Content is read for reflection, coaching or research. Choose one with --purpose.")
    return purpose.value


def _sharing(ctx: typer.Context, session: str, *, shared: bool, as_json: bool) -> None:
    from service.remote import sessions

    session_id = sessions.checked(session)
    with connected(ctx) as connection:
        sessions.share(connection, session_id, shared=shared)
    if as_json:
        emit({"session": session_id, "shared": shared})
    else:
        page().print("Your coach may see it now." if shared else "Your coach may not see it any more.")


def _question(one: dict[str, Any], number: int, purposes: tuple[PermissionPurpose, ...]) -> str:
    whole = not purposes or PermissionPurpose.REFLECTION in purposes
    what = (
        "The session is erased for everybody, for good."
        if whole
        else f"Taken back: {', '.join(purpose.value for purpose in purposes)}."
    )
    return f"Participant {number} ({_called(one)}) changed their mind. {what} Are you sure?"


def _receipt_lines(receipt: dict[str, Any]) -> list[str]:
    """The receipt for people: its words where it has some, and its facts by name."""
    lines = [str(receipt["words"])] if receipt.get("words") else ["Recorded. This is the receipt:"]
    for name, value in receipt.items():
        if name in ("words", "certificate") or value in (None, "", []):
            continue
        if name.endswith("_ms") and isinstance(value, int):
            name, value = name.removesuffix("_ms"), f"{datetime.fromtimestamp(value / 1000, UTC):%Y-%m-%d %H:%M} UTC"
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        if isinstance(value, bool):
            shown = "yes" if value else "no"
        lines.append(f"{name.replace('_', ' ')}: {shown}")
    return ["".join(sign if sign.isprintable() else " " for sign in line) for line in lines]


def _keep_certificate(receipt: dict[str, Any], path: Path) -> None:
    try:
        content = b64decode(str(receipt.get("certificate") or ""), validate=True)
    except ValueError:
        raise StrangeAnswerError from None
    if not content:
        raise BadInputError("There is no certificate yet: something is still being removed. Ask again in a minute.")
    try:
        write_private(path, content)
    except FileExistsError:
        raise BadInputError(f"There is a file {path.name} already, and it is left as it is. Name a new one.") from None
    except OSError:
        raise BadInputError(f"{path.name} cannot be written. Check the folder, and that it is yours.") from None


def _called(one: dict[str, Any]) -> str:
    return f"{str(one.get('role', '')).replace('_', ' ')} {one.get('place', '')}".strip()


remote_app.command("accept-link")(accept_link)
remote_app.command("sign-in")(sign_in)
remote_app.command("sign-out")(sign_out)
remote_app.command("list")(list_sessions)
for command in (add, upload, resume, permit, status, watch, get, share, unshare, withdraw, receipt, people, invite):
    remote_app.command()(command)
