"""Rows of the database that hold a session's content, and how it is taken out of them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Table, and_, select, update

from service.database.tables import amendment, decision, feedback, reflection, reply, review

WITH_TRANSCRIPT: tuple[Table, ...] = (amendment, reflection)
"""What workers wrote to the words of a session; kept as long as those."""
WITH_FEEDBACK: tuple[Table, ...] = (decision, feedback, reply)
"""What coaches and workers wrote to each other; kept as long as the feedback."""


def holding(table: Table, session_id: str | ColumnElement[str]) -> ColumnElement[bool]:
    """Rows of a table that hold content of a session in ``body``."""
    reviews = select(review.c.id).where(review.c.session_id == session_id)
    of_session = decision.c.review_id.in_(reviews) if table is decision else table.c.session_id == session_id
    return and_(of_session, table.c.body.is_not(None))


def empty(rows: Connection, table: Table, session_id: str) -> int:
    """Take a session's content out of a table; its rows stay. Returns how many held any."""
    taken = {"body": None}
    if table is feedback:
        taken |= {"body_hash": None, "confirmed_hash": None}
    return rows.execute(update(table).where(holding(table, session_id)).values(**taken)).rowcount
