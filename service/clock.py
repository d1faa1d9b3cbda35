"""What time it is; given to whatever needs it, so that a test can choose."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Milliseconds since 1970 in UTC."""


def now_ms() -> int:
    """The system's time in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000
