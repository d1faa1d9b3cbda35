"""What can go wrong between a request and a use case; no message repeats anything that was sent."""

from __future__ import annotations

from models.errors import BadInputError, PracticeError


class NotSignedInError(PracticeError):
    """You are not signed in, or your session or token has ended. Sign in again."""


class NotAllowedError(PracticeError):
    """Your role, or the scope of your token, does not allow this. Ask an administrator, or use another token."""


class NotFreshError(PracticeError):
    """This needs proof of who you are from the last five minutes. Confirm your sign-in, then try again."""


class ForeignOriginError(PracticeError):
    """This request did not come from this service's own pages, so it was not done. Open the page, then repeat it."""


class TooLargeError(BadInputError):
    """What was sent is larger than this address takes. Send less; recordings are sent as uploads."""


class TooManyError(PracticeError):
    """Too many attempts in a short time. Wait as long as Retry-After says, then try again."""

    def __init__(self, retry_after_s: int = 60) -> None:
        super().__init__()
        self.retry_after_s = max(1, retry_after_s)
        """Seconds until another attempt makes sense."""


class VersionNeededError(PracticeError):
    """Say in If-Match which version you have seen: the ETag that came with it, and that alone."""


class ChangedMeanwhileError(PracticeError):
    """Somebody changed this since you saw it, and nothing was overwritten. Load it again, then repeat your change."""


class CursorError(BadInputError):
    """This cursor is not one that was given out. Take `next` of the page before, or start without a cursor."""


class RepeatKeyError(BadInputError):
    """An Idempotency-Key is 8 to 255 letters, digits or punctuation marks of ASCII. A random UUID serves well."""


class RepeatConflictError(PracticeError):
    """This Idempotency-Key was used for another request. Use a new key for each new act."""


class UndeclaredRouteError(PracticeError):
    """A route does not declare exactly once who may use it, so the service does not start. Report this."""


class ReadOnlyDatabaseError(PracticeError):
    """The database cannot be written. Check the disk under it and who owns its files."""


class SilentWorkerError(PracticeError):
    """No worker has been heard of lately, so recordings wait. Start one, or look at its log."""
