"""One base and few leaves; each docstring is what a person reads, and says what to do.

Errors carry ids, numbers and the names of settings, never speech, names of people or file contents.
"""

from __future__ import annotations


class PracticeError(Exception):
    """Something went wrong that this program did not foresee. Please report it with the command you ran."""

    exit_code = 1

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class BadInputError(PracticeError):
    """The input cannot be used as it is. Nothing was written."""

    exit_code = 2


class UnreadableRecordingError(BadInputError):
    """This file could not be read as a recording. Check that it plays in an ordinary player, then try again."""


class MissingPartError(PracticeError):
    """A library, model or system package that this needs is not installed. `practice doctor` says what to do."""

    exit_code = 3


class WeightsError(MissingPartError):
    """A weight file is missing or is not the one we know. Run `practice models verify`, then `practice models pull`."""


class EngineError(PracticeError):
    """A speech engine failed. The stages already finished are kept; run the same command again to resume."""

    exit_code = 4


class NoAnswerError(PracticeError):
    """A language model gave no answer that can be used. Other suggestions are not touched by it."""

    exit_code = 4

    def __init__(self, why: str | None = None) -> None:
        super().__init__(why)
        self.why = str(self)
        """What went wrong, in words for a reviewer; it never quotes the answer."""


class UnreachableError(NoAnswerError):
    """The language model cannot be asked. Check that its server runs, and the address, the key and the model's name."""
