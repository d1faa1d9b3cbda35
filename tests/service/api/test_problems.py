"""Errors meet status codes in one table, and no answer or log repeats what was sent (SECURITY S7)."""

from __future__ import annotations

import importlib
import io
import json
import logging
import pkgutil
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

import models
import service
from models.errors import PracticeError
from service.api.errors import TooManyError
from service.api.logs import set_up_logs
from service.api.problems import SAYING, TABLE, Problem, row_of, rows
from service.database.errors import DatabaseFullError, DatabaseUnavailableError
from service.ingest.protocol import STATUSES
from service.keybroker.errors import RefusedError
from tests.service.api.conftest import OWN_PAGE, READER, WORKER, WRITER, Site

CANARIES = 50
TOGETHER = 10
"""Values in one request; each goes every way there is."""


def every_error() -> list[type[PracticeError]]:
    for package in (models, service):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.rpartition(".")[2] == "errors":
                importlib.import_module(module.name)
    found, waiting = [], [PracticeError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return [kind for kind in found if kind.__module__.split(".")[0] in ("models", "service")]


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_of_the_program_has_a_row_that_somebody_chose(kind: type[PracticeError]) -> None:
    """A new class below PracticeError itself fails here until it stands in the table."""
    nearest = next(ancestor for ancestor in kind.__mro__ if ancestor in TABLE)
    assert nearest is not PracticeError or kind is PracticeError
    assert row_of(kind) is TABLE[nearest]
    assert 400 <= row_of(kind).status < 600


def test_a_slug_means_one_title_and_one_status() -> None:
    meanings = {(row.slug, row.title, row.status) for row in (*TABLE.values(), *rows().values())}
    assert len(meanings) == len({slug for slug, *_ in meanings})


def test_errors_inside_never_say_their_own_words() -> None:
    """Anything from 500 on tells a fixed sentence, except that there is no room, which says what to do."""
    for row in rows().values():
        assert row.plain is (row.status >= 500 and row.status != 507), row.slug
        assert not row.plain or row.slug in SAYING


@pytest.mark.parametrize(
    ("way", "status", "slug", "retry"),
    [
        ("refused", 404, "nothing-here", None),
        ("unavailable", 503, "unavailable", "5"),
        ("full", 507, "full", None),
        ("many", 429, "too-many", "17"),
        ("unforeseen", 500, "unforeseen", None),
    ],
)
def test_an_error_is_answered_by_its_row(
    shared_site: Site, way: str, status: int, slug: str, retry: str | None
) -> None:
    response = shared_site.client.get(f"/api/v1/failing/{way}")
    problem = Problem.model_validate_json(response.content)
    assert (response.status_code, problem.status, problem.type) == (status, status, f"/problems/{slug}")
    assert response.headers["content-type"] == "application/problem+json"
    assert problem.instance == response.headers["x-request-id"]
    assert response.headers.get("retry-after") == retry
    assert "private words" not in response.text
    assert "policy word" not in response.text


def test_what_is_refused_looks_like_what_is_not_there(shared_site: Site) -> None:
    refused = shared_site.client.get("/api/v1/failing/refused")
    absent = shared_site.client.get("/api/v1/nothing/of/this")
    differing = {"instance"}
    assert {name: value for name, value in refused.json().items() if name not in differing} == {
        name: value for name, value in absent.json().items() if name not in differing
    }
    assert {n: v for n, v in refused.headers.items() if n != "x-request-id"} == {
        n: v for n, v in absent.headers.items() if n != "x-request-id"
    }


def test_a_field_that_is_wrong_is_named_but_not_its_value(shared_site: Site) -> None:
    sent = {"name": "a secret name that is much longer than forty letters", "day": "Zanzibar", "Quagmire": 1}
    response = shared_site.client.post("/api/v1/things", headers=WRITER, json=sent)
    assert response.json()["fields"] == [
        {"field": "body.name", "fault": "string_too_long"},
        {"field": "body.day", "fault": "int_parsing"},
        {"field": "body.?", "fault": "extra_forbidden"},
    ]
    assert not any(word in response.text for word in ("secret", "Zanzibar", "Quagmire"))


def test_a_wrong_method_says_which_are_right(shared_site: Site) -> None:
    response = shared_site.client.delete("/api/v1/things")
    assert response.json()["type"] == "/problems/wrong-method"
    assert set(response.headers["allow"].split(", ")) <= {"GET", "POST"}


def test_a_kind_of_problem_can_be_looked_up(shared_site: Site) -> None:
    assert shared_site.client.get("/problems/full").json() == {
        "type": "/problems/full",
        "title": rows()["full"].title,
        "status": 507,
    }
    assert shared_site.client.get("/problems/unheard-of").status_code == 404


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_the_limit_is_refused_whether_or_not_it_says_so(shared_site: Site, declared: bool) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"name": "'
        for _ in range(33):
            yield b"x" * 32_768
        yield b'", "day": 1}'

    content = b"".join(pieces()) if declared else pieces()
    headers = {**WRITER, "Content-Type": "application/json"}
    response = shared_site.client.post("/api/v1/things", headers=headers, content=content)
    assert (response.status_code, response.json()["type"]) == (413, "/problems/too-large")


def test_a_body_as_large_as_the_limit_is_read(shared_site: Site) -> None:
    body = b'{"name": "x", "day": 1}'
    headers = {**WRITER, "Content-Type": "application/json"}
    response = shared_site.client.post("/api/v1/things", headers=headers, content=body.ljust(1024 * 1024))
    assert response.status_code == 201


def test_what_is_sent_is_never_in_an_answer_or_in_the_log(site: Site) -> None:
    """50 planted values in paths, queries, headers, bodies, methods and errors; none comes out anywhere."""
    planted = [f"canary{number:02d}zebra" for number in range(CANARIES)]
    written = io.StringIO()
    before = logging.getLogger().handlers[:]
    set_up_logs(written)
    try:
        answers = [
            answer
            for start in range(0, CANARIES, TOGETHER)
            for answer in _everywhere(site, "-".join(planted[start : start + TOGETHER]))
        ]
    finally:
        logging.getLogger().handlers[:] = before
    told = "".join(f"{answer.text}{dict(answer.headers)}" for answer in answers) + written.getvalue()
    numbers = TestClient(site.app, client=("127.0.0.1", 40000)).get("/metrics").text
    assert 'practice_requests_total{method="OTHER",route="/api/v1/things",status="405"} 5.0' in numbers
    told += numbers
    assert len(answers) == 19 * CANARIES / TOGETHER
    assert written.getvalue().count('"event": "request"') == len(answers)
    assert written.getvalue().count('"event": "failure"') >= 4 * CANARIES / TOGETHER
    assert [value for value in planted if value in told.lower()] == []


def _everywhere(site: Site, value: str) -> Iterator[object]:
    send = site.client.request
    secret = {"Authorization": f"Bearer {value}"}
    yield send("GET", f"/api/v1/things/{value}", headers=READER)
    yield send("GET", f"/{value}")
    yield send("GET", f"/api/v1/things?cursor={value}&limit={value}", headers=READER)
    yield send("GET", f"/api/v1/things?cursor={value}", headers=READER)
    yield send("GET", "/api/v1/things", headers=secret)
    yield send("GET", "/api/v1/things", headers={"Cookie": f"__Host-sid={value}"})
    yield send("POST", "/api/v1/things", headers=WRITER, json={"name": value * 5, value: value, "day": value})
    yield send("POST", "/api/v1/things", headers=WRITER, content=f'{{"{value}": ')
    yield send("POST", "/api/v1/things", headers={**WRITER, "Idempotency-Key": f"{value} é".encode()}, json={})
    yield send("POST", "/api/v1/by-fresh", headers={**WORKER, **OWN_PAGE, "X-CSRF": value})
    yield send("POST", "/api/v1/by-fresh", headers={**WORKER, "Origin": f"https://{value}"})
    yield send("PUT", f"/api/v1/things/{'a' * 32}", headers={**WRITER, "If-Match": f'"{value}"'}, json={})
    yield send(value.upper(), "/api/v1/things", headers=READER)
    yield send("GET", f"/problems/{value}")
    for number, error in enumerate(
        (KeyError(value), DatabaseUnavailableError(value), RuntimeError(f"a\n{value}"), RefusedError(value))
    ):
        site.failures.ways[f"planted{number}"] = error
        yield send("GET", f"/api/v1/failing/planted{number}")
    try:
        raise ValueError(value)
    except ValueError as cause:
        chained = RuntimeError(value)
        chained.__cause__ = cause
    site.failures.ways["chained"] = chained
    yield send("GET", "/api/v1/failing/chained")


def test_what_other_libraries_log_is_not_repeated() -> None:
    written = io.StringIO()
    before = logging.getLogger().handlers[:]
    set_up_logs(written)
    try:
        logging.getLogger("some.library").error("while handling %s", "a private word")
        logging.getLogger("some.library").error("a private word\nand another line")
        try:
            raise ValueError("a private word")
        except ValueError:
            logging.getLogger("some.library").exception("a private word")
    finally:
        logging.getLogger().handlers[:] = before
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["logger"] for line in lines] == ["some.library"] * 3
    assert lines[2]["error"] == "ValueError"
    assert "private" not in written.getvalue()


def test_the_words_of_a_full_disk_say_what_to_do(shared_site: Site) -> None:
    assert shared_site.client.get("/api/v1/failing/full").json()["detail"] == str(DatabaseFullError())


def test_a_wait_is_at_least_a_second() -> None:
    assert TooManyError(0).retry_after_s == 1


@pytest.mark.parametrize("kind", STATUSES, ids=lambda kind: kind.__name__)
def test_an_error_of_an_upload_is_answered_as_its_protocol_says(kind: type[PracticeError]) -> None:
    assert row_of(kind).status == STATUSES[kind]
