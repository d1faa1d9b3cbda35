"""`practice remote accept-link|sign-in|sign-out|people|invite`: who asks, and who else may."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from models.errors import PracticeError
from service.cli.remote_choice import (
    JsonOption,
    PasswordFileOption,
    ask_secret,
    ask_text,
    cabinet,
    connect,
    connected,
    emit,
    page,
    plain,
    talk,
)
from service.database.words import StaffRole
from service.people.records import Scope

if TYPE_CHECKING:
    from service.remote.connection import Connection
    from service.remote.keeping import Account

LINK_PATH = "/welcome/"
NameOption = Annotated[str | None, typer.Option("--name", help="The name you sign in with.", show_default=False)]


def accept_link(
    link: Annotated[
        str | None, typer.Argument(metavar="[URL]", help="The one-time link. Left out, it is asked for.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="First administrator: the name you will sign in with.", show_default=False),
    ] = None,
    shown_name: Annotated[
        str | None, typer.Option("--shown-name", help="First administrator: your name as others see it.")
    ] = None,
    password_file: PasswordFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Use a one-time link: become the first administrator, or choose the password of your invitation."""
    from service.remote.address import link_parts
    from service.remote.signing_in import accept_first, accept_invitation

    address, secret = link_parts(link or ask_secret("The link", None))
    if password_file is None or name is not None:
        name = ask_text("Sign-in name (first administrator; leave empty if you were invited)", name, "--name").strip()
    names = {}
    if name:
        names = {"sign_in_name": name, "shown_name": ask_text("Your name as others see it", shown_name, "--shown-name")}
    password = ask_secret("New password", password_file, twice=True)
    with connect(address) as connection:
        if names:
            done = accept_first(connection, secret, names, password)
        else:
            done = accept_invitation(connection, secret, password)
    if as_json:
        emit({"server": address.origin, "person": done.get("person_id")})
    else:
        page().print(f"Done. Sign in with: practice remote sign-in {address.origin}")


def sign_in(
    ctx: typer.Context,
    server: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="The service, such as https://practice.example.org.")
    ],
    name: NameOption = None,
    password_file: PasswordFileOption = None,
    token_file: Annotated[
        Path | None, typer.Option("--token-file", help="Keep a token that was made elsewhere, and ask nothing.")
    ] = None,
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What the token may be used for. Can be repeated. Default: your roles'.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="How long it is good.")] = 90,
    label: Annotated[str, typer.Option(help="How it is called among your tokens.")] = "practice remote",
    as_json: JsonOption = False,
) -> None:
    """Sign in to a service, and keep an access token for the other commands. The password is not kept."""
    from service.remote.address import plain_address
    from service.remote.keeping import Account, secret_in
    from service.remote.signing_in import new_account, signed_in

    address = plain_address(server)
    if token_file is not None:
        account = Account(server=address.origin, token=secret_in(token_file))
        with connect(address, account.token) as connection:
            connection.get("/sessions", {"limit": "1"})
    else:
        typed = ask_text("Sign-in name", name, "--name")
        with signed_in(connect, address, typed, ask_secret("Password", password_file)) as connection:
            account = new_account(connection, label, tuple(scope or ()), days)
            _end_earlier(connection, account)
    kept = cabinet().keep_account(account)
    if as_json:
        emit({"server": account.server, "scopes": list(account.scopes), "until_ms": account.until_ms})
    else:
        page().print(f"Signed in to {account.server}. The token is in {kept}, which is yours alone.")


def sign_out(
    ctx: typer.Context,
    name: NameOption = None,
    password_file: PasswordFileOption = None,
    only_here: Annotated[
        bool, typer.Option("--only-here", help="Delete it from this machine alone; the service takes it until its end.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """End the access token at the service, and delete it here."""
    from service.remote.address import plain_address
    from service.remote.signing_in import end_token, signed_in

    account = cabinet().account()
    ended = False
    if account.token_id is None:
        talk().print("The token was made elsewhere: it is deleted here, and ended where it was made.")
    elif not only_here and not (ended := _ended_by_itself(account)):
        typed = ask_text("Sign-in name", name, "--name, or delete the token here alone with --only-here")
        password = ask_secret("Password", password_file)
        with signed_in(connect, plain_address(account.server), typed, password) as connection:
            end_token(connection, account.token_id)
        ended = True
    cabinet().forget_account()
    if as_json:
        emit({"server": account.server, "ended": ended})
    else:
        page().print(f"Signed out of {account.server}.")


def people(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the people of the service, for administrators."""
    with connected(ctx) as connection:
        found = list(connection.each("/people"))
    if as_json:
        emit({"items": found})
        return
    table = Table("Sign-in name", "Name", "Roles", "State", "Id", box=None, pad_edge=False)
    for one in found:
        roles = ", ".join(one.get("roles") or ())
        words = (one.get(key) for key in ("sign_in_name", "shown_name"))
        table.add_row(*(plain(word) for word in (*words, roles, one.get("state"), one.get("id"))))
    page().print(table)


def invite(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(metavar="SIGN_IN_NAME", help="The name they will sign in with.")],
    shown_name: Annotated[str, typer.Option("--shown-name", help="Their name as others see it.")],
    role: Annotated[list[StaffRole], typer.Option(help="What they may do. Can be repeated.")],
    name: NameOption = None,
    password_file: PasswordFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Invite somebody, for administrators: prints the one-time link to hand to them. Asks for your password."""
    from service.remote.address import plain_address
    from service.remote.answers import text_in
    from service.remote.signing_in import signed_in

    address = plain_address(ctx.obj.server or cabinet().account().server)
    typed = ask_text("Your sign-in name", name, "--name")
    body = {"sign_in_name": person, "shown_name": shown_name, "roles": [one.value for one in role]}
    with signed_in(connect, address, typed, ask_secret("Your password", password_file)) as connection:
        made = connection.make("/people", body)
    link = text_in(made, "link")
    whole = link if "://" in link else f"{address.origin}{LINK_PATH}{link.rpartition('/')[2]}"
    if as_json:
        emit({"person": made.get("id"), "link": whole})
    else:
        page().print(f"For that person alone, once: {whole}")


def _end_earlier(connection: Connection, account: Account) -> None:
    """End the token that the new one takes the place of, where it was made for the same service."""
    from service.remote.signing_in import end_token

    try:
        earlier = cabinet().account()
        if earlier.server == account.server and earlier.token_id is not None:
            end_token(connection, earlier.token_id)
    except PracticeError:
        return  # somebody else's, or none that can be read


def _ended_by_itself(account: Account) -> bool:
    """Whether the token could end itself, or had ended already; False where its person has to sign in for that."""
    from service.remote.address import plain_address
    from service.remote.errors import RefusedThereError
    from service.remote.signing_in import end_token

    assert account.token_id is not None
    try:
        with connect(plain_address(account.server), account.token) as connection:
            end_token(connection, account.token_id)
    except RefusedThereError as refused:
        if refused.status not in (401, 403):
            raise
        return refused.status == 401
    return True
