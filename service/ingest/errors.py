"""What can go wrong with an upload; no message holds a name or anything of the file."""

from __future__ import annotations

from models.errors import BadInputError, PracticeError
from service.blobs.errors import StoreFullError


class UploadRequestError(BadInputError):
    """This request is not one of an upload (tus 1.0.0). Check its headers against the description of the API."""


class UploadVersionError(BadInputError):
    """This service speaks tus 1.0.0. Send the header Tus-Resumable: 1.0.0."""


class UploadBodyError(BadInputError):
    """The bytes of a recording come with Content-Type: application/offset+octet-stream. Send them with that."""


class EmptyUploadError(BadInputError):
    """This file is empty. Copy the recording from the recorder again."""


class UploadTooLongError(BadInputError):
    """This is more than may be sent: the file is too large, or longer than was announced. Send a shorter one."""


class PermissionMissingError(PracticeError):
    """Somebody's permission for this session is missing, refused or over. Record everyone's answer, then send this."""


class UploadOffsetError(PracticeError):
    """The upload does not stand at this place. Ask where it stands, and go on from there."""


class UploadBusyError(PracticeError):
    """Another request is writing to this upload. Wait a few seconds, ask where it stands, and go on from there."""


class UploadEndedError(PracticeError):
    """This upload was ended: it was cancelled, refused, or not touched for too long. Start a new one."""


class AlreadyRecordedError(PracticeError):
    """This upload became a recording already, and cannot be cancelled. The session's page says how to remove it."""


class TooManyUploadsError(PracticeError):
    """You have several uploads open already. Finish or cancel one of them, then start this one."""


class CrowdedError(PracticeError):
    """Too many uploads are running at this moment. Nothing is lost; go on in a minute."""


class ChecksumError(PracticeError):
    """The bytes that arrived are not those that were sent. Nothing of them was kept; send them again."""


class SlowUploadError(PracticeError):
    """Nothing arrived for too long. What came before is kept; ask where the upload stands, and go on from there."""


class TranscriptKindError(BadInputError):
    """This is not a transcript that can be read. Send WebVTT, SRT, JSON or CSV, with that ending to its name."""


class NoRoomError(StoreFullError):
    """There is too little room left to take this file in. Tell whoever runs the service, then try again."""
