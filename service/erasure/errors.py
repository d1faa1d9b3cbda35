"""What can go wrong with an erasure; no message holds an id of a person, a name or a path."""

from __future__ import annotations

from models.errors import BadInputError, MissingPartError, PracticeError


class NoSuchErasureError(BadInputError):
    """There is no erasure with this id. Check the receipt that it was given out with."""


class RemainsFoundError(PracticeError):
    """Something of an erased session is still there. It cannot be read; the service goes on removing it. Try again."""


class StoreBusyError(PracticeError):
    """A reader holds the database, so deleted rows are still in its file. They are ciphertext; it is tried again."""


class LedgerUnavailableError(PracticeError):
    """The erasure ledger cannot be written, so no key is destroyed. Check its folder, and that the disk is not full."""


class LedgerRefusedError(BadInputError):
    """The erasure ledger was changed, cut or belongs to another installation. Restore it from where it is copied to."""


class MissingLedgerError(MissingPartError):
    """The erasure ledger is missing. Put it back: without it a restored backup could bring erased sessions back."""


class PublicLedgerError(BadInputError):
    """Others may open the erasure ledger. Allow it to its owner alone (chmod 600)."""
