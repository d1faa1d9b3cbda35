"""What can go wrong with the key keeper and the machines that it knows; no message holds a token or a key."""

from __future__ import annotations

from models.errors import BadInputError, MissingPartError


class MachineNameError(BadInputError):
    """A machine's name is 1 to 40 of a-z, 0-9 and hyphen. Choose another name."""


class MachineKnownError(BadInputError):
    """A machine of this name is known already. Remove it first with `practice keeper machine remove`."""


class NoSuchMachineError(BadInputError):
    """There is no machine of this name. `practice keeper machine list` shows those that are known."""


class MachineFolderError(BadInputError):
    """The machine's folder cannot be made here. Name a new folder in one that is there and that you may write to."""


class MachineFolderUnreadError(MissingPartError):
    """PRACTICE_MACHINE is not a whole folder from `practice keeper machine add`, or others can read its files."""


class KeeperFilesError(MissingPartError):
    """The key keeper's own files cannot be read. Check the folder `keeper` in PRACTICE_KEYS: its owner's alone."""


class CertificateNamesError(BadInputError):
    """The keeper's certificate is for other names than the settings say. Remove it, then add each machine again."""
