"""Whether deleting goes on, and deleting at once what is due, for administrators."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from service.audit.records import Action
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions.access import administering
from service.retention import store
from service.retention.usecases import Ran, run
from service.retention.watch import JUMP_MS, MARK, ClockWatch

GRACE_MS = 600_000
"""Housekeeping looks at the clock every hour, and is at times busy with something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """When the clock was last believed, in ms since 1970; None: nobody has looked yet."""

    marked_ms: int | None
    believed: bool


def clock_state(rows: Connection, now_ms: int) -> ClockState:
    """Whether deleting goes on. It only looks: the mark is moved by housekeeping and by who confirms the clock."""
    mark = store.read_setting(rows, MARK)
    if mark is None:
        return ClockState(marked_ms=None, believed=True)
    off = now_ms - int(mark)
    return ClockState(marked_ms=int(mark), believed=-JUMP_MS <= off <= JUMP_MS + GRACE_MS)


def run_now(parts: Parts, watch: ClockWatch, actor: Actor) -> Ran:
    """Delete at once what is due, instead of at the next hour. Raises RefusedError."""
    with administering(parts, actor, Action.ADMINISTRATION):
        pass
    return run(parts, watch, actor.request_id)
