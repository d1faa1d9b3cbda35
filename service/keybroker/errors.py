"""What can go wrong with the keys; no message holds a key, a name or a path."""

from __future__ import annotations

import errno

from models.errors import BadInputError, MissingPartError, PracticeError


class RefusedError(PracticeError):
    """There is nothing here that you may see. Check the address, and that the session is shared with you."""

    def __init__(self, why: str = "") -> None:
        super().__init__()
        self.why = why
        """A word of the policy for the audit and for tests; never shown to the one who asked."""


class SessionIdError(BadInputError):
    """An id of a session has the wrong form. Use the ids that this program gives out."""


class NoSuchKeyError(PracticeError):
    """The keystore holds no key for this session. Check the session's id, then run the keystore's verification."""


class KeyExistsError(PracticeError):
    """This session has its key already, and a key is never replaced. Use a new session."""


class KeyDestroyedError(PracticeError):
    """This session's key was destroyed, and nothing can bring it back. A new session needs a new id."""


class KeyRefusedError(PracticeError):
    """A stored key was changed, moved or put back from another time. Restore the keystore's newest backup."""


class LostEpochError(MissingPartError):
    """The key-encryption key's file is gone or not this keystore's. Restore the one backed up with this keystore."""


class PublicKeysError(BadInputError):
    """Others can read the keystore or its keys. Allow its files to their owner alone (chmod 600, folders 700)."""


class MissingKeystoreError(MissingPartError):
    """The keystore's database is missing. Restore it from its backup: without it nothing stored can be read."""


class KeystoreDamagedError(PracticeError):
    """The keystore's database is damaged, and no key of it is given out. Restore its newest backup."""


class KeystoreUnavailableError(PracticeError):
    """The keystore's database did not do as asked. Check that its disk is there and has room, then try again."""


class KeystoreFullError(KeystoreUnavailableError):
    """The disk under the keystore is full, so this was not finished. Free some space, then try again."""


class BackupExistsError(BadInputError):
    """There is something in the place of the backup already, and it is left as it is. Name a new folder."""


class RemainsError(PracticeError):
    """The key is deleted, but a reader holds the file that its bytes are in. End that reader, then destroy again."""


class KeeperAwayError(PracticeError):
    """The key keeper did not answer. Check that `practice keeper` runs there, and PRACTICE_KEEPER here."""


class KeeperCertificateError(KeeperAwayError):
    """What answers at PRACTICE_KEEPER is not the key keeper that this machine was added to. Check the address there."""


class UnknownMachineError(MissingPartError):
    """The key keeper does not know this machine (any more). Add it again with `practice keeper machine add` there."""


class KeyNotLentError(RefusedError):
    """The key keeper lent no key: the work was given to somebody else, or the session may not be opened any more."""


class NoKeystoreHereError(MissingPartError):
    """The keystore is on another machine, and keys are only made there. Do this on the machine of the keystore."""


def refused_by_the_system(refused: OSError) -> KeystoreUnavailableError:
    """What a refusal of the system's means."""
    is_full = refused.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return KeystoreFullError() if is_full else KeystoreUnavailableError()
