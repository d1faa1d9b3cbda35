"""What time it is; given to whatever needs it, so that a test can choose."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Milliseconds since 1970 in UTC."""

AHEAD_MS = 600_000
"""Clocks of machines may differ by so much. What was written later than that from now on was written by a wrong clock,
and nothing that a wrong clock wrote is to last until its time comes."""


def now_ms() -> int:
    """The system's time in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000
