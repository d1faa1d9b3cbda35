"""Each kind of answer of the real application has the header table: files, pages, sound, refusals (SECURITY S10)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from httpx2 import Response

from service.keybroker.broker import KeyBroker
from service.web.static_files import static_files
from tests.service.content_seen import Seen, seen_session
from tests.service.council import URL, standing_council
from tests.service.routes_matrix.cells import missing_headers

TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
STYLE = "css/govuk.css"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    with standing_council(tmp_path_factory.mktemp("headers")) as council:
        yield seen_session(council)


def asked(seen: Seen) -> dict[str, tuple[int, str, str, dict[str, Any]]]:
    """By what it is: the status that has to come, and what is asked for."""
    sound, details = f"/api/v1/sessions/{seen.id}/sound", f"/api/v1/sessions/{seen.id}"
    style, headers = static_files().url(STYLE), seen.council.worker.headers
    page = {**headers, "Accept": "text/html"}
    tag = seen.get("worker", details).headers["etag"]
    kept = seen.council.client.get(style).headers["etag"]
    return {
        "a file": (200, "GET", style, {}),
        "a file in part": (206, "GET", style, {"headers": {"Range": "bytes=0-9"}}),
        "a file behind its end": (416, "GET", style, {"headers": {"Range": "bytes=99999999-"}}),
        "a file that is kept": (200, "GET", style, {"headers": {"If-None-Match": kept}}),
        "no such file": (404, "GET", style.replace("govuk", "nothing"), {}),
        "a file above the folder": (404, "GET", style.replace(STYLE, "../words.py"), {}),
        "a wrong method for a file": (405, "POST", style, {"headers": page}),
        "the council's colours": (200, "GET", "/look.css", {}),
        "a page for anybody": (200, "GET", "/help", {"headers": {"Accept": "text/html"}}),
        "a page of oneself": (200, "GET", "/account", {"headers": page}),
        "a page for who is not signed in": (303, "GET", "/account", {"headers": {"Accept": "text/html"}}),
        "a page that is not there": (404, "GET", "/nowhere", {"headers": page}),
        "the microphone's page": (200, "GET", f"/sessions/{seen.id}/record", {"headers": page}),
        "a form without its token": (403, "POST", "/account/password", {"headers": {**page, "X-CSRF": ""}}),
        "a form that is too large": (413, "POST", "/account/password", {"headers": page, "content": bytes(2 << 20)}),
        "a version that is known": (304, "GET", details, {"headers": {**headers, "If-None-Match": tag}}),
        "a version that is behind": (412, "PUT", f"{details}/details", {
            "headers": {**headers, "If-Match": '"v99"'}, "json": {"title": "x"}}),
        "sound": (200, "GET", sound, {"headers": headers}),
        "a part of sound": (206, "GET", sound, {"headers": {**headers, "Range": "bytes=0-9"}}),
        "sound behind its end": (416, "GET", sound, {"headers": {**headers, "Range": "bytes=99999999-"}}),
        "how long sound is": (200, "HEAD", sound, {"headers": headers}),
        "a session that is not there": (404, "GET", details.replace(seen.id, "0" * 32), {"headers": headers}),
        "no JSON": (422, "POST", "/api/v1/sessions", {
            "headers": {**headers, "Content-Type": "application/json"}, "content": b"{"}),
        "an upload that is not there": (404, "PATCH", f"/api/v1/uploads/{'0' * 32}", {"headers": {**headers, **TUS}}),
        "an upload of another protocol": (412, "POST", "/api/v1/uploads", {"headers": headers}),
        "a method that nobody knows": (405, "TRACE", "/healthz", {}),
        "the description": (200, "GET", "/api/v1/openapi.json", {}),
        "an address that is far too long": (404, "GET", f"/{'x' * 20_000}", {}),
    }  # fmt: skip


def test_each_kind_of_answer_has_the_whole_table(seen: Seen) -> None:
    for what, (status, method, path, more) in asked(seen).items():
        response = seen.council.client.request(method, path, follow_redirects=False, **more)
        assert (what, response.status_code) == (what, status)
        assert (what, missing_headers(response.request.url.path, response)) == (what, [])
        assert "server" not in response.headers


@pytest.mark.parametrize("error", [RuntimeError, OSError, MemoryError])
def test_an_error_that_nobody_foresaw_has_the_whole_table_on_pages_and_elsewhere(
    seen: Seen, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(KeyBroker, "open", fails)
    failed = 0
    for who, address in seen.addresses:
        response = seen.get(who, address, Accept="text/html")
        failed += response.status_code >= 500
        assert missing_headers(response.request.url.path, response) == []
    assert failed > len(seen.addresses) // 2


def test_sound_may_run_nothing_and_is_of_its_exact_type(seen: Seen) -> None:
    response = seen.get("worker", f"/api/v1/sessions/{seen.id}/sound", Range="bytes=0-9")
    assert response.headers["content-security-policy"].endswith("; sandbox")
    assert response.headers["content-type"].startswith("audio/")
    assert response.headers["content-disposition"] == "inline"


def test_a_file_that_is_taken_away_has_a_name_that_nobody_typed(seen: Seen) -> None:
    lead = seen.council.administrator
    taken = lead.client.get("/administration/audit.csv", headers=lead.headers)
    assert taken.headers["content-disposition"] == 'attachment; filename="audit.csv"'


def test_every_text_says_its_characters(seen: Seen) -> None:
    for status, method, path, more in asked(seen).values():
        response = seen.council.client.request(method, path, follow_redirects=False, **more)
        if response.headers.get("content-type", "").startswith("text/"):
            assert response.headers["content-type"].endswith("; charset=utf-8"), (status, path)


def test_every_cookie_is_for_this_service_s_own_requests_alone(seen: Seen) -> None:
    given = _all_cookies(seen)
    assert {name for name, _ in given} >= {"__Host-sid", "__Host-known", "__Host-notice", "__Secure-one-time-link"}
    for name, marks in given:
        assert (name, marks["secure"], marks["httponly"]) == (name, True, True)
        assert marks["samesite"] in ("lax", "strict")
        assert marks["domain"] == ""
        assert marks["path"] == "/" or name.startswith("__Secure-")
        assert name.startswith("__Host-") or marks["path"] != "/"


def _all_cookies(seen: Seen) -> list[tuple[str, Any]]:
    """Of signing in, of a notice, and of a link that is shown once."""
    council, found = seen.council, []
    lead = council.administrator
    form: Callable[..., Response] = lambda path, **fields: council.client.post(  # noqa: E731 - three of a kind
        path, data=fields, headers=lead.headers, follow_redirects=False
    )
    invited = form("/administration/people", sign_in_name="new@north.example", shown_name="New", roles="coach")
    link = lead.done("POST", "/people", {"sign_in_name": "b@north.example", "shown_name": "B", "roles": ["coach"]})
    secret, password = link["link"].rpartition("/")[2], "kettle under nine ladders"
    plain = {"Origin": URL}
    accepted = council.client.post("/api/v1/links/accept", json={"secret": secret, "password": password}, headers=plain)
    entered = council.client.post(
        "/api/v1/sign-in", json={"sign_in_name": "b@north.example", "password": password}, headers=plain
    )
    assert (invited.status_code, accepted.status_code, entered.status_code) == (303, 201, 200)
    for response in (invited, accepted, entered, form("/administration/teams", name="North")):
        for value in response.headers.get_list("set-cookie"):
            read = SimpleCookie(re.sub(r"(?i)samesite", "SameSite", value))
            found += [(name, morsel) for name, morsel in read.items()]
    council.client.cookies.clear()
    return found
