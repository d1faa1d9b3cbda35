"""Texts that would do harm elsewhere are only texts here: they come back as they were, or are refused (SECURITY S9)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from httpx2 import Response

from tests.service.council import URL, VISIT, Council, standing_council
from tests.service.payloads import EACH, MARK, SORTS, payloads

PAYLOADS = 300
EVERY = [text for texts in payloads().values() for text in texts]
TYPES = ("application/json", "application/problem+json")
_TEXTS = ("title", "purpose", "change_goal", "notes")


@pytest.fixture
def council(tmp_path: Path) -> Iterator[Council]:
    with standing_council(tmp_path) as made:
        yield made


def test_there_are_300_payloads_of_five_sorts() -> None:
    assert [len(texts) for texts in payloads().values()] == [EACH] * SORTS
    assert len(set(EVERY)) == PAYLOADS


def test_what_is_written_of_a_session_comes_back_as_it_was_written(council: Council) -> None:
    session_id = council.worker.done("POST", "/sessions", VISIT)["id"]
    tag, kept = council.worker.get(f"/sessions/{session_id}").headers["etag"], 0
    for text in EVERY:
        body = dict.fromkeys(_TEXTS, text)
        response = council.worker.send("PUT", f"/sessions/{session_id}/details", body, {"If-Match": tag})
        _harmless(response)
        assert response.status_code in (200, 422), text
        if response.status_code == 200:
            kept += 1
            tag = response.headers["etag"]
            shown = response.json()["details"]
            assert {name: shown[name] for name in _TEXTS} == body
    assert kept > PAYLOADS // 2
    assert council.worker.get(f"/sessions/{session_id}").status_code == 200


def test_every_other_text_field_takes_a_payload_as_a_text_or_refuses_it(council: Council) -> None:
    """Each payload goes into the fields of one operation, so that each field sees at least 12 of the 300."""
    fields = sorted(_fields(council))
    assert len(fields) >= 12
    for number, text in enumerate(EVERY):
        method, path = fields[number % len(fields)]
        _fill(council, method, path, text)
    _unharmed(council)


@pytest.mark.slow
def test_every_text_field_takes_every_payload_as_a_text_or_refuses_it(council: Council) -> None:
    for method, path in sorted(_fields(council)):
        for text in EVERY:
            council.clock.pass_ms(60_000 if "sign-in" in path or "step-up" in path else 0)
            _fill(council, method, path, text)
    _unharmed(council)


def test_paths_queries_and_headers_take_a_payload_as_a_text_or_refuse_it(council: Council) -> None:
    session_id = council.worker.done("POST", "/sessions", VISIT)["id"]
    council.agree(session_id)
    ways = list(range(6))
    statuses = set()
    for number, text in enumerate(EVERY):
        response = _elsewhere(council, ways[number % len(ways)], session_id, text)
        _harmless(response)
        statuses.add(response.status_code)
    assert statuses <= {201, 400, 401, 404, 405, 409, 415, 422, 429}
    _unharmed(council)


def _elsewhere(council: Council, way: int, session_id: str, text: str) -> Response:
    worker, coded = council.worker, quote(text, safe="")
    if way == 0:
        return worker.get(f"/sessions/{coded}")
    if way == 1:
        return worker.get(f"/sessions?cursor={coded}&limit=5")
    if way == 2:
        return worker.get(f"/sessions/{session_id}/documents/{coded}?purpose={coded}")
    if way == 3:
        return council.client.get(f"/problems/{coded}")
    if way == 4:
        sendable = re.sub(r"[^\x21-\x7e]", "?", text)
        return worker.send("POST", "/sessions", VISIT, {"Idempotency-Key": sendable, "X-Request-Id": sendable})
    words = {"session": session_id, "kind": "sound", "filename": text}
    told = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in words.items())
    return worker.send(
        "POST", "/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "9", "Upload-Metadata": told}
    )


def _fields(council: Council) -> dict[tuple[str, str], list[str]]:
    """The fields of each operation's body that take a text, as its description has them."""
    document, found = council.app.openapi(), {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            form = document["components"]["schemas"].get(body.get("$ref", "").rsplit("/", 1)[-1], {})
            texts = [name for name, one in form.get("properties", {}).items() if _is_text(one)]
            if texts:
                found[(method.upper(), path)] = texts
    return found


def _is_text(field: Mapping[str, Any]) -> bool:
    sorts = [field, *field.get("anyOf", ())]
    return any(one.get("type") == "string" and "enum" not in one for one in sorts)


def _fill(council: Council, method: str, path: str, text: str) -> None:
    names = _fields(council)[(method, path)]
    real = re.sub(r"\{\w+\}", "0" * 32, path).removeprefix("/api/v1")
    needed = {"scopes": ["sessions:read"], "days": 3, "roles": ["practitioner"]}
    if path == "/api/v1/sessions":
        needed = {name: value for name, value in VISIT.items() if name not in _TEXTS}
    form = council.app.openapi()["components"]["schemas"]
    reference = council.app.openapi()["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]
    known = form[reference["schema"]["$ref"].rsplit("/", 1)[-1]]["properties"]
    body = {name: value for name, value in needed.items() if name in known} | dict.fromkeys(names, text)
    for name in ("held_on", "legal_status"):
        if name in body and name in VISIT:
            body[name] = VISIT[name]
    who = council.administrator if re.search("people|teams|hold|password", path) else council.worker
    response = who.send(method, real, body)
    _harmless(response)
    assert response.status_code < 500, (path, text)


def _harmless(response: Response) -> None:
    """No error of the server, nothing that a browser would run, and no header that was not the service's own."""
    assert response.status_code < 500
    told = response.headers
    if response.content:
        assert told["content-type"].split(";")[0] in TYPES
    assert told["x-content-type-options"] == "nosniff"
    assert "x-injected" not in told
    assert MARK not in "".join(f"{name}{value}" for name, value in told.items())
    if response.status_code >= 400:
        assert MARK not in response.text


def _unharmed(council: Council) -> None:
    """The database still answers, and no file has a name that somebody sent."""
    assert council.worker.get("/sessions").status_code == 200
    assert council.client.get("/healthz", headers={"Origin": URL}).status_code == 200
    names = [path.name for path in council.folder.rglob("*")]
    assert [name for name in names if MARK in name] == []
    assert not list(council.folder.parent.glob(f"*{MARK}*"))
