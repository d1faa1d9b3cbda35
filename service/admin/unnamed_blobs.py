"""Removes sealed files that no row names: what a worker left that died between storing a result and its row.

The key of such a file lives as long as its session, so that it would outlast the retention of what it holds.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from service.admin.named_blobs import named_blobs
from service.parts import Parts

WAITS_S = 6 * 3_600.0
"""A row follows its file within seconds; whoever takes hours for that is dead, or has lost its claim."""


class UnnamedBlobs:
    """Remembers when it first saw each file without a row, and removes those that have none a good while later.

    ``steady``: seconds of a clock that nobody sets.
    """

    def __init__(self, parts: Parts, steady: Callable[[], float] = time.monotonic, waits_s: float = WAITS_S) -> None:
        self._parts = parts
        self._steady = steady
        self._waits_s = waits_s
        self._seen: dict[str, float] = {}

    def look(self) -> int:
        """Remove what was without a row long enough; returns how many files. Raises StoreUnavailableError."""
        now = self._steady()
        stored = set(self._parts.blobs.ids())  # before the rows, so that a file that gets its row meanwhile has one
        with self._parts.database.reading() as rows:
            unnamed = stored - {one.blob_id for one in named_blobs(rows)}
        self._seen = {blob_id: self._seen.get(blob_id, now) for blob_id in unnamed}
        over = [blob_id for blob_id, since in self._seen.items() if now - since >= self._waits_s]
        for blob_id in over:
            self._parts.blobs.delete(blob_id)
        return len(over)
