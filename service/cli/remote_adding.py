"""`practice remote add|upload|resume|watch`: a recording from here to a service, and the work on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from models.records.coding import Setting
from models.records.speech import Role
from service.cli.progress import StageBars
from service.cli.remote_choice import JsonOption, QuietOption, cabinet, connected, emit, may_be_left, page, talk
from service.cli.remote_permit import GivenOption, RefusedOption, SaidOnOption, UntilOption, times_of
from service.cli.roles import role_named
from service.database.words import LawfulBasis

if TYPE_CHECKING:
    from service.remote.connection import Connection
    from service.remote.keeping import Begun, Cabinet

Job = dict[str, Any]
File = Annotated[Path, typer.Argument(help="The recording, or a transcript: WebVTT, SRT, CSV or session.json.")]
WaitOption = Annotated[bool, typer.Option("--wait", help="Stay until the session is ready. Ctrl-C leaves it going.")]
OVER = (404, 410, 413, 415)
"""Statuses after which an upload cannot be gone on with."""


def add(
    ctx: typer.Context,
    file: File,
    setting: Annotated[Setting, typer.Option(help="Whose practice it is about.")],
    held_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day of the session.")],
    lawful_basis: Annotated[LawfulBasis, typer.Option(help="What your council relies on.")],
    participant: Annotated[list[str], typer.Option(help="The role of somebody present. Repeat it for each person.")],
    title: Annotated[str, typer.Option(help="What you call it; kept encrypted.")] = "",
    purpose: Annotated[str, typer.Option(help="What the session was for; kept encrypted.")] = "",
    goal: Annotated[str, typer.Option(help="The change that it is to help with; kept encrypted.")] = "",
    notes: Annotated[str, typer.Option(help="Notes of yours; kept encrypted.")] = "",
    legal_status: Annotated[str | None, typer.Option(help="The family's legal status, one word of the list.")] = None,
    given: GivenOption = None,
    refused: RefusedOption = None,
    said_on: SaidOnOption = None,
    until: UntilOption = None,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a session, record what each participant agreed to, and upload its recording."""
    from service.remote.sessions import add_session, answers_for
    from service.remote.stated import current_statements, said_of
    from service.remote.uploading import begin_upload, kind_of

    roles = _roles(participant)
    said = said_of(given or (), refused or (), roles)
    asked = {
        "setting": setting.value, "held_on": held_on.date().isoformat(), "lawful_basis": lawful_basis.value,
        "legal_status": legal_status, "participants": [role.value for role in roles], "title": title,
        "purpose": purpose, "change_goal": goal, "notes": notes,
    }  # fmt: skip
    times = times_of((said_on or held_on).date(), until)
    with connected(ctx) as connection:
        begun = begin_upload(connection.address.origin, "", file, kind_of(file))
        statements = current_statements(connection.each("/statements")) if said else {}
        session_id, ids = add_session(connection, asked)
        answers = answers_for(said, roles, ids, statements, times)
        begun = cabinet().keep(replace(begun, session_id=session_id, answers=answers))
        _Upload(connection, cabinet(), Manner(wait=wait, as_json=as_json, quiet=quiet)).finish(begun)


def upload(
    ctx: typer.Context,
    session: Annotated[str, typer.Argument(metavar="SESSION", help="A session's id.")],
    file: File,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Upload a recording to a session that was made already."""
    from service.remote.sessions import checked
    from service.remote.uploading import begin_upload, kind_of

    with connected(ctx) as connection:
        begun = cabinet().keep(begin_upload(connection.address.origin, checked(session), file, kind_of(file)))
        _Upload(connection, cabinet(), Manner(wait=wait, as_json=as_json, quiet=quiet)).finish(begun)


def resume(
    ctx: typer.Context,
    session: Annotated[
        str | None, typer.Argument(metavar="[SESSION]", help="A session's id. Default: the newest upload.")
    ] = None,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Go on with an upload that was begun from here, and with what was to be recorded before it."""
    from service.remote.errors import NothingBegunError
    from service.remote.sessions import checked

    with connected(ctx) as connection:
        found = list(cabinet().begun(connection.address.origin))
        if session is not None:
            found = [one for one in found if one.session_id == checked(session)]
        if not found:
            raise NothingBegunError
        _Upload(connection, cabinet(), Manner(wait=wait, as_json=as_json, quiet=quiet)).finish(found[-1])


def watch(
    ctx: typer.Context,
    identifier: Annotated[str, typer.Argument(metavar="ID", help="A session's id, or a job's.")],
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Follow the work on a session until it is done. Ctrl-C leaves it going."""
    from service.remote.errors import NotWorkedOnError
    from service.remote.following import job_of
    from service.remote.sessions import checked

    with connected(ctx) as connection:
        job = job_of(connection, checked(identifier))
        if job is None:
            raise NotWorkedOnError
        job = followed(connection, job, shown=not (quiet or as_json))
    if as_json:
        emit({"job": job})
    elif not quiet:
        page().print("The session is ready.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a command behaves that uploads."""

    wait: bool
    as_json: bool
    quiet: bool

    @property
    def shown(self) -> bool:
        """Whether bars are drawn."""
        return not (self.as_json or self.quiet)


@dataclass(frozen=True, slots=True)
class _Upload:
    """One upload from here to its end."""

    connection: Connection
    cabinet: Cabinet
    manner: Manner

    def finish(self, begun: Begun) -> None:
        """Do all that is still to be done for it, and say how the session stands."""
        from service.remote.following import job_of

        session_id, count = begun.session_id, len(begun.answers)
        with may_be_left(f"What arrived is kept. Go on with: practice remote resume {session_id}"):
            recording = self._sent(begun)
        job = job_of(self.connection, session_id) if self.manner.wait else None
        if job is not None:
            job = followed(self.connection, job, shown=self.manner.shown)
        state = self.connection.get(f"/sessions/{session_id}").get("state")
        if self.manner.as_json:
            emit({"session": session_id, "recording": recording, "answers": count, "state": state, "job": job})
        elif not self.manner.quiet:
            page().print(_ending(session_id, str(state)))

    def _sent(self, begun: Begun) -> str:
        from service.remote.errors import FileChangedError, RefusedThereError, UploadRefusedError
        from service.remote.sessions import record_answer
        from service.remote.uploading import send

        try:
            while begun.answers:
                record_answer(self.connection, begun.session_id, begun.answers[0])
                begun = self.cabinet.keep(replace(begun, answers=begun.answers[1:]))
            with _arriving(begun.size, shown=self.manner.shown) as told:
                recording = send(self.connection, begun, self.cabinet.keep, told.watch)
        except RefusedThereError as refused:
            if refused.status in OVER:
                self.cabinet.forget(begun)
            else:
                talk().print(f"Once that is put right, go on with: practice remote resume {begun.session_id}")
            raise
        except (FileChangedError, UploadRefusedError):
            self.cabinet.forget(begun)
            raise
        self.cabinet.forget(begun)
        return recording


class _arriving:  # noqa: N801 - read as a verb where it is used
    """A bar of what arrived, in bytes."""

    def __init__(self, size: int, *, shown: bool) -> None:
        console = Console(stderr=True)
        columns = (TextColumn("Uploading"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, disable=not (shown and console.is_terminal))
        self._task = self._bar.add_task("", total=size)

    def __enter__(self) -> _arriving:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def watch(self, arrived: int, size: int) -> None:
        """Move the bar."""
        self._bar.update(self._task, completed=arrived, total=size)


def followed(connection: Connection, job: Job, *, shown: bool) -> Job:
    """Draw the work on a session until its end; gives the job as it ended. Raises JobEndedError where it failed."""
    from service.database.words import JobState
    from service.remote.errors import JobEndedError
    from service.remote.following import follow

    job_id = str(job["id"])
    with may_be_left(f"It goes on without this command. Follow it again with: practice remote watch {job_id}"):
        job = _drawn(follow(connection, job_id), shown=shown)
    if job.get("state") != JobState.DONE:
        raise JobEndedError(job.get("sentence") or None)
    return job


def _drawn(jobs: Iterable[Job], *, shown: bool) -> Job:
    last: Job = {}
    begun: str | None = None
    with StageBars(shown=shown) as bars:
        for last in jobs:
            stage = last.get("stage")
            if isinstance(stage, str) and stage:
                if stage != begun:
                    if begun:
                        bars.ends(begun, 0.0, False)
                    bars.begins(stage)
                    begun = stage
                bars.progresses(stage, float(last.get("fraction") or 0.0))
        if begun:
            bars.ends(begun, 0.0, False)
    return last


def _ending(session_id: str, state: str) -> str:
    sentences = {
        "ready": "It is ready: practice remote get {id} --out FOLDER",
        "quarantined": "Somebody's permission for reflection is missing: practice remote permit {id} --given ...",
        "draft": "Nothing is worked on yet; `practice remote status {id}` says what is missing.",
    }
    rest = sentences.get(state, "Follow the work with: practice remote watch {id}")
    return f"Uploaded to session {session_id}. " + rest.format(id=session_id)


def _roles(given: list[str]) -> tuple[Role, ...]:
    return tuple(role_named(part) for text in given for part in text.split(","))
