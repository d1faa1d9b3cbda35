"""`practice remote permit`: what participants said, recorded for a session that is there already; and its options."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer

from models.errors import BadInputError
from models.records.speech import Role
from service.cli.remote_choice import JsonOption, SessionArgument, connected, emit, page
from service.clock import now_ms

GivenOption = Annotated[
    list[str] | None,
    typer.Option(help="Permission: reflection,coaching=spoken for everybody, 2:research=written for the second."),
]
RefusedOption = Annotated[list[str] | None, typer.Option(help="What somebody said no to, in the same form.")]
SaidOnOption = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The day they said so. Default: the session's.", show_default=False),
]
UntilOption = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The last day it holds, if there is one.", show_default=False),
]


def permit(
    ctx: typer.Context,
    session: SessionArgument,
    given: GivenOption = None,
    refused: RefusedOption = None,
    said_on: SaidOnOption = None,
    until: UntilOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record what participants agreed to, each by the number that `status` shows."""
    from service.remote import sessions
    from service.remote.stated import current_statements, said_of

    if not (given or refused):
        raise BadInputError("Say who agreed to what, with --given or --refused.")
    session_id = sessions.checked(session)
    with connected(ctx) as connection:
        present = sessions.participants(connection, session_id)
        roles = [Role(one["role"]) for one in present]
        said = said_of(given or (), refused or (), roles)
        day = said_on.date() if said_on else _held_on(connection.get(f"/sessions/{session_id}").get("held_on"))
        times = times_of(day, until)
        statements = current_statements(connection.each("/statements"))
        ids = [sessions.checked(str(one.get("id"))) for one in present]
        for row in sessions.answers_for(said, roles, ids, statements, times):
            sessions.record_answer(connection, session_id, row)
    if as_json:
        emit({"session": session_id, "answers": len(said)})
    else:
        page().print(f"Recorded: {len(said)} answers.")


def times_of(said: date, until: datetime | None) -> dict[str, int | None]:
    """The beginning of the day on which it was said and the end of the last day, in ms since 1970 UTC.

    Raises BadInputError for a last day that is over.
    """
    until_ms = None if until is None else _start_ms(until.date() + timedelta(days=1))
    if until_ms is not None and until_ms <= now_ms():
        raise BadInputError("--until lies in the past: nothing could be worked on. Name a later day.")
    return {"said_ms": min(_start_ms(said), now_ms()), "until_ms": until_ms}


def _held_on(day: object) -> date:
    try:
        return date.fromisoformat(str(day))
    except ValueError:
        raise BadInputError("The service does not say when the session was. Name the day with --said-on.") from None


def _start_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
