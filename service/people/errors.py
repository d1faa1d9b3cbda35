"""What can go wrong with people and signing in; no message holds a name, a password or a link."""

from __future__ import annotations

from models.errors import BadInputError, PracticeError


class SignInRefusedError(PracticeError):
    """That name and password do not open an account. Check both, or ask an administrator for a new link."""


class TooManyAttemptsError(PracticeError):
    """Too many attempts in a short time. Wait a few minutes, then try again; nothing is locked."""

    def __init__(self, wait_ms: int) -> None:
        super().__init__()
        self.wait_ms = wait_ms
        """Milliseconds until another attempt is heard."""


class BusyError(PracticeError):
    """Many people are signing in at this moment. Try again in a minute."""


class LinkRefusedError(PracticeError):
    """This link was used already, is too old or is incomplete. Ask an administrator for a new one."""


class WeakPasswordError(BadInputError):
    """This password is too easy to guess. Use four or more words that have nothing to do with each other."""


class PersonInputError(BadInputError):
    """Enter a name that others see and a sign-in name. A sign-in name has no blanks, and neither may be very long."""


class NameTakenError(BadInputError):
    """There is one of that name already. Choose another name."""


class LastAdministratorError(BadInputError):
    """This is the last administrator, and somebody has to be. Make another person administrator first."""


class NoSuchNameError(BadInputError):
    """Nobody has this sign-in name. Give it as it is written on the page of people."""


class RolesApartError(BadInputError):
    """A researcher cannot also be coach or administrator. End the one role before you give the other."""


class WrongStateError(BadInputError):
    """The person, role or relationship is not in a state in which that can be done. Load the list again."""


class AlreadyAdministeredError(BadInputError):
    """There is an administrator already. Ask them for an invitation."""


class TokenInputError(BadInputError):
    """An access token needs a label, scopes that your roles allow, and an end within a year."""


class ProviderSettingsError(BadInputError):
    """The sign-in of the council is not set up right. Its address starts with https:// and its secret is in a file."""


class ProviderUnavailableError(PracticeError):
    """The council's sign-in did not answer as it should. Try again in a moment; if it stays so, tell your IT team."""


class ProviderRefusedError(PracticeError):
    """The council's sign-in could not be accepted. Start again from the sign-in page."""


class UnknownSubjectError(PracticeError):
    """Your council account is good but is not linked to anybody here. Ask an administrator for an invitation link."""


class PasskeyRefusedError(PracticeError):
    """That passkey was not accepted, and nothing was changed. Try again; a challenge is good once, for five minutes."""


class PasskeyNeededError(PracticeError):
    """Your council asks for a passkey here. Confirm with your passkey instead of your password."""


class PasskeyInputError(BadInputError):
    """A passkey needs a name of 1 to 80 characters by which you know it again, and you can have ten at most."""


class LastPasskeyError(BadInputError):
    """Your council asks everybody for a passkey, and this is your last one. Add another before you remove it."""


class NoPasskeysHereError(PracticeError):
    """Passkeys work where this service has a name and is reached by https, or by http://localhost. Here they do not."""


class NotWaitingError(PracticeError):
    """No sign-in waits for its second step in this browser, or it waited too long. Sign in again."""
