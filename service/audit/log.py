"""Writing the audit: the one way in which events become rows."""

from __future__ import annotations

from service.audit.anchors import Anchor, AnchorInterval, AnchorPlace, anchor_of
from service.audit.chain import Row, genesis, head_of, next_link, refuse_broken_tail
from service.audit.errors import AuditDatabaseError
from service.audit.keys import Keyring
from service.audit.records import AuditEvent
from service.audit.store import AuditRows


class AuditLog:
    """Appends events to the chain in ``rows``, with the newest of ``keys``."""

    def __init__(self, rows: AuditRows, keys: Keyring) -> None:
        self._rows = rows
        self._keys = keys

    def begin(self, chain_id: str, now_ms: int) -> Row:
        """Write the first row, in the caller's transaction, and return it; its anchor is due once that is committed.

        Raises AuditDatabaseError where there is a chain already.
        """
        if self._rows.last() is not None:
            raise AuditDatabaseError("This database has an audit chain already. Go on with that one.")
        row = genesis(chain_id, now_ms, self._keys.current)
        self._rows.append(row, head_of(row, self._keys.current))
        return row

    def append(self, event: AuditEvent) -> Row:
        """Write the event as the last row, in the caller's transaction, and return it.

        Raises AuditDatabaseError where no chain was begun, BrokenTailError where the last row is not as it was written.
        """
        last = self._rows.last()
        if last is None:
            raise AuditDatabaseError("This database has no audit chain yet. Begin one before anything is recorded.")
        refuse_broken_tail(last, self._rows.head(), self._keys)
        row = next_link(last, event, self._keys.current)
        self._rows.append(row, head_of(row, self._keys.current))
        return row

    def anchor(
        self, place: AnchorPlace, anchored: Anchor | None, now_ms: int, interval: AnchorInterval | None = None
    ) -> Anchor | None:
        """Anchor the last row if that is due, and return the newest anchor. Call it outside of any transaction.

        A row that was not committed must not be anchored: it would look cut off. Raises AnchorFileError,
        BrokenTailError.
        """
        last = self._rows.last()
        if last is None or not (interval or AnchorInterval()).due(anchored, last, now_ms):
            return anchored
        refuse_broken_tail(last, self._rows.head(), self._keys)
        new = anchor_of(last, self._keys.current, now_ms)
        place.put(new)
        return new
