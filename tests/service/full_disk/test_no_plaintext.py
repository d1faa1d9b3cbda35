"""Where the audit cannot be written nothing that was said, written or recorded is served, wherever it is asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.routing import iter_route_contexts
from httpx2 import Response
from sqlalchemy import select

from service.database.tables import recording
from tests.service.council import VISIT, Council
from tests.service.full_disk.place import FULL, Place, says_it_is_full
from tests.service.jobs.made import CANARY

SECRETS = (CANARY, str(VISIT["title"]).encode(), str(VISIT["change_goal"]).encode())
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def addresses(standing: Place) -> list[str]:
    """Every address below which something of one session can be read, for a session that was worked on."""
    council = standing.council
    for name in list(council.callers):
        council.again(name)
    session_id = council.ready()
    with council.parts.database.reading() as rows:
        its = select(recording.c.id).where(recording.c.session_id == session_id)
        recording_id = str(rows.execute(its).scalar_one())
    return [path.format(session_id=session_id, recording_id=recording_id) for path in _templates(council)]


def _templates(council: Council) -> Iterator[str]:
    for context in iter_route_contexts(council.app.routes):
        path = context.path_format or ""
        names = {part.partition("}")[0] for part in path.split("{")[1:]}
        if "GET" in (context.methods or ()) and "session_id" in names and names <= {"session_id", "recording_id"}:
            yield path


def asked(place: Place, address: str) -> Response:
    caller = place.council.worker
    return place.council.client.get(address, headers={**caller.headers, **HTML}, follow_redirects=False)


def tells(answer: Response) -> bool:
    return any(secret in answer.content for secret in SECRETS)


def test_what_is_read_with_room_is_read_nowhere_without_room_for_the_audit(place: Place, addresses: list[str]) -> None:
    open_with_room = {address for address in addresses if tells(asked(place, address))}
    assert len(open_with_room) >= 5
    with place.short(0):
        answers = {address: asked(place, address) for address in addresses}
    assert [address for address, answer in answers.items() if tells(answer)] == []
    assert {answers[address].status_code for address in open_with_room} <= set(FULL)
    assert [address for address, answer in answers.items() if answer.status_code == 500] == []


def test_a_person_is_told_so_in_a_page(place: Place, addresses: list[str]) -> None:
    page = next(address for address in addresses if not address.startswith("/api"))
    with place.short(0):
        answer = asked(place, page)
    assert (answer.status_code, answer.headers["content-type"]) == (507, "text/html; charset=utf-8")
    assert "There is no room left" in answer.text


def test_a_program_is_told_so_in_a_problem(place: Place, addresses: list[str]) -> None:
    with place.short(0):
        answer = place.council.worker.get(addresses[0].removeprefix("/api/v1"))
    assert says_it_is_full(answer)
