"""Why a job failed: a word from a closed list for the row, and a sentence for the person who waits."""

from __future__ import annotations

import errno

from models.adapters.media_refusals import NoRoomError, SilentRecordingError, TooBigError, TooLongError
from models.errors import BadInputError, MissingPartError, UnreadableRecordingError
from service.blobs.errors import BlobRefusedError, NoSuchBlobError
from service.database.words import JobFailure
from service.jobs.errors import NoSpeechError
from service.keybroker.errors import KeyNotLentError, RefusedError

SENTENCES: dict[JobFailure, str] = {
    JobFailure.UNREADABLE_RECORDING: (
        "This file could not be read as a recording. Check that it plays in an ordinary player, then upload it again."
    ),
    JobFailure.UNREADABLE_TRANSCRIPT: (
        "This file could not be read as a transcript. Save it as WebVTT, SRT or CSV with the speakers' names, "
        "then upload it again."
    ),
    JobFailure.NO_SPEECH: (
        "No words were found. Check that this is the right recording and that the voices can be heard."
    ),
    JobFailure.TOO_LONG: "This recording is longer or larger than the limit. Split it, then upload the parts.",
    JobFailure.DAMAGED_FILE: (
        "The stored file is damaged or missing. Upload it again, and tell your administrator, who can restore a backup."
    ),
    JobFailure.ENGINE_FAILED: (
        "The program failed at this stage three times. Try again; if it fails again, tell your administrator."
    ),
    JobFailure.NOT_INSTALLED: (
        "Something that this stage needs is not installed on the worker. Tell your administrator; "
        "`practice doctor` says what."
    ),
    JobFailure.MACHINE_FULL: (
        "The machine had no room left for this. Tell your administrator, then try again when there is room."
    ),
    JobFailure.PERMISSION_OVER: (
        "Somebody's permission for this session is missing, refused or over. Once everyone agrees, try again."
    ),
    JobFailure.WITHDRAWN: "This session was withdrawn. Nothing more is done with it.",
    JobFailure.CANCELLED: "This was cancelled. Try again whenever you like.",
    JobFailure.WORKER_LOST: (
        "The worker stopped three times at this stage, perhaps because of this file. Try again, or convert it to wav."
    ),
}
"""Every reason, in a sentence that says what to do."""
WAITS = (
    "Something that this needs is not there at the moment, such as room on the machine. It is tried again every half "
    "minute by itself; your administrator can see what it is."
)
"""What a job that was put back says while it waits."""
TRIES_AGAIN = "This stage did not work. It is tried again by itself in less than a minute."
"""What a job says between two attempts."""

_KINDS: tuple[tuple[tuple[type[BaseException], ...], JobFailure, bool], ...] = (
    ((NoSpeechError, SilentRecordingError), JobFailure.NO_SPEECH, True),
    ((TooLongError, TooBigError), JobFailure.TOO_LONG, True),
    ((UnreadableRecordingError,), JobFailure.UNREADABLE_RECORDING, True),
    ((KeyNotLentError,), JobFailure.PERMISSION_OVER, False),
    ((RefusedError,), JobFailure.PERMISSION_OVER, True),
    ((BlobRefusedError, NoSuchBlobError), JobFailure.DAMAGED_FILE, True),
    ((NoRoomError, MemoryError), JobFailure.MACHINE_FULL, False),
    ((MissingPartError,), JobFailure.NOT_INSTALLED, True),
)
"""Kinds of error, what they mean, and whether the same would happen again."""


def reason_of(error: BaseException, stage: str) -> tuple[JobFailure, bool]:
    """What an error in a stage means, and whether trying again is useless."""
    for kinds, reason, useless in _KINDS:
        if isinstance(error, kinds):
            return reason, useless
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.ENOMEM):
        return JobFailure.MACHINE_FULL, False
    if stage == "read" and isinstance(error, BadInputError):
        return JobFailure.UNREADABLE_TRANSCRIPT, True
    return JobFailure.ENGINE_FAILED, False
