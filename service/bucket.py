"""Reads where an S3-compatible store is and who asks: an address from the settings, keys from a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from service.audit.private_files import PublicFileError, read_private
from service.blobs.object_store import Bucket
from service.settings_service import LOCAL_HOSTS, SettingError

KEY_FILE = "PRACTICE_S3_KEY_FILE"
_FORM = "PRACTICE_BLOBS must be s3://bucket/prefix?endpoint=https://…&region=…"
_FILE = f"{KEY_FILE} must name a file with two lines, the access key's id and its secret, readable by its owner alone."


def bucket_of(address: str, environment: Mapping[str, str]) -> Bucket:
    """The bucket at ``s3://bucket/prefix?endpoint=…&region=…``.

    Plain http only to this machine. Raises SettingError.
    """
    parts = urlsplit(address)
    try:
        told = parse_qs(parts.query, strict_parsing=True)
        (endpoint,), (region,) = told.pop("endpoint"), told.pop("region")
    except (KeyError, ValueError):
        raise SettingError(_FORM) from None
    where = urlsplit(endpoint)
    local = where.scheme == "http" and where.hostname in LOCAL_HOSTS
    if told or not parts.netloc or not where.hostname or not (where.scheme == "https" or local):
        raise SettingError(_FORM)
    key_id, secret = _keys(environment)
    return Bucket(
        name=parts.netloc,
        prefix=parts.path.strip("/") or "blobs",
        endpoint=endpoint,
        region=region,
        access_key_id=key_id,
        secret_access_key=secret,
        allow_http=local,
    )


def _keys(environment: Mapping[str, str]) -> tuple[str, str]:
    try:
        lines = read_private(Path(environment[KEY_FILE])).decode("ascii").split()
    except (KeyError, PublicFileError, OSError, UnicodeDecodeError):
        raise SettingError(_FILE) from None
    if len(lines) != 2:
        raise SettingError(_FILE)
    return lines[0], lines[1]
