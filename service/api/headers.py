"""The headers that every response has, whatever made it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

Raw = tuple[bytes, bytes]

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)
SANDBOX_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""For sound and files that are handed out: nothing in them may run. A response that asks for just this keeps it."""
ALWAYS: dict[str, str] = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
TRANSPORT = "max-age=31536000; includeSubDomains"
NEVER_STORED = "no-store"
STORED_FOR_GOOD = "public, max-age=31536000, immutable"
"""Files under ``/static/`` have a digest in their names, so what a name stands for never changes."""
STATIC = "/static/"
ID = "{id}"
_OFF = "camera=(), display-capture=(), geolocation=(), payment=(), usb=(), serial=(), hid=()"
_REMOVED = {b"server", b"x-powered-by", b"x-process-time"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderTable:
    """What is said in every response. ``https``: the public address is https, so browsers are told to stay with it.

    ``microphone_paths``: the pages, by their whole path, that may ask for the microphone; ``{id}`` stands for an id.
    """

    https: bool
    microphone_paths: frozenset[str] = frozenset()

    def expected(self, path: str, status: int, given: dict[str, str]) -> dict[str, str]:
        """The table for a response at a path; ``given`` are the response's own headers, in lower case."""
        table = dict(ALWAYS)
        if given.get("content-security-policy") == SANDBOX_POLICY:
            table["content-security-policy"] = SANDBOX_POLICY
        microphone = "(self)" if any(_of(page).fullmatch(path) for page in self.microphone_paths) else "()"
        table["permissions-policy"] = f"microphone={microphone}, {_OFF}"
        stored = path.startswith(STATIC) and status in (200, 206, 304)
        table["cache-control"] = STORED_FOR_GOOD if stored else NEVER_STORED
        if self.https:
            table["strict-transport-security"] = TRANSPORT
        return table

    def applied(self, path: str, status: int, headers: list[Raw]) -> list[Raw]:
        """The response's headers with the table's instead of its own where both have one."""
        given = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
        table = {name.encode(): value.encode() for name, value in self.expected(path, status, given).items()}
        kept = [(name, value) for name, value in headers if name.lower() not in table and name.lower() not in _REMOVED]
        return [*kept, *table.items()]


@cache
def _of(page: str) -> re.Pattern[str]:
    """Matches a page's whole path: every sign of it stands for itself but ``{id}``, which is 32 hexadecimal digits."""
    return re.compile("[0-9a-f]{32}".join(re.escape(part) for part in page.split(ID)))
