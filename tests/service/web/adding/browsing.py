"""Pages as a browser without scripts asks for them and sends their forms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from httpx2 import Response

from service.ids import new_id
from tests.service.council import URL, VISIT, Caller, Council

_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Visitor:
    """Somebody at a browser. The token of a form is taken from a page, as a browser takes it."""

    caller: Caller

    def get(self, path: str) -> Response:
        headers = {"Cookie": self.caller.headers["Cookie"], "Accept": "text/html"}
        return self.caller.client.get(path, headers=headers, follow_redirects=False)

    def post(self, path: str, fields: dict[str, str | list[str]], page: str | None = None) -> Response:
        """Send a form of the page, which is at the same address unless named; 303 is not followed."""
        token = _CSRF.search(self.get(page or path).text)
        assert token is not None
        headers = {
            "Cookie": self.caller.headers["Cookie"], "Accept": "text/html", "Origin": URL,
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        body = urlencode({"csrf": token[1], **fields}, doseq=True)
        return self.caller.client.post(path, content=body, headers=headers, follow_redirects=False)

    def new_session(self) -> str:
        made: str = self.caller.done("POST", "/sessions", VISIT)["id"]
        return made


def visitor(council: Council, name: str = "worker") -> Visitor:
    return Visitor(council.callers[name])


def act() -> str:
    return new_id()
