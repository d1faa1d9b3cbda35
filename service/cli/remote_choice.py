"""What the commands of `practice remote` have in common: which service, as whom, and how they ask and answer."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from models.errors import BadInputError

if TYPE_CHECKING:
    from service.remote.address import Address
    from service.remote.connection import Connection
    from service.remote.keeping import Account, Cabinet

INTERRUPTED = 130
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
SessionArgument = Annotated[str, typer.Argument(metavar="SESSION", help="A session's id.")]
SureOption = Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")]
PasswordFileOption = Annotated[
    Path | None,
    typer.Option("--password-file", help="A file with the password; chmod 600.", show_default=False),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which service and whose token, where the options of `practice remote` itself say so."""

    server: str | None
    token_file: Path | None


def cabinet() -> Cabinet:
    """What is kept on this machine."""
    from service.remote.keeping import Cabinet, config_folder

    return Cabinet(config_folder(os.environ))


def account_of(choice: Choice) -> Account:
    """As whom to ask, and where. Raises BadInputError."""
    from service.remote.address import plain_address
    from service.remote.keeping import Account, secret_in

    wanted = None if choice.server is None else plain_address(choice.server).origin
    if choice.token_file is not None:
        if wanted is None:
            raise BadInputError("--token-file needs --server: which service is the token for?")
        return Account(server=wanted, token=secret_in(choice.token_file))
    kept = cabinet().account()
    if wanted not in (None, kept.server):
        raise BadInputError("You are signed in to another service. Run `practice remote sign-in` with this address.")
    return kept


def connected(ctx: typer.Context) -> Connection:
    """A connection to the service that the options or the last sign-in say. Raises BadInputError."""
    from service.remote.address import plain_address

    choice = ctx.obj
    assert isinstance(choice, Choice)
    account = account_of(choice)
    return connect(plain_address(account.server), account.token)


def connect(address: Address, token: str | None = None) -> Connection:
    """A connection that says on standard error why it waits."""
    from service.remote.connection import Connection

    return Connection(address, token, tell=talk().print)


def talk(*, quiet: bool = False) -> Console:
    """Standard error, for words about the work."""
    return Console(stderr=True, quiet=quiet, highlight=False, soft_wrap=True, markup=False, emoji=False)


def page() -> Console:
    """Standard output, for people; what a service sends is never read as markup."""
    return Console(highlight=False, soft_wrap=True, markup=False, emoji=False)


def plain(word: object) -> Text:
    """A word of a service in a table: no markup, and no signs that move the cursor; a line where there is none."""
    return Text("".join(sign if sign.isprintable() else " " for sign in str(word))) if word else Text("-")


def emit(document: Any) -> None:
    """Print a result for other programs."""
    sys.stdout.write(json.dumps(document, indent=1) + "\n")


def ask_secret(question: str, file: Path | None, *, twice: bool = False) -> str:
    """A password, from a file or typed without being shown. Raises BadInputError where nobody can type."""
    from service.remote.keeping import secret_in

    if file is not None:
        return secret_in(file)
    if not sys.stdin.isatty():
        raise BadInputError("Nobody is there to type a password. Put it into a file, and name that: --password-file.")
    typed = getpass.getpass(f"{question}: ")
    if twice and getpass.getpass(f"{question}, again: ") != typed:
        raise BadInputError("The two passwords differ. Nothing was sent; try again.")
    return typed


def ask_text(question: str, given: str | None, option: str) -> str:
    """A word that an option gives, or a person types. Raises BadInputError where nobody can type."""
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise BadInputError(f"Say it with {option}.")
    return str(typer.prompt(question, default="", show_default=False, err=True))


def make_sure(question: str, sure: bool) -> None:
    """Go on only where a person says yes. Raises BadInputError where nobody can; ends with exit code 1 on a no."""
    if sure:
        return
    if not sys.stdin.isatty():
        raise BadInputError("Nobody is there to say yes. Add --yes if you are sure.")
    if not typer.confirm(question, err=True):
        talk().print("Nothing was done.")
        raise typer.Exit(1)


@contextmanager
def may_be_left(sentence: str) -> Iterator[None]:
    """Ctrl-C ends the command with a sentence of what goes on, or how to go on."""
    from service.cli.main import Stopped

    try:
        yield
    except (Stopped, KeyboardInterrupt):
        talk().print(sentence)
        raise typer.Exit(INTERRUPTED) from None
