"""Who holds a claim now: what a worker knows of the claims that it works on, and what the database says of one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select

from service.database.tables import job, session, worker
from service.database.words import Content, JobState
from service.jobs.beats import database_ms
from service.jobs.health import LOST_AFTER_MS
from service.jobs.records import CONTENTS, WORKABLE, Claim


class InHand:
    """The claim that each thread of this process works on, for whoever has to say so when a key is asked for."""

    def __init__(self) -> None:
        self._here = threading.local()

    @contextmanager
    def holding(self, claim: Claim) -> Iterator[None]:
        """While this thread works on a claim."""
        self._here.claim = claim
        try:
            yield
        finally:
            self._here.claim = None

    def on(self, session_id: str) -> Claim | None:
        """The claim that this thread holds on the session, if it does."""
        claim: Claim | None = getattr(self._here, "claim", None)
        return claim if claim is not None and claim.session_id == session_id else None


def content_held(
    rows: Connection, *, job_id: str, session_id: str, fence: int, worker_id: str, lost_after_ms: int = LOST_AFTER_MS
) -> Content | None:
    """The kind of content that this worker's claim is on; None where it has none, or nobody heard of the worker lately.

    A claim that the session's permission epoch left behind, or that somebody asked to stop, is none either.
    """
    claimed = select(job.c.stage).join(session, session.c.id == job.c.session_id)
    claimed = claimed.join(worker, worker.c.id == job.c.worker_id).where(
        job.c.id == job_id,
        job.c.session_id == session_id,
        job.c.fence == fence,
        job.c.worker_id == worker_id,
        job.c.state == JobState.RUNNING,
        job.c.asked_to_stop_ms.is_(None),
        job.c.permission_epoch == session.c.permission_epoch,
        session.c.state.in_(WORKABLE),
        worker.c.seen_ms > database_ms(rows) - lost_after_ms,
    )
    return CONTENTS.get(rows.execute(claimed).scalar_one_or_none() or "")
