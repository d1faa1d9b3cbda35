"""The same request twice is one act (SECURITY R3)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, func, insert, select

from service.api.errors import RepeatConflictError
from service.api.repeat import KEPT_MS, Answer, Once, Repeat, forget_answers
from service.database.tables import answer, setting, team
from service.parts import Parts
from tests.service.api.acting_once import answer_once
from tests.service.api.conftest import OWN_PAGE, WORKER, WRITER, Site
from tests.service.api.people_here import person

THREADS = 20
KEY = {"Idempotency-Key": "a-key-of-one-act"}
BODY = {"name": "x", "day": 1}


def how_many(parts: Parts, table: object = team) -> int:
    with parts.database.reading() as rows:
        return rows.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


def test_a_second_attempt_gets_the_answer_of_the_first(site: Site, parts: Parts) -> None:
    first, second = (site.client.post("/api/v1/things", headers={**WRITER, **KEY}, json=BODY) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert how_many(parts) == 1


def test_without_a_key_each_attempt_is_an_act(site: Site, parts: Parts) -> None:
    ids = {site.client.post("/api/v1/things", headers=WRITER, json=BODY).json()["id"] for _ in range(2)}
    assert len(ids) == how_many(parts) == 2


@pytest.mark.parametrize(("path", "body"), [("/api/v1/things", {"name": "y", "day": 1}), ("/api/v1/things?x=1", BODY)])
def test_another_request_under_the_same_key_is_refused(
    site: Site, parts: Parts, path: str, body: dict[str, object]
) -> None:
    site.client.post("/api/v1/things", headers={**WRITER, **KEY}, json=BODY)
    response = site.client.post(path, headers={**WRITER, **KEY}, json=body)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/key-used")
    assert how_many(parts) == 1


def test_another_person_s_key_is_another_key(site: Site, parts: Parts) -> None:
    boss = {"Cookie": "__Host-sid=boss", "Origin": OWN_PAGE["Origin"], "X-CSRF": "csrf-of-boss"}
    mine = {**WORKER, **OWN_PAGE}
    ids = {site.client.post("/api/v1/things", headers={**who, **KEY}, json=BODY).json()["id"] for who in (mine, boss)}
    assert len(ids) == how_many(parts) == 2


def test_one_person_s_key_is_the_same_from_the_browser_and_by_token(site: Site, parts: Parts) -> None:
    site.client.post("/api/v1/things", headers={**WORKER, **OWN_PAGE, **KEY}, json=BODY)
    assert site.client.post("/api/v1/things", headers={**WRITER, **KEY}, json=BODY).status_code == 201
    assert how_many(parts) == 1


def test_twenty_attempts_at_once_are_one_act(site: Site, parts: Parts) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        attempts = [
            pool.submit(site.client.post, "/api/v1/things", headers={**WRITER, **KEY}, json=BODY)
            for _ in range(THREADS)
        ]
        answers = [attempt.result() for attempt in attempts]
    assert {found.status_code for found in answers} == {201}
    assert len({found.json()["id"] for found in answers}) == 1
    assert sum("idempotency-replayed" not in found.headers for found in answers) == 1
    assert how_many(parts) == 1


@pytest.mark.parametrize("key", ["", "short", "with a space in it", "é" * 10, "k" * 256, "tab\tin-the-middle"])
def test_a_key_of_another_form_is_refused(shared_site: Site, key: str) -> None:
    headers = {**WRITER, "Idempotency-Key": key.encode()}
    response = shared_site.client.post("/api/v1/things", headers=headers, json=BODY)  # type: ignore[arg-type]
    assert (response.status_code, response.json()["type"]) == (422, "/problems/bad-input")


def once(name: str = "a") -> Once:
    return Once(repeat_key=name * 64, request_hash="b" * 64)


def test_an_act_that_fails_leaves_no_answer_and_may_be_tried_again(parts: Parts) -> None:
    def fail(rows: Connection) -> Answer:
        rows.execute(insert(setting).values(name="half", value="done"))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        answer_once(parts.database, parts.clock, once(), fail)
    assert how_many(parts, answer) == how_many(parts, setting) == 0
    again = answer_once(parts.database, parts.clock, once(), lambda _: Answer(status=200, body={"a": 1}))
    assert not again.repeated


def test_a_refused_repeat_does_not_act(parts: Parts) -> None:
    answer_once(parts.database, parts.clock, once(), lambda _: Answer(status=200, body={}))
    other = Once(repeat_key=once().repeat_key, request_hash="c" * 64)
    with pytest.raises(RepeatConflictError):
        answer_once(parts.database, parts.clock, other, lambda _: pytest.fail("acted"))


def test_old_answers_are_forgotten_and_newer_ones_kept(parts: Parts) -> None:
    for name in "ab":
        answer_once(parts.database, parts.clock, once(name), lambda _: Answer(status=200, body={}))
        parts.clock.pass_ms(KEPT_MS)  # type: ignore[attr-defined]
    assert forget_answers(parts.database, parts.clock() - KEPT_MS) == 1
    with parts.database.reading() as rows:
        assert once("a").earlier(rows) is None
        assert once("b").earlier(rows) is not None


def test_what_is_kept_tells_neither_the_key_nor_what_was_sent(site: Site, parts: Parts) -> None:
    site.client.post("/api/v1/things", headers={**WRITER, **KEY}, json={"name": "Quagmire", "day": 1})
    with parts.database.reading() as rows:
        kept = rows.execute(select(answer)).mappings().one()
    assert not any(word in str(dict(kept)) for word in ("a-key-of-one-act", "Quagmire"))


def test_hashes_need_the_installation_s_secret() -> None:
    actor = person()
    repeats = [Repeat(secret=bytes([number]) * 32, key="k" * 9, path="POST /x", sent=b"") for number in (1, 2)]
    first, second = (repeat.by(actor) for repeat in repeats)
    assert first.repeat_key != second.repeat_key
    assert first.request_hash != second.request_hash
