"""Asks every route as one principal, and says which answers are not as declared."""

from __future__ import annotations

from typing import NamedTuple

from httpx2 import Response

from service.api.headers import HeaderTable
from service.ids import new_id
from tests.service.routes_matrix.bodies import About, address, asked
from tests.service.routes_matrix.expectations import ROWS, Row, expected
from tests.service.routes_matrix.house import House, come_in, enter_state, headers_of
from tests.service.routes_matrix.principals import Principal

TABLE = HeaderTable(https=True, microphone_paths=frozenset({"/sessions/{id}/record"}))
CHANGING = {"x-request-id", "date"}
IDS = ("session_id", "job_id", "upload_id", "review_id", "feedback_id")
_HERE = "as principal"
ASSERTED: list[str] = []
"""The state of each cell that was looked at, for the count at the end."""


class Answer(NamedTuple):
    """An answer, and by how many rows the audit grew."""

    response: Response
    audited: int


def wrong_cells(house: House, state: str, principal: Principal) -> list[str]:
    """One line for every answer that is not as declared."""
    enter_state(house, state)
    come_in(house, principal)
    house.keep(_HERE)
    wrong: list[str] = []
    for key, row in ROWS.items():
        ASSERTED.append(state)
        wrong += [f"{state}, {principal.name}, {key}: {what}" for what in _wrong(house, principal, key, row, state)]
    return wrong


def ask(house: House, principal: Principal, key: str, row: Row, ids: dict[str, str], *, stays: bool = False) -> Answer:
    """One request of a row, about these ids; what it changed is put back unless it ``stays``."""
    about = About(house=house, principal=principal, ids=ids)
    sent = asked(key, about)
    sent["headers"] |= headers_of(house, principal, row.scope)
    method, client = key.split()[0], house.inside if principal.name == "operator" else house.council.client
    before = house.audited()
    response = client.request(method, address(key, about), follow_redirects=False, **sent)
    client.cookies.clear()
    answer = Answer(response, house.audited() - before)
    if not stays and response.status_code < 400 and method not in ("GET", "HEAD", "OPTIONS"):
        house.put_back(_HERE)
    return answer


def ids_of(house: House, principal: Principal) -> dict[str, str]:
    """What a principal's requests are about: the supervisor's are about a supervision, all others' the worker's."""
    return house.things["supervisor" if principal.who == "supervisor" else "worker"]


def absent(ids: dict[str, str]) -> dict[str, str]:
    """The same of a session that there is not."""
    return ids | {name: new_id() for name in IDS}


def told(response: Response) -> tuple[object, ...]:
    """All of an answer by which somebody could tell it from another one."""
    headers = {name: value for name, value in response.headers.multi_items() if name not in CHANGING}
    body = response.content.replace(response.headers["x-request-id"].encode(), b"")
    return response.status_code, headers, body


def slug_of(response: Response) -> str:
    """The kind of problem, ok where it is none, else the status."""
    if response.status_code < 400:
        return "ok"
    if response.headers.get("content-type") == "application/problem+json" and response.content:
        return str(response.json()["type"]).removeprefix("/problems/")
    if response.headers.get("content-type", "").startswith("text/html"):
        return "form-again"
    return {401: "not-signed-in", 403: "not-allowed", 404: "nothing-here"}.get(response.status_code, "?")


def missing_headers(path: str, response: Response) -> list[str]:
    """What of the header table an answer lacks, or says otherwise or twice."""
    given: dict[str, list[str]] = {}
    for name, value in response.headers.multi_items():
        given.setdefault(name, []).append(value)
    single = {name: values[0] for name, values in given.items()}
    table = TABLE.expected(path, response.status_code, single)
    return [name for name, value in table.items() if given.get(name) != [value]]


def _wrong(house: House, principal: Principal, key: str, row: Row, state: str) -> list[str]:
    wanted, hidden = expected(row, key.split()[0], principal.name, state), row.letter(principal.name, state) == "a"
    ids = ids_of(house, principal)
    response, audited = ask(house, principal, key, row, ids)
    found, wrong = slug_of(response), []
    if found != wanted:
        wrong.append(f"{found} ({response.status_code}) instead of {wanted}")
    if response.status_code >= 500:
        wrong.append("an answer of 5xx")
    if missing := missing_headers(response.request.url.path, response):
        wrong.append(f"without {', '.join(missing)}")
    if row.lists and found == "ok" and (ids["session_id"] in response.text) != row.shows(principal.name, state):
        wrong.append("the session is listed where it should not be, or is not where it should")
    wrong += _wrong_trace(row, wanted, hidden, audited)
    return wrong + (_told_apart(house, principal, key, row, response) if hidden and not row.public else [])


def _wrong_trace(row: Row, wanted: str, hidden: bool, audited: int) -> list[str]:
    """Whether the audit has the row that there should be: of every look, of every refusal, and of no stranger."""
    refused = (row.audited and wanted == "not-allowed") or (hidden and wanted == "nothing-here")
    if wanted != "not-signed-in" and not refused and not (wanted == "ok" and row.reads):
        return []
    rows = 0 if wanted == "not-signed-in" else 1
    return [f"{audited} audit rows instead of {rows}"] if audited != rows else []


def _told_apart(house: House, principal: Principal, key: str, row: Row, response: Response) -> list[str]:
    """Whether what is not here for this principal can be told from what is nowhere."""
    nowhere = ask(house, principal, key, row, absent(ids_of(house, principal))).response
    return [] if told(nowhere) == told(response) else ["can be told from an id that there is not"]
