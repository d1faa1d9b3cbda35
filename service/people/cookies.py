"""The cookies of signing in. Scripts cannot read them, and other sites' requests come without them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from service.api.principals import COOKIE, LOCAL_COOKIE
from service.people.passkeys.rows import ANSWERED_MS
from service.people.records import NewSignIn, Waiting
from service.people.waiting_rows import WAITS_MS

KNOWN_S = 90 * 86_400
"""Seconds for which a browser in which somebody signed in is known again."""
JOURNEY_S = 600
"""Seconds that a sign-in at the council may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookies:
    """Names and marks of the cookies: ``https`` False is this machine alone, where browsers take no other kind."""

    https: bool

    def begin(self, response: Response, new: NewSignIn) -> None:
        """Give the browser a sign-in, and what it is known by when it comes again."""
        self._give(response, self.sign_in, new.cookie, None)
        self._give(response, self._named("known"), new.known_browser, KNOWN_S)

    def end(self, response: Response) -> None:
        """Take the sign-in away, and pages that the browser kept. What it is known by stays: it opens nothing."""
        self._give(response, self.sign_in, "", 0)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'

    def known_browser(self, request: Request) -> str | None:
        """What this browser is known by."""
        return request.cookies.get(self._named("known"))

    def begin_journey(self, response: Response, kept: str) -> None:
        """What the browser keeps while it is at the council's sign-in."""
        self._give(response, self._named("journey"), kept, JOURNEY_S)

    def journey(self, request: Request) -> str:
        """What the browser kept; empty where it began no journey."""
        return request.cookies.get(self._named("journey"), "")

    def end_journey(self, response: Response) -> None:
        """The journey is over."""
        self._give(response, self._named("journey"), "", 0)

    def wait(self, response: Response, waiting: Waiting) -> None:
        """Give the browser what its second step is waited for under. No page but that one's takes it."""
        self._give(response, self._named("second"), waiting.cookie, WAITS_MS // 1000)

    def waiting(self, request: Request) -> str | None:
        """What a second step is waited for under."""
        return request.cookies.get(self._named("second"))

    def end_wait(self, request: Request, response: Response) -> None:
        """Nothing is waited for any more."""
        if self.waiting(request) is not None:
            self._give(response, self._named("second"), "", 0)

    def begin_passkey(self, response: Response, kept: str) -> None:
        """What the browser keeps while somebody who is not signed in unlocks a passkey."""
        self._give(response, self._named("passkey"), kept, ANSWERED_MS // 1000)

    def passkey(self, request: Request) -> str:
        """What the browser kept; empty where it asked for no passkey."""
        return request.cookies.get(self._named("passkey"), "")

    def end_passkey(self, request: Request, response: Response) -> None:
        """The passkey was answered."""
        if self.passkey(request):
            self._give(response, self._named("passkey"), "", 0)

    @property
    def sign_in(self) -> str:
        """The name of the cookie of a sign-in."""
        return COOKIE if self.https else LOCAL_COOKIE

    def _named(self, name: str) -> str:
        return f"__Host-{name}" if self.https else name

    def _give(self, response: Response, name: str, value: str, lasts_s: int | None) -> None:
        response.set_cookie(
            name, value, max_age=lasts_s, path="/", secure=self.https, httponly=True, samesite="lax"
        )  # fmt: skip
