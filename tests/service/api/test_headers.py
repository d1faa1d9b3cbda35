"""Every response has the header table, whatever made it (SECURITY S10)."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from service.api.boundary import Boundary, BoundaryRules
from service.api.headers import ALWAYS, CONTENT_POLICY, SANDBOX_POLICY, STORED_FOR_GOOD, TRANSPORT, HeaderTable
from service.api.stopping import Stopping
from tests.service.api.conftest import READER, WORKER, WRITER, Site

THING = "/api/v1/things/" + "a" * 32
BODY = {"name": "x", "day": 1}
JSON = {**WRITER, "Content-Type": "application/json"}
REQUESTS: dict[str, tuple[int, str, str, dict[str, object]]] = {
    "a page of a list": (200, "GET", "/api/v1/things", {"headers": READER}),
    "something made": (201, "POST", "/api/v1/things", {"headers": WRITER, "json": BODY}),
    "nothing changed": (304, "GET", THING, {"headers": {**READER, "If-None-Match": '"v7"'}}),
    "a version not said": (428, "PUT", THING, {"headers": WRITER, "json": BODY}),
    "another version": (412, "PUT", THING, {"headers": {**WRITER, "If-Match": '"v6"'}, "json": BODY}),
    "no such address": (404, "GET", "/nowhere", {}),
    "an upload that is not": (404, "PATCH", "/api/v1/uploads/x", {}),
    "a wrong method": (405, "DELETE", "/api/v1/things", {}),
    "a method nobody knows": (405, "TRACE", "/healthz", {}),
    "nobody": (401, "GET", "/api/v1/things", {}),
    "a wrong scope": (403, "GET", "/api/v1/things", {"headers": WRITER}),
    "another site": (403, "POST", "/api/v1/by-fresh", {"headers": WORKER}),
    "invalid fields": (422, "POST", "/api/v1/things", {"headers": WRITER, "json": {"name": 5}}),
    "an invalid path": (422, "GET", "/api/v1/things/x", {"headers": READER}),
    "an invalid query": (422, "GET", "/api/v1/things?limit=0", {"headers": READER}),
    "no JSON": (422, "POST", "/api/v1/things", {"headers": JSON, "content": b"{"}),
    "no UTF-8": (400, "POST", "/api/v1/things", {"headers": JSON, "content": b'"\xff'}),
    "too large": (413, "POST", "/api/v1/things", {"headers": WRITER, "content": bytes(1 << 21)}),
    "all of a sound": (200, "GET", "/api/v1/sound", {"headers": READER}),
    "a range": (206, "GET", "/api/v1/sound", {"headers": {**READER, "Range": "bytes=5-9"}}),
    "a range of nothing": (416, "GET", "/api/v1/sound", {"headers": {**READER, "Range": "bytes=99999-"}}),
    "a head": (200, "HEAD", "/api/v1/sound", {"headers": READER}),
    "a stream of events": (200, "GET", "/api/v1/progress", {"headers": READER}),
    "a teapot": (418, "GET", "/api/v1/failing/teapot", {}),
    "a refusal": (404, "GET", "/api/v1/failing/refused", {}),
    "too many": (429, "GET", "/api/v1/failing/many", {}),
    "something unforeseen": (500, "GET", "/api/v1/failing/unforeseen", {}),
    "no database": (503, "GET", "/api/v1/failing/unavailable", {}),
    "a full disk": (507, "GET", "/api/v1/failing/full", {}),
    "life": (200, "GET", "/healthz", {}),
    "readiness": (200, "GET", "/readyz", {}),
    "metrics for a stranger": (404, "GET", "/metrics", {}),
    "a kind of problem": (200, "GET", "/problems/full", {}),
    "the description": (200, "GET", "/api/v1/openapi.json", {}),
    "the page of the description": (200, "GET", "/api/v1/docs", {}),
}  # fmt: skip


@pytest.mark.parametrize("what", REQUESTS)
def test_a_response_has_every_header_of_the_table_once(shared_site: Site, what: str) -> None:
    status, method, path, more = REQUESTS[what]
    response = shared_site.client.request(method, path, **more)  # type: ignore[arg-type]
    assert response.status_code == status
    given = response.headers.multi_items()
    counted = {name: [value for found, value in given if found == name] for name, _ in given}
    sandboxed = "/sound" in path and status in (200, 206)
    table = {**ALWAYS, "content-security-policy": SANDBOX_POLICY if sandboxed else CONTENT_POLICY}
    for name, value in {**table, "cache-control": "no-store", "strict-transport-security": TRANSPORT}.items():
        assert counted[name] == [value], name
    assert counted["permissions-policy"][0].startswith("microphone=(), ")
    assert len(counted["x-request-id"][0]) == 32
    assert "server" not in counted


def test_the_policy_is_the_one_that_was_decided() -> None:
    """SECURITY section 11, word for word."""
    assert CONTENT_POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
        "frame-ancestors 'none'"
    )


def test_only_the_pages_that_record_may_use_the_microphone() -> None:
    table = HeaderTable(https=True, microphone_paths=frozenset({"/record"}))
    assert table.expected("/record", 200, {})["permissions-policy"].startswith("microphone=(self), ")
    assert table.expected("/record/x", 200, {})["permissions-policy"].startswith("microphone=(), ")


ID = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    "path",
    [
        f"/sessions/{ID}/record/", f"/sessions/{ID}/record/x", f"/sessions/{ID}/recording", f"/sessions/{ID}/record\n",
        f"/sessions/{ID[:-1]}/record", f"/sessions/{ID}0/record", f"/sessions/{ID.upper()}/record",
        f"/x/sessions/{ID}/record", "/sessions/{id}/record", f"/sessions/{ID}/x/record", f"/sessions/{'.' * 32}/record",
    ],
)  # fmt: skip
def test_a_page_of_one_session_alone_may_use_the_microphone_where_its_path_names_an_id(path: str) -> None:
    table = HeaderTable(https=True, microphone_paths=frozenset({"/sessions/{id}/record"}))
    good = table.expected(f"/sessions/{ID}/record", 200, {})["permissions-policy"]
    assert good.startswith("microphone=(self), ")
    assert table.expected(path, 200, {})["permissions-policy"].startswith("microphone=(), ")


def test_a_browser_is_told_to_stay_with_https_only_where_there_is_https() -> None:
    assert "strict-transport-security" not in HeaderTable(https=False).expected("/", 200, {})


@pytest.mark.parametrize(("status", "stored"), [(200, True), (304, True), (404, False), (500, False)])
def test_only_files_below_static_that_are_there_are_stored_by_browsers(status: int, stored: bool) -> None:
    table = HeaderTable(https=True)
    assert (table.expected("/static/a.css", status, {})["cache-control"] == STORED_FOR_GOOD) is stored
    assert table.expected("/statically", status, {})["cache-control"] == "no-store"


def test_a_response_cannot_weaken_the_table() -> None:
    """Whatever a route says itself, the table's word stands, and only the stricter policy for sound is kept."""

    def loose(_: object) -> Response:
        weak = {"Content-Security-Policy": "default-src *", "Cache-Control": "public", "Server": "x", "Own": "kept"}
        return Response("x", headers=weak)

    rules = BoundaryRules(
        headers=HeaderTable(https=True), route_of=lambda _: "/", told=lambda _: None, stopping=Stopping()
    )
    inner = Starlette(routes=[Route("/", loose)])
    response = TestClient(Boundary(inner, rules)).get("/")
    assert response.headers["content-security-policy"] == CONTENT_POLICY
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["own"] == "kept"
    assert "server" not in response.headers


def test_each_request_has_an_id_of_its_own_and_none_that_it_brought(shared_site: Site) -> None:
    brought = "b" * 32
    ids = {
        shared_site.client.get("/healthz", headers={"X-Request-Id": brought}).headers["x-request-id"] for _ in range(5)
    }
    assert len(ids) == 5
    assert brought not in ids
