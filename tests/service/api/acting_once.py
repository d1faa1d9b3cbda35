"""A route's act and its answer in one transaction, as use cases with an Idempotency-Key write it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from service.api.repeat import Answer, Once
from service.clock import Clock
from service.database.engine import Database


def answer_once(database: Database, clock: Clock, once: Once | None, act: Callable[[Connection], Answer]) -> Answer:
    """Do an act and keep its answer; where it was done before, give that answer."""
    with database.writing() as rows:
        before = once.earlier(rows) if once is not None else None
        if before is not None:
            return before
        given = act(rows)
        if once is not None:
            once.keep(rows, given, clock())
        return given
