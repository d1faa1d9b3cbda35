"""What a browser or another process kept of a session is worth nothing once it was withdrawn (SECURITY P3)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.installation import opened_installation
from service.web_process import web_app
from tests.service.content_seen import Seen, seen_session
from tests.service.council import URL, standing_council

PART = {"Range": "bytes=0-99"}


@pytest.fixture
def seen(tmp_path: Path) -> Iterator[Seen]:
    with standing_council(tmp_path) as council:
        yield seen_session(council)


@pytest.fixture
def elsewhere(seen: Seen) -> Iterator[TestClient]:
    """A second web process of the same installation."""
    council = seen.council
    with (
        opened_installation(council.installation.settings, clock=council.clock) as installation,
        TestClient(web_app(installation), base_url=URL, client=("203.0.113.8", 40000)) as client,
    ):
        yield client


def test_nothing_that_was_kept_of_a_session_is_confirmed_or_sent_again_once_it_is_withdrawn(
    seen: Seen, elsewhere: TestClient
) -> None:
    kept = {}
    for client in (seen.council.client, elsewhere):
        for who, address in seen.addresses:
            response = seen.get(who, address, client)
            assert (response.status_code, response.headers["cache-control"]) == (200, "no-store"), address
            kept[who, address] = response.headers.get("etag", '"v1"')
    asked = [{}, PART, *({"If-None-Match": told} for told in ("*", "its own"))]
    confirmed = [seen.get(*at, **{"If-None-Match": tag}).status_code for at, tag in kept.items()]
    assert confirmed.count(304) >= 6
    _withdraw(seen)
    for client in (seen.council.client, elsewhere):
        for (who, address), tag in kept.items():
            for headers in asked:
                told = {name: value.replace("its own", tag) for name, value in headers.items()}
                response = seen.get(who, address, client, **told, **({"If-Range": tag} if "Range" in told else {}))
                page_of_its_end = who == "worker" and address == f"/sessions/{seen.id}"
                assert response.status_code == (200 if page_of_its_end else 404), (who, address, told)
                assert not seen.holds(response), (who, address, told)
                assert "etag" not in response.headers


def test_lists_and_first_pages_of_both_processes_forget_it_at_once(seen: Seen, elsewhere: TestClient) -> None:
    clients = (seen.council.client, elsewhere)
    lists = [("worker", "/api/v1/sessions"), ("worker", "/"), ("coach", "/api/v1/sessions"), ("coach", "/")]
    assert all(seen.id in seen.get(*at, client).text for at in lists for client in clients)
    _withdraw(seen)
    assert not any(seen.id in seen.get(*at, client).text for at in lists for client in clients)


def test_signing_out_on_a_page_clears_what_the_browser_kept(seen: Seen) -> None:
    worker = seen.council.worker
    response = seen.council.client.post("/sign-out", headers=worker.headers, follow_redirects=False)
    assert response.status_code == 303
    assert response.headers["clear-site-data"] == '"cache", "storage"'
    assert [seen.get("worker", address).status_code for who, address in seen.addresses if who == "worker"].count(
        200
    ) == 0


def _withdraw(seen: Seen) -> None:
    worker = seen.council.worker
    one = worker.get(f"/sessions/{seen.id}/participants").json()["items"][1]["id"]
    worker.done("POST", f"/sessions/{seen.id}/participants/{one}/withdrawal", {})
