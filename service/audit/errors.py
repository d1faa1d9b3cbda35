"""What can go wrong with the audit; each docstring says what to do."""

from __future__ import annotations

from models.errors import BadInputError, PracticeError

BROKEN = 6
"""The exit code of a broken chain."""


class AuditRefusedError(BadInputError):
    """An audit event holds something that is not an id, a time or a known word. Nothing was recorded."""


class KeyFileError(BadInputError):
    """The key file cannot be used. Each line of it is a key's name and 64 hexadecimal digits, the newest key last."""


class AnchorFileError(BadInputError):
    """The anchor file cannot be used. Name the file that this installation writes its anchors to."""


class AuditDatabaseError(BadInputError):
    """This database holds no audit that can be read. Name the installation's own database."""


class NoTransactionError(PracticeError):
    """An audit row was to be written outside a transaction that holds the write lock. Nothing was recorded."""


class BrokenTailError(PracticeError):
    """The last audit event is not as it was written, so nothing is recorded after it. Run `practice audit verify`."""

    exit_code = BROKEN
