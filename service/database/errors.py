"""What can go wrong with the database; no message holds a value, a statement or a path."""

from __future__ import annotations

from models.errors import BadInputError, MissingPartError, PracticeError


class DatabaseUnavailableError(PracticeError):
    """The database did not answer, so this may not have been done. Look, and try again in a moment."""


class DatabaseFullError(PracticeError):
    """The disk under the database is full, so this was not finished. Free some space, then try again."""


class NewerDatabaseError(BadInputError):
    """The database was made by a newer version of this program. Install that version, or restore an older backup."""


class DatabaseAddressError(BadInputError):
    """PRACTICE_DATABASE_URL is not understood. It starts with sqlite:/// or postgresql+psycopg://."""


class DatabaseEncodingError(BadInputError):
    """The database was not made for UTF-8. Make it anew with TEMPLATE template0 ENCODING 'UTF8', and name that one."""


class NoWayBackError(BadInputError):
    """A database is never taken back to an older version. Restore the backup that was made before its upgrade."""


class MissingMigrationError(MissingPartError):
    """The database is older than this program. Run `practice upgrade`; it makes a backup first."""


class StrangeDatabaseError(BadInputError):
    """This database holds tables of the same names that this program did not make. Name an empty one."""


class UpgradeFailedError(PracticeError):
    """The database could not be upgraded; it is as it was before. Go on with the older version, and report this."""
