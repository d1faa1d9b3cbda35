"""How fast a machine may ask: a little at once, then steadily; and how many different sessions in an hour."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

HOUR_S = 3600.0
AT_ONCE = 120
EACH_S = 0.5
"""After so many seconds there is one request more to spend."""
_MOST_KNOWN = 1000


@dataclass(slots=True)
class _Asker:
    left: float
    seen_s: float
    sessions: dict[str, float] = field(default_factory=dict)


class Pace:
    """For each asker by name; in memory alone. Safe to share between threads. Times by a clock that only goes on."""

    def __init__(
        self,
        *,
        sessions_per_hour: int | None = None,
        at_once: int = AT_ONCE,
        each_s: float = EACH_S,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sessions_per_hour = sessions_per_hour
        self._at_once = at_once
        self._each_s = each_s
        self._clock_s = clock_s
        self._askers: dict[str, _Asker] = {}
        self._lock = threading.Lock()

    def spend(self, name: str) -> bool:
        """Whether this asker may ask once more now."""
        with self._lock:
            asker = self._asker(name)
            if asker.left < 1:
                return False
            asker.left -= 1
            return True

    def may_open(self, name: str, session_id: str) -> bool:
        """Whether a key of this session is not one too many in the last hour."""
        with self._lock:
            sessions = self._asker(name).sessions
            for known, since in list(sessions.items()):
                if self._clock_s() - since >= HOUR_S:
                    del sessions[known]
            most = self._sessions_per_hour
            return most is None or session_id in sessions or len(sessions) < most

    def opened(self, name: str, session_id: str) -> None:
        """A key of this session was given out."""
        with self._lock:
            self._asker(name).sessions[session_id] = self._clock_s()

    def _asker(self, name: str) -> _Asker:
        now = self._clock_s()
        if name not in self._askers and len(self._askers) >= _MOST_KNOWN:
            oldest = min(self._askers, key=lambda one: self._askers[one].seen_s)
            del self._askers[oldest]
        asker = self._askers.setdefault(name, _Asker(left=self._at_once, seen_s=now))
        asker.left = min(self._at_once, asker.left + (now - asker.seen_s) / self._each_s)
        asker.seen_s = now
        return asker
