"""What can go wrong with a job; no message holds anything of its session."""

from __future__ import annotations

from models.errors import BadInputError, PracticeError
from service.keybroker.errors import RefusedError


class JobStoppedError(PracticeError):
    """This job was stopped before the stage was finished. Nothing of the stage was kept."""


class LostClaimError(PracticeError):
    """This job is another worker's by now, or may not go on. Nothing was kept."""


class NeedsHearingError(PracticeError):
    """What this worker was to go on from is not kept as its engines would make it. A worker that hears begins it."""


class NoSpeechError(BadInputError):
    """No words were found. Check that this is the right recording and that the voices can be heard, then try again."""


class ForeignJobError(RefusedError):
    """There is no such job that you may see. Check the address."""


class JobNotEndedError(BadInputError):
    """This job has not failed and was not cancelled, so there is nothing to try again. Wait until it ends."""
