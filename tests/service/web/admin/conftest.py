"""A council whose administrator opens pages and sends forms, as a browser without scripts does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from httpx2 import Response

from service.database.words import StaffRole
from tests.service.council import Caller, Council, standing_council

AT = "/administration"


@dataclass
class Desk:
    """One person's browser at the pages of administration."""

    council: Council
    caller: Caller

    def get(self, path: str = "", **query: str) -> Response:
        """A page, with what stands after the question mark."""
        return self._answered(self.caller.client.get(AT + path, params=query, headers=self._headers()))

    def send(self, path: str, fields: Mapping[str, object] | None = None) -> Response:
        """A form with its hidden field; the header that scripts send is left out."""
        headers = self._headers()
        sent = {"csrf": headers.pop("X-CSRF"), **(fields or {})}
        return self._answered(self.caller.client.post(AT + path, data=sent, headers=headers, follow_redirects=False))

    def page(self, path: str = "", **query: str) -> str:
        """The text of a page that has to be there."""
        response = self.get(path, **query)
        assert response.status_code == 200, response.text
        return " ".join(response.text.split())

    def _headers(self) -> dict[str, str]:
        return {**self.caller.headers, "Accept": "text/html"}

    def _answered(self, response: Response) -> Response:
        """Cookies are the caller's own, given in headers; those of a page are for a test to look at."""
        self.caller.client.cookies.clear()
        return response


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Council]:
    """One for the tests of a file."""
    with standing_council(tmp_path_factory.mktemp("council")) as made:
        yield made


@pytest.fixture
def desk(council: Council) -> Desk:
    """The administrator's, who has just proved who they are."""
    return Desk(council=council, caller=council.again("administrator"))


@pytest.fixture
def other(council: Council) -> str:
    """A new person's id, a social worker."""
    made = council.person("other", StaffRole.PRACTITIONER)
    return made.actor.person_id
