"""What can go wrong with copies of an installation; no message holds an id, a name of a file or a path."""

from __future__ import annotations

from models.errors import BadInputError, MissingPartError, PracticeError


class BackupPlaceError(BadInputError):
    """A backup needs a new folder outside of the installation's own. Name one that is not there yet."""


class BackupFailedError(PracticeError):
    """The backup was not finished: a file could not be read or written. Look at both disks; use none of this copy."""


class NotABackupError(BadInputError):
    """This folder holds no finished backup: its list of files is missing or unknown. Name the folder of another one."""


class MissingKeystorePartError(MissingPartError):
    """The part `keystore` of the backup is missing, so nothing could be read. Put it beside `data`."""


class MissingDataPartError(MissingPartError):
    """The part `data` of the backup is missing. Put it beside `keystore`."""


class DamagedBackupError(BadInputError):
    """Files of the backup are not as they were written. Take another backup; nothing was restored."""

    exit_code = 6


class NotEmptyError(BadInputError):
    """There is an installation here already, or a part of one. Move it aside, and restore into empty folders."""


class UnknownErasuresError(MissingPartError):
    """The erasure ledger is missing, and an old copy could bring back what it lists. Put it there (PRACTICE_LEDGER)."""


class DatabaseFirstError(MissingPartError):
    """This backup holds no database. Restore PostgreSQL from its own backup first, then run this again."""


class OtherDatabaseError(BadInputError):
    """The backup's database is a file of SQLite, and PRACTICE_DATABASE_URL names another one. Unset it to restore."""
