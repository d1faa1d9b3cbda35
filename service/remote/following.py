"""Follows the work on a session as the service tells of it, over as many connections as it takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from service.database.words import JobState
from service.remote.connection import Connection
from service.remote.errors import FailedThereError, RefusedThereError, UnreachedError

ENDS = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
MOST_LOST = 20
"""So often in a row the service cannot be reached; then following ends, and the work goes on without it."""
LONGEST_REST_S = 30.0
LONGEST_EMPTY = 3
"""Streams that end at once without a word, before the state is asked for at a slower pace."""

Job = dict[str, Any]


def job_of(connection: Connection, identifier: str) -> Job | None:
    """The job with this id, or the newest of the session with this id; None where that has none yet.

    Raises RefusedThereError where there is neither.
    """
    try:
        return connection.get(f"/jobs/{identifier}")
    except RefusedThereError as refused:
        if refused.status != 404:
            raise
    jobs = list(connection.each(f"/sessions/{identifier}/jobs"))
    return max(jobs, key=lambda job: job.get("created_ms", 0), default=None)


def follow(connection: Connection, job_id: str) -> Iterator[Job]:
    """The job each time that something is new of it; the last one is at its end.

    Raises RefusedThereError once it may not be seen any more, UnreachedError after many attempts.
    """
    lost = 0
    while True:
        heard = False
        try:
            for job in _heard(connection, job_id):
                heard = True
                yield job
            job = connection.get(f"/jobs/{job_id}")
        except (UnreachedError, FailedThereError):
            lost = 1 if heard else lost + 1
            if lost > MOST_LOST:
                raise
        else:
            yield job
            if job.get("state") in ENDS:
                return
            lost = 0 if heard else lost + 1
        connection.rest(min(0.5 * 2 ** min(lost, LONGEST_EMPTY + MOST_LOST), LONGEST_REST_S))


def _heard(connection: Connection, job_id: str) -> Iterator[Job]:
    with connection.events(f"/jobs/{job_id}/events") as events:
        for event in events:
            if event.event == "progress":
                try:
                    job = json.loads(event.data)
                except ValueError:
                    continue
                if isinstance(job, dict):
                    yield job
            elif event.event == "end":
                return
