"""Files of the pages: style, scripts, icons. Addresses hold a digest of all of them, so they can be kept for good."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Depends, Request
from starlette.responses import FileResponse, Response

from service.api.headers import STATIC
from service.api.principals import public
from service.keybroker.errors import RefusedError

FOLDER = Path(__file__).with_name("static")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFiles:
    """The files by their names below the folder, read once. One digest for all: scripts name each other relatively."""

    digest: str
    files: dict[str, Path]

    def url(self, name: str) -> str:
        """The address of a file, like ``css/site.css``. Raises KeyError where there is none of that name."""
        if name not in self.files:
            raise KeyError(name)
        return f"{STATIC}{self.digest}/{name}"


@cache
def static_files() -> StaticFiles:
    """All files of the pages."""
    files = {str(path.relative_to(FOLDER)): path for path in sorted(FOLDER.rglob("*")) if path.suffix in _TYPES}
    together = hashlib.sha256()
    for name, path in files.items():
        together.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return StaticFiles(digest=together.hexdigest()[:16], files=files)


def static_router() -> APIRouter:
    """Hands them out to anybody."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(public())])

    @router.get(STATIC + "{digest}/{name:path}", response_class=Response)
    def file(digest: str, name: str, request: Request) -> Response:
        """One file, where the address has the digest of this program's files."""
        held = static_files()
        if digest != held.digest or name not in held.files:
            raise RefusedError("no such file")
        return FileResponse(held.files[name], media_type=_TYPES[held.files[name].suffix])

    return router
