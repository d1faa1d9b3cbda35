"""Pages from templates, each with the frame that all of them share."""

from __future__ import annotations

import json
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from fastapi import Request
from jinja2 import BaseLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined, Template, Undefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from service.api.principals import SignedIn
from service.database.words import StaffRole
from service.web.static_files import static_files
from service.web.words import PRESENT_WORDS, ROLE_WORDS

NOTICE = "notice"
THEIRS = "govuk_frontend_jinja"
"""The package with GOV.UK Frontend's macros, and what their templates' names begin with."""
_Kind = TypeVar("_Kind", bound=Environment)
LONGEST_NOTICE_S = 60
NOTICES: dict[str, str] = {
    "password-set": "Your password is set. Sign in with it now.",
    "password-changed": "Your password is changed. You are signed out everywhere else, and your tokens have ended.",
    "passkey-added": "Your passkey is added. You are signed out everywhere else.",
    "passkey-removed": "That passkey is removed. You are signed out everywhere else.",
    "sign-in-ended": "That sign-in has ended.",
    "token-ended": "That access token has ended.",
    "token-before": "That access token was made before. Its secret was shown then and cannot be shown again.",
}
"""What a page may say of what was just done, by a word: the cookie holds the word alone, never text of a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Council:
    """How the pages look: the name of the service, of the council, and its colour as #rrggbb."""

    name: str = "Your council"
    service: str = "Practice"
    colour: str = "#1d4f91"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/London"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Renders pages. ``csrf_of`` and ``name_of`` tell of who is signed in: the token of forms, and their shown name."""

    council: Council
    https: bool
    csrf_of: Callable[[SignedIn], str]
    name_of: Callable[[SignedIn], str]

    def page(
        self, request: Request, name: str, who: SignedIn | None = None, /, *, status: int = 200, **given: object
    ) -> Response:
        """A template as a response. ``who`` None: nobody is signed in. A notice that waits is shown once."""
        word = request.cookies.get(self._notice, "")
        frame = {
            "request_path": request.url.path,
            "standing_at": request.url.path if request.method == "GET" else "",
            "council": self.council,
            "who": who,
            "roles": sorted(who.actor.roles) if who else [],
            "shown_name": self.name_of(who) if who else "",
            "csrf": self.csrf_of(who) if who else "",
            "notice": NOTICES.get(word),
        }
        response = HTMLResponse(environment().get_template(name).render(frame | given), status)
        if word:
            response.delete_cookie(self._notice, path="/", secure=self.https, httponly=True, samesite="lax")
        return response

    def part(self, name: str, /, *, status: int = 200, **given: object) -> Response:
        """A piece of a page, for scripts that put it in."""
        return HTMLResponse(environment().get_template(name).render({"council": self.council} | given), status)

    def seen(self, to: str, notice: str | None = None) -> Response:
        """Where a form leads once it was sent, with GET: going back sends nothing again. ``notice``: of NOTICES."""
        response = RedirectResponse(to, 303)
        if notice is not None:
            if notice not in NOTICES:
                raise KeyError(notice)
            response.set_cookie(
                self._notice, notice, max_age=LONGEST_NOTICE_S, path="/", secure=self.https, httponly=True,
                samesite="lax",
            )  # fmt: skip
        return response

    @property
    def _notice(self) -> str:
        return f"__Host-{NOTICE}" if self.https else NOTICE


class OwnTemplates(Environment):
    """Our templates: a name that a page was not given is an error, so that no page shows less than it should.

    GOV.UK Frontend's macros leave out what they are not given; they are rendered by an environment of their own.
    """

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, object] | None = None,  # noqa: A002 - Jinja's own word
    ) -> Template:
        """A template of ours, or one of theirs by its prefix."""
        if isinstance(name, str) and name.startswith(f"{THEIRS}/"):
            return _their_environment().get_template(name)
        return super().get_template(name, parent, globals)


@cache
def environment() -> OwnTemplates:
    """The templates of the pages."""
    return _made(OwnTemplates, PackageLoader("service.web"), StrictUndefined)


@cache
def _their_environment() -> Environment:
    return _made(Environment, PrefixLoader({THEIRS: PackageLoader(THEIRS)}), Undefined)


def _made(kind: type[_Kind], loader: BaseLoader, undefined: type[Undefined]) -> _Kind:
    made = kind(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=undefined, auto_reload=False
    )  # fmt: skip
    made.globals.update(static=static_files().url, role_words=ROLE_WORDS, StaffRole=StaffRole)
    made.globals.update(present_words=PRESENT_WORDS)
    made.filters.update(day=day, clock_time=clock_time, lasting=lasting, moment=moment, for_script=for_script)
    return made


def day(iso: str) -> str:
    """A day like 2026-11-02 as people write it: 2 November 2026."""
    read = datetime.fromisoformat(iso)
    return f"{read.day} {read:%B %Y}"


def moment(when_ms: int, council: Council) -> str:
    """A moment in ms since 1970 UTC, as the council's clocks show it: 2 November 2026, 2:05pm."""
    read = datetime.fromtimestamp(when_ms / 1000, UTC).astimezone(council.zone)
    hour = f"{read:%I}".lstrip("0")
    return f"{read.day} {read:%B %Y}, {hour}:{read:%M}{'am' if read.hour < 12 else 'pm'}"


def clock_time(at_ms: int) -> str:
    """A place in a recording in ms: 12:07, or 1:02:07."""
    seconds = at_ms // 1000
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def lasting(lasts_ms: int) -> str:
    """So long in words: 45 minutes, less than a minute."""
    minutes = round(lasts_ms / 60_000)
    if minutes < 1:
        return "less than a minute"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def for_script(value: object) -> str:
    """JSON that can stand between the tags of ``<script type="application/json">``; mark it safe there."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return written.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
