"""Anchors the chain while the service runs: when it is due, and once more when the service stops."""

from __future__ import annotations

import logging
import threading

from service.audit.anchors import Anchor, AnchorInterval, AnchorPlace
from service.audit.keys import Keyring
from service.audit.log import AuditLog
from service.audit.sql_rows import SqlRows
from service.audit.store import MemoryRows
from service.clock import Clock
from service.database.engine import Database

LOOK_EVERY_S = 5.0
"""So often a keeper looks whether an anchor is due; a thousandth row wakes it at once."""
_EVERYTHING = AnchorInterval(rows=1)
_LOG = logging.getLogger(__name__)


class AnchorKeeper:
    """Anchors what was committed, in a thread of its own, never inside of a transaction.

    One for each installation is enough; several do no harm but more lines. It begins with an anchor of its own, so that
    it need not know the earlier ones.
    """

    def __init__(
        self,
        database: Database,
        keys: Keyring,
        place: AnchorPlace,
        clock: Clock,
        interval: AnchorInterval | None = None,
    ) -> None:
        self._database = database
        self._keys = keys
        self._place = place
        self._clock = clock
        self._interval = interval or AnchorInterval()
        self._anchored: Anchor | None = None
        self._failed = False
        self._one_at_a_time = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def anchored(self) -> Anchor | None:
        """The last anchor of this keeper."""
        return self._anchored

    @property
    def failed(self) -> bool:
        """Whether the last attempt failed: events can be cut off unnoticed until one succeeds."""
        return self._failed

    def noticed(self, sequence: int) -> None:
        """A row of this number was written; wakes the thread once enough of them were. See ChainedTrail."""
        anchored = self._anchored
        if anchored is None or sequence - anchored.sequence >= self._interval.rows:
            self._wake.set()

    def keep(self, interval: AnchorInterval | None = None) -> Anchor | None:
        """Anchor the last committed row if that is due, and return the newest anchor.

        Raises AnchorFileError, BrokenTailError, AuditDatabaseError, DatabaseUnavailableError.
        """
        with self._one_at_a_time:
            try:
                log = AuditLog(self._seen(), self._keys)
                self._anchored = log.anchor(self._place, self._anchored, self._clock(), interval or self._interval)
            except BaseException:
                self._failed = True
                raise
            self._failed = False
            return self._anchored

    def start(self) -> None:
        """Look from time to time, in a thread that does not keep the process alive."""
        self._thread = threading.Thread(target=self._run, name="anchors", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread and anchor whatever is not anchored yet. Raises as `keep` does."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.keep(_EVERYTHING)

    def _seen(self) -> MemoryRows:
        """The last row and its note, of one moment; the transaction is over before anything is anchored."""
        seen = MemoryRows()
        with self._database.reading() as connection:
            rows = SqlRows(connection)
            last = rows.last()
            seen.rows = [] if last is None else [last]
            seen.note = rows.head()
        return seen

    def _run(self) -> None:
        while not self._stopping.is_set():
            failed = self._failed
            try:
                self.keep()
            except Exception as error:  # whatever it is, the next attempt may succeed, and nobody else would make one
                if not failed:  # told once, not every few seconds
                    _LOG.error("No anchor could be kept (%s); trying again.", type(error).__name__)
                self._stopping.wait(LOOK_EVERY_S)
                continue
            self._wake.wait(LOOK_EVERY_S)
            self._wake.clear()
