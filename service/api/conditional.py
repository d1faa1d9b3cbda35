"""Versions of what can change: reading it again costs nothing where nothing changed, and no change is overwritten."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header, Request
from starlette.responses import Response

from service.api.errors import VersionNeededError

_OURS = re.compile(r'"v(0|[1-9][0-9]{0,17})"')
_TAG = re.compile(r'\s*(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")\s*(?:,|$)')


def etag_of(version: int) -> str:
    """The ETag of a row's version."""
    return f'"v{version}"'


def unchanged(request: Request, etag: str) -> Response | None:
    """304 where If-None-Match names the version that there is, else None.

    Ask only after the person was let in: nobody else may learn that something did not change.
    """
    told = ",".join(request.headers.getlist("if-none-match"))
    if request.method not in ("GET", "HEAD") or not told:
        return None
    return Response(status_code=304, headers={"ETag": etag}) if told.strip() == "*" or etag in _tags(told) else None


def version_seen(
    request: Request,
    if_match: Annotated[
        str | None, Header(description="The ETag of the version that was seen", examples=['"v2"'])
    ] = None,
) -> int:
    """The version that If-Match says the sender saw; a dependency of every route that changes a row with a version.

    The use case compares it in its own transaction and raises ChangedMeanwhileError. Raises VersionNeededError for a
    request that says nothing, several versions, any version at all (``*``) or a weak one.
    """
    told = request.headers.getlist("if-match")
    match = _OURS.fullmatch(told[0].strip()) if len(told) == 1 else None
    if match is None:
        raise VersionNeededError
    return int(match[1])


def _tags(told: str) -> set[str]:
    """The tags of a list, weak ones without their mark; up to the first thing that is none."""
    found, place = set(), 0
    while place < len(told) and (match := _TAG.match(told, place)):
        found.add(match[1])
        place = match.end()
    return found
