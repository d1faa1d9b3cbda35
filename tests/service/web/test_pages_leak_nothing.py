"""What is sent to a page comes out in no log, no figure, no header and on no page of a problem (SECURITY S7)."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from service.api.description import routes_of
from service.api.logs import set_up_logs
from service.keybroker.broker import KeyBroker
from tests.service.content_seen import Seen, seen_session
from tests.service.council import URL, Caller, standing_council
from tests.service.test_nothing_leaks import planted

SECRETS = [secret for kind in planted().values() for secret in kind]
_GIVEN = re.compile(r"\{(\w+)(?::\w+)?\}")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    with standing_council(tmp_path_factory.mktemp("pages")) as council:
        yield seen_session(council)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The logs of the whole process, as the service writes them."""
    before, written = logging.getLogger().handlers[:], io.StringIO()
    set_up_logs(written)
    yield written
    logging.getLogger().handlers[:] = before


def test_nothing_that_any_page_is_sent_comes_out_elsewhere(seen: Seen, log: io.StringIO) -> None:
    council, heard, asked = seen.council, "", 0
    documented = set(council.app.openapi()["paths"])
    pages = [one for one in routes_of(council.app) if one.path not in documented and not one.path.startswith("/api")]
    for number, route in enumerate(pages):
        ten = [SECRETS[(7 * number + step) % len(SECRETS)] for step in range(10)]
        at_home = council.administrator if "/administration" in route.path else council.worker
        for who in (at_home, (council.coach, None)[number % 2]):
            if "sign-out" not in route.path and "end-all" not in route.path:
                for response in _wrongly(seen, route.method, route.path, ten, who):
                    asked += 1
                    heard += _told(response)
    assert asked > 250
    _in_none(seen, heard + log.getvalue())


def test_no_error_of_a_page_tells_what_it_was_about(
    seen: Seen, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, failures = "", 0
    for number, (who, address) in enumerate(seen.addresses):
        secret = SECRETS[number % len(SECRETS)]

        def fails(*_: object, kept: str = secret, **__: object) -> None:
            raise RuntimeError(f"{kept} {seen.title}")

        with monkeypatch.context() as patched:
            patched.setattr(KeyBroker, "open", fails)
            response = seen.get(who, address, Accept="text/html")
        failures += response.status_code >= 500
        heard += str(dict(response.headers)) + (response.text if response.status_code >= 400 else "")
    assert failures > len(seen.addresses) // 2
    assert log.getvalue().count('"event": "failure"') >= failures
    assert seen.title not in heard + log.getvalue()
    _in_none(seen, heard + log.getvalue())


def _in_none(seen: Seen, heard: str) -> None:
    operator = TestClient(seen.council.app, base_url=URL, client=("127.0.0.1", 40000))
    everything = (heard + "".join(operator.get(path).text for path in ("/metrics", "/healthz", "/readyz"))).lower()
    assert "practice_requests_total" in everything
    assert [secret for secret in SECRETS if secret in everything] == []


def _wrongly(seen: Seen, method: str, path: str, ten: list[str], who: Caller | None) -> Iterator[Response]:
    """With secrets in place of ids, for strangers; in the query and in every field of a form, for who may ask."""
    mixed, client = "-".join(ten), seen.council.client
    headers = {"Accept": "text/html", "Origin": URL, **(who.headers if who else {})}
    filled = _GIVEN.sub(quote(mixed), path)
    real = path.replace("{session_id}", seen.id)
    real = _GIVEN.sub("0" * 32, real)
    fields = dict.fromkeys(
        ("title", "purpose", "notes", "password", "old", "new", "sign_in_name", "shown_name", "name", "label", "reason",
         "text", "note", "act", "do", "step", "kind", "role", "version", "element", "score", "until", "days"), mixed,
    )  # fmt: skip
    query = f"?cursor={quote(mixed)}&after={quote(ten[0])}&edit={quote(ten[1])}&state={quote(ten[2])}"
    more = {"follow_redirects": False, "headers": headers}
    if who is None or who is seen.council.coach:
        yield client.request(method, filled, **more)  # type: ignore[arg-type]
        return
    yield client.request(method, real + query, **more)  # type: ignore[arg-type]
    if method == "POST" and not real.endswith(("/erase", "/withdrawal", "/sharing/back", "/disable")):
        yield client.request(method, real, data=fields, **more)  # type: ignore[arg-type]
        yield client.request(method, real, content=mixed, **more)  # type: ignore[arg-type]


def _told(response: Response) -> str:
    """Headers but for where a browser is led with its own address, and pages of problems; forms show what was typed."""
    headers = {name: value for name, value in response.headers.items() if name != "location"}
    return str(headers) + (response.text if "data-problem=" in response.text else "")
