"""What the API's description says about uploads; the protocol itself is described at tus.io."""

from __future__ import annotations

from typing import Any

from fastapi import Response

_WHY = {
    400: "A header is missing or wrong.",
    404: "There is no such session or upload for you.",
    408: "Nothing arrived for too long; what came is kept.",
    409: "A permission is missing, the upload stands at another place, or the key was used for another one.",
    410: "The upload was ended.",
    412: "Another version of tus, or none.",
    413: "More than may be sent.",
    415: "Not a recording or transcript that can be read, or the wrong Content-Type.",
    423: "Another request is writing; ask again in a few seconds.",
    429: "Too many open uploads.",
    460: "The bytes are not those of the checksum; nothing of them was kept.",
    503: "Too many uploads are running.",
    507: "No room.",
}


def _header(name: str, says: str, example: str, *, needed: bool = True) -> dict[str, Any]:
    schema = {"type": "string"}
    return {
        "in": "header", "name": name, "required": needed, "description": says, "schema": schema, "example": example,
    }  # fmt: skip


def _route(summary: str, description: str, *headers: dict[str, Any], refusals: tuple[int, ...]) -> dict[str, Any]:
    return {
        "summary": summary,
        "description": description,
        "response_class": Response,
        "responses": {status: {"description": _WHY[status]} for status in refusals},
        "openapi_extra": {"parameters": list(headers)} if headers else {},
    }


def _with_body(route: dict[str, Any], *, needed: bool) -> dict[str, Any]:
    content = {"application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    body = {"requestBody": {"required": needed, "content": content}}
    return route | {"openapi_extra": route["openapi_extra"] | body}


_TUS = _header("Tus-Resumable", "The protocol's version.", "1.0.0")
_OFFSET = _header("Upload-Offset", "Where these bytes go.", "0")
_CHECKSUM = _header(
    "Upload-Checksum", "sha1 or sha256 of this body, in base64.", "sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=", needed=False
)
_LENGTH = _header("Upload-Length", "Bytes of the whole file.", "1048576")
_METADATA = _header(
    "Upload-Metadata",
    "Pairs of a key and its value in base64: session (its id), kind (sound or transcript), filename.",
    "session MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=,kind c291bmQ=,filename dmlzaXQud2F2",
)
_KEY = _header("Idempotency-Key", "The same key and facts give the same upload.", "8a1f2c", needed=False)
_METHOD = _header("X-HTTP-Method-Override", "PATCH, HEAD or DELETE.", "PATCH")
_OWN = (404, 410, 412, 503)
_ADDING = (400, 408, 409, 413, 415, 423, 460, 507)

OPTIONS = _route("What uploads can do", "The protocol's version, extensions and limits.", refusals=())
BEGIN = _with_body(
    _route(
        "Begin an upload",
        "Answers with the address to send to; a body of the file's first bytes may come along.",
        *(_TUS, _LENGTH, _METADATA, _KEY, _CHECKSUM),
        refusals=(404, 412, 429, 503, *_ADDING),
    ),
    needed=False,
)
STAND = _route("Where an upload stands", "How much of it is durable.", _TUS, refusals=(*_OWN, 423, 507))
ADD = _with_body(
    _route(
        "Send bytes",
        "What was answered is durable; what came before a connection broke is kept. The last one makes the recording.",
        *(_TUS, _OFFSET, _CHECKSUM),
        refusals=(*_OWN, *_ADDING),
    ),
    needed=True,
)
CANCEL = _route("Cancel an upload", "Deletes what came.", _TUS, refusals=(*_OWN, 409))
INSTEAD = _with_body(
    _route(
        "PATCH, HEAD or DELETE by POST",
        "For proxies that let nothing else through.",
        *(_TUS, _METHOD),
        refusals=(*_OWN, *_ADDING),
    ),
    needed=False,
)
