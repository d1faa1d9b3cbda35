"""The named points at which a test can end the process; what they stand after is on the disk by then."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Step(StrEnum):
    """What was just done."""

    DATABASE_MADE = "database-made"
    PART_WRITTEN = "part-written"
    PART_SYNCED = "part-synced"
    EPOCH_NAMED = "epoch-named"
    EPOCH_SYNCED = "epoch-synced"
    EPOCH_ADOPTED = "epoch-adopted"
    KEY_INSERTED = "key-inserted"
    KEY_STORED = "key-stored"
    KEY_DELETED = "key-deleted"
    DELETION_STORED = "deletion-stored"
    REWRAPPED = "rewrapped"
    ROTATION_STORED = "rotation-stored"
    PAGES_WRITTEN = "pages-written"
    LOG_EMPTIED = "log-emptied"
    REMAINS_CLEARED = "remains-cleared"
    OLD_OVERWRITTEN = "old-overwritten"
    OLD_UNLINKED = "old-unlinked"
    OLD_GONE = "old-gone"


Reached = Callable[[Step], None]


def unnoticed(step: Step) -> None:
    """What a service does at each step: nothing."""
