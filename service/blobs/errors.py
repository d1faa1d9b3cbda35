"""What can go wrong with a blob; every message is free of content, names and paths."""

from __future__ import annotations

from models.errors import BadInputError, PracticeError


class BlobRefusedError(PracticeError):
    """This stored file is damaged, or belongs to another session: nothing of it is shown. Restore it from a backup."""


class BlobIdError(BadInputError):
    """An id of a session or of a stored file has the wrong form. Use the ids that this program gives out."""


class NoSuchBlobError(PracticeError):
    """There is no stored file with this id. It was deleted, or never finished."""


class BlobExistsError(PracticeError):
    """A stored file with this id exists or is being written; stored files are never overwritten. Use a new id."""


class StoreFullError(PracticeError):
    """There is no room left to store this file, and nothing of it was kept. Free some space, then send it again."""


class StoreUnavailableError(PracticeError):
    """The place where files are stored did not do what it was asked. Check that it is there, then try again."""
