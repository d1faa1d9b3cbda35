"""Connections to PostgreSQL that do not wait for ever: a network that swallows packets says nothing at all."""

from __future__ import annotations

from typing import Any

from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, event

from service.database.errors import DatabaseEncodingError

CONNECT_S = 5
"""So long a new connection may take, unless the database's address says otherwise (``connect_timeout``)."""
ANSWER_S = 10.0
"""So long the answer to one statement may take, the wait for another writer included."""
PING_S = 2.0
"""So long a connection of the pool may take to say that it is still there."""
_INTERVAL_S = 0.1


class BoundedConnection(Connection[Any]):
    """Gives a statement up that is not answered within ``limit_s`` seconds, and itself with it; None waits for ever.

    Whoever gets the OperationalError cannot know whether the server did what was asked. The connection is closed then,
    so that a pool makes a new one.
    """

    limit_s: float | None = ANSWER_S

    def wait(self, gen: PQGen[Any], interval: float = _INTERVAL_S, timeout: float | None = None) -> Any:
        """See `psycopg.Connection.wait`. Raises OperationalError."""
        try:
            return super().wait(gen, interval, self.limit_s if timeout is None else timeout)
        except OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:  # no answer, so not an error of the server's
                self.pgconn.finish()
            raise


def bound(engine: Engine) -> None:
    """Make every connection of this engine's pool one that gives up."""

    def connect(_dialect: object, _record: object, arguments: list[Any], named: dict[str, Any]) -> BoundedConnection:
        made = BoundedConnection.connect(*arguments, **{"connect_timeout": CONNECT_S, **named})
        if made.info.parameter_status("server_encoding") != "UTF8":
            made.close()
            raise DatabaseEncodingError
        return made

    def resting(connection: BoundedConnection | None, _record: object) -> None:
        if connection is not None:  # one that was given up is gone
            connection.limit_s = PING_S

    def at_work(connection: BoundedConnection, _record: object, _borrowed: object) -> None:
        connection.limit_s = ANSWER_S

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkin", resting)
    event.listen(engine, "checkout", at_work)
