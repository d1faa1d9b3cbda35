"""Getting in: one-time links, and sign-ins that last just long enough to make or end a token."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from models.errors import PracticeError
from service.people.records import SCOPE_ROLES, Scope
from service.remote.address import Address
from service.remote.answers import mapping, text_in
from service.remote.connection import Connection
from service.remote.errors import RefusedThereError
from service.remote.keeping import Account

USUAL = (Scope.SESSIONS_READ, Scope.SESSIONS_WRITE, Scope.UPLOADS_WRITE, Scope.JOBS_READ, Scope.PEOPLE_READ)
"""What the commands of `practice remote` use."""
Connect = Callable[[Address], Connection]


@contextmanager
def signed_in(connect: Connect, address: Address, name: str, password: str) -> Iterator[Connection]:
    """A connection as this person, signed out at the end. Raises RefusedThereError for a wrong password."""
    with connect(address) as connection:
        begun = mapping(connection.ask("POST", "/sign-in", json={"sign_in_name": name, "password": password}))
        connection.as_page(text_in(begun, "csrf"))
        try:
            yield connection
        finally:
            with suppress(PracticeError):  # it ends by itself soon, and what was to be done is done
                connection.ask("POST", "/sign-out")


def new_account(connection: Connection, label: str, scopes: tuple[Scope, ...], days: int) -> Account:
    """A new token of the person who is signed in on this connection. No scopes: those that their roles give a use.

    Raises RefusedThereError, StrangeAnswerError.
    """
    roles = frozenset(connection.get("/me").get("roles", ()))
    chosen = scopes or tuple(scope for scope in USUAL if SCOPE_ROLES[scope] & roles)
    wanted = {"label": label, "scopes": [scope.value for scope in chosen], "days": days}
    made = mapping(connection.ask("POST", "/me/tokens", json=wanted))
    until = made.get("until_ms")
    return Account(
        server=connection.address.origin, token=text_in(made, "secret"), token_id=text_in(made, "id"),
        until_ms=until if isinstance(until, int) else None, scopes=tuple(scope.value for scope in chosen),
    )  # fmt: skip


def end_token(connection: Connection, token_id: str) -> None:
    """End a token of the person on this connection; one that has ended already is no error."""
    try:
        connection.ask("DELETE", f"/me/tokens/{token_id}")
    except RefusedThereError as refused:
        if refused.status not in (404, 410):
            raise


def accept_first(connection: Connection, secret: str, names: Mapping[str, str], password: str) -> dict[str, Any]:
    """Become the first administrator; ``names`` are sign_in_name and shown_name. Raises RefusedThereError."""
    body = {"secret": secret, "password": password, **names}
    return mapping(connection.ask("POST", "/links/first", json=body))


def accept_invitation(connection: Connection, secret: str, password: str) -> dict[str, Any]:
    """Choose the password of somebody invited, or a new one. Raises RefusedThereError."""
    return mapping(connection.ask("POST", "/links/accept", json={"secret": secret, "password": password}))
