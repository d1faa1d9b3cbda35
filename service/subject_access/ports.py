"""What a package is made from that other parts of the service know how to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection

from service.audit.records import AuditEvent
from service.keybroker.ports import Opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One utterance; times in ms of the recording, half open. ``voice`` is the transcript's label of the speaker."""

    start_ms: int
    end_ms: int
    voice: str
    text: str


class Content(Protocol):
    """Reads a session's results out of what the broker opened."""

    def utterances(self, opened: Opened) -> Sequence[Said]:
        """The transcript as it stands, with people's corrections."""

    def scores(self, opened: Opened) -> dict[str, Any]:
        """Scores and feedback about the worker, as JSON; only asked for where the participant is the worker."""


class Accesses(Protocol):
    """Reads the audit."""

    def of_session(self, rows: Connection, session_id: str) -> Sequence[AuditEvent]:
        """Every event about a session, oldest first."""
