"""What can go wrong between this machine and a service elsewhere. No message holds a token, a name or content."""

from __future__ import annotations

from models.errors import BadInputError, EngineError, NoAnswerError


class AddressError(BadInputError):
    """A service's address is like https://practice.example.org. Without https only this machine itself is asked."""


class NotSignedInHereError(BadInputError):
    """Nobody is signed in to a service from here. Run `practice remote sign-in ADDRESS`."""


class PublicTokenError(BadInputError):
    """This file holds a secret, and others may open it. Run `chmod 600` on it, then try again."""


class SecretFileError(BadInputError):
    """The file with the secret cannot be read, or is empty. It holds the secret on its first line."""


class RedirectedError(BadInputError):
    """The service sent this request on to another address, and nothing was sent there. Sign in with its own address."""


class CertificateError(NoAnswerError):
    """The certificate of the service is not one that this machine trusts. Nothing was sent."""


class UnreachedError(NoAnswerError):
    """The service does not answer. Check the address and the connection, then try again."""


class RefusedThereError(BadInputError):
    """The service refused this. ``status`` is HTTP's; ``slug`` the end of the problem's type, empty where unknown."""

    def __init__(self, message: str, status: int, slug: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.slug = slug


class FailedThereError(NoAnswerError):
    """The service could not do this. ``status`` is HTTP's."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class StrangeAnswerError(NoAnswerError):
    """The service's answer is not what this version expects. Check that the address is right, and both versions."""


class FileChangedError(BadInputError):
    """The file is not the one whose upload was begun: its size or its time changed. Add it as a new session."""


class NothingBegunError(BadInputError):
    """No upload was begun from here that is not complete. Add a recording with `practice remote add`."""


class UploadPausedError(NoAnswerError):
    """The connection was lost too often. What arrived is kept: `practice remote resume` goes on."""


class UploadRefusedError(BadInputError):
    """The upload ended at the service before it was complete. Add the recording as a new session."""


class JobEndedError(EngineError):
    """The work on this session ended without a result. Try again; if it ends so again, tell your administrator."""


class NotWorkedOnError(BadInputError):
    """Nothing is worked on for this session. `practice remote status` says how it stands."""
