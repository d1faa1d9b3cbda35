"""The headers of tus 1.0.0, read strictly, and how uploads are answered with them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from email.utils import formatdate

from models.adapters.media_refusals import RefusedRecordingError
from service.api.errors import RepeatConflictError
from service.blobs.errors import StoreFullError
from service.database.errors import DatabaseFullError
from service.ingest import errors
from service.ingest.records import Asked, Checksum, Limits, Upload, UploadKind
from service.keybroker.errors import RefusedError

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
BODY_TYPE = "application/offset+octet-stream"
LONGEST_METADATA = 4096
LONGEST_NAME = 255

STATUSES: Mapping[type[Exception], int] = {
    errors.UploadRequestError: 400,
    errors.EmptyUploadError: 400,
    RefusedError: 404,
    errors.SlowUploadError: 408,
    errors.PermissionMissingError: 409,
    errors.UploadOffsetError: 409,
    RepeatConflictError: 409,
    errors.AlreadyRecordedError: 409,
    errors.UploadEndedError: 410,
    errors.UploadVersionError: 412,
    errors.UploadTooLongError: 413,
    errors.UploadBodyError: 415,
    errors.TranscriptKindError: 415,
    RefusedRecordingError: 415,
    errors.UploadBusyError: 423,
    errors.TooManyUploadsError: 429,
    errors.ChecksumError: 460,
    errors.CrowdedError: 503,
    StoreFullError: 507,
    DatabaseFullError: 507,
}
"""How each error is answered; subclasses as their nearest base here. The words are the error's own."""

_NUMBER = re.compile(r"[0-9]{1,18}")
_KEY = re.compile(r"[!-+\--~]{1,64}")
_REPEAT_KEY = re.compile(r"[!-~]{1,200}")


def check_version(headers: Mapping[str, str]) -> None:
    """Raises UploadVersionError unless the request speaks this version."""
    if headers.get("tus-resumable") != VERSION:
        raise errors.UploadVersionError


def asked_for(headers: Mapping[str, str]) -> Asked:
    """The upload that a request for a new one asks for. Raises UploadRequestError."""
    if "upload-defer-length" in headers:
        raise errors.UploadRequestError("The length of an upload has to be known. Send Upload-Length.")
    if "upload-concat" in headers:
        raise errors.UploadRequestError("Uploads cannot be put together from others. Send the file as one upload.")
    told = metadata(headers.get("upload-metadata", ""))
    kind = told.get("kind", UploadKind.SOUND)
    if kind not in list(UploadKind):
        raise errors.UploadRequestError("The kind in Upload-Metadata is sound or transcript. Send one of them.")
    repeat_key = headers.get("idempotency-key")
    if repeat_key is not None and not _REPEAT_KEY.fullmatch(repeat_key):
        raise errors.UploadRequestError("An Idempotency-Key has 1 to 200 letters, digits and signs. Send such a key.")
    return Asked(
        session_id=told.get("session", ""), length=_number(headers, "upload-length"), kind=UploadKind(kind),
        file_name=_file_name(told.get("filename", "")), repeat_key=repeat_key,
    )  # fmt: skip


def metadata(header: str) -> dict[str, str]:
    """What Upload-Metadata says, by key. Raises UploadRequestError."""
    if len(header) > LONGEST_METADATA:
        raise errors.UploadRequestError(f"Upload-Metadata has at most {LONGEST_METADATA} characters. Send less.")
    found: dict[str, str] = {}
    for pair in filter(None, (one.strip(" \t") for one in header.split(","))):
        key, _, value = pair.partition(" ")
        if key in found or not _KEY.fullmatch(key):
            raise errors.UploadRequestError("Upload-Metadata names a key twice, or with other signs. Correct it.")
        found[key] = _text(value)
    return found


def offset_in(headers: Mapping[str, str]) -> int:
    """Where the request's bytes go. Raises UploadRequestError."""
    return _number(headers, "upload-offset")


def announced_in(headers: Mapping[str, str]) -> int | None:
    """How many bytes the request carries, where it says so. Raises UploadRequestError."""
    return _number(headers, "content-length") if "content-length" in headers else None


def check_body_type(headers: Mapping[str, str]) -> None:
    """Raises UploadBodyError unless the body is an upload's bytes."""
    if headers.get("content-type", "").strip().lower() != BODY_TYPE:
        raise errors.UploadBodyError


def checksum_in(headers: Mapping[str, str]) -> Checksum | None:
    """What the sender says about the bytes. Raises UploadRequestError."""
    given = headers.get("upload-checksum")
    if given is None:
        return None
    algorithm, _, digest = given.partition(" ")
    return Checksum(algorithm=algorithm, digest=_decoded(digest))


def standing_headers(upload: Upload) -> dict[str, str]:
    """Where an upload stands, without anything of its content."""
    told = {"Upload-Offset": str(upload.received)}
    if upload.recording_id is None:
        told["Upload-Expires"] = formatdate(upload.until_ms / 1000, usegmt=True)
    else:
        told["Recording-Id"] = upload.recording_id
    return told


def head_headers(upload: Upload) -> dict[str, str]:
    """The answer to HEAD. The file's name is content, and is not told again."""
    told = {"session": upload.session_id, "kind": upload.kind.value}
    pairs = [f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items()]
    return standing_headers(upload) | {
        "Upload-Length": str(upload.length), "Upload-Metadata": ",".join(pairs), "Cache-Control": "no-store",
    }  # fmt: skip


def options_headers(limits: Limits) -> dict[str, str]:
    """What this service can do."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(max(limits.sound_bytes, limits.transcript_bytes)),
        "Tus-Checksum-Algorithm": ",".join(Checksum.ALGORITHMS),
    }


def _number(headers: Mapping[str, str], name: str) -> int:
    given = headers.get(name, "")
    if not _NUMBER.fullmatch(given):
        raise errors.UploadRequestError(f"The header {name.title()} is missing or no whole number. Send it.")
    return int(given)


def _decoded(given: str) -> bytes:
    try:
        return base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        raise errors.UploadRequestError(
            "A header holds something that is not base64. Encode it, then send it."
        ) from None


def _text(given: str) -> str:
    try:
        return _decoded(given).decode("utf-8")
    except UnicodeDecodeError:
        raise errors.UploadRequestError("Upload-Metadata holds something that is not UTF-8. Encode it so.") from None


def _file_name(given: str) -> str:
    if len(given) > LONGEST_NAME or not all(map(str.isprintable, given)):
        raise errors.UploadRequestError(f"A file's name has at most {LONGEST_NAME} printed characters. Shorten it.")
    return given
