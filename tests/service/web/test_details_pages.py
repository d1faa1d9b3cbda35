"""What a worker writes about a session, put right later."""

from __future__ import annotations

import re

import pytest
from starlette.responses import Response

from tests.service.council import VISIT, Caller, Council


@pytest.fixture
def session_id(council: Council) -> str:
    return str(council.worker.done("POST", "/sessions", VISIT)["id"])


def shown(who: Caller, session_id: str) -> Response:
    return who.client.get(f"/sessions/{session_id}/details", headers={**who.headers, "Accept": "text/html"})


def version(page: Response) -> str:
    found = re.search(r'name="version" value="(\d+)"', page.text)
    assert found is not None
    return found[1]


def sent(who: Caller, session_id: str, **fields: str) -> Response:
    headers = {name: value for name, value in who.headers.items() if name != "X-CSRF"} | {"Accept": "text/html"}
    return who.client.post(
        f"/sessions/{session_id}/details", headers=headers, follow_redirects=False,
        data={"csrf": who.headers["X-CSRF"], **fields},
    )  # fmt: skip


def kept(council: Council, session_id: str) -> dict[str, str]:
    return council.worker.get(f"/sessions/{session_id}").json()["details"]


def test_what_was_written_is_in_the_form_and_can_be_put_right(council: Council, session_id: str) -> None:
    page = shown(council.worker, session_id)
    assert VISIT["change_goal"] in page.text
    done = sent(council.worker, session_id, title="Second visit", change_goal="Up on time", version=version(page))
    assert (done.status_code, done.headers["location"]) == (303, f"/sessions/{session_id}")
    assert kept(council, session_id) == {
        "title": "Second visit",
        "purpose": "",
        "change_goal": "Up on time",
        "notes": "",
    }


def test_what_another_window_wrote_is_not_overwritten_unasked(council: Council, session_id: str) -> None:
    seen = version(shown(council.worker, session_id))
    sent(council.worker, session_id, title="One window", version=seen)
    late = sent(council.worker, session_id, title="The other window", version=seen)
    assert (late.status_code, "The other window" in late.text) == (422, True)
    assert kept(council, session_id)["title"] == "One window"
    assert sent(council.worker, session_id, title="The other window", version=version(late)).status_code == 303
    assert kept(council, session_id)["title"] == "The other window"


def test_a_text_that_is_too_long_is_shown_again(council: Council, session_id: str) -> None:
    seen = version(shown(council.worker, session_id))
    refused = sent(council.worker, session_id, title="x" * 201, version=seen)
    assert (refused.status_code, "The title must be 200 characters or fewer" in refused.text) == (422, True)
    assert "x" * 201 in refused.text


def test_a_coach_finds_no_such_page(council: Council, session_id: str) -> None:
    council.agree(session_id)
    assert shown(council.coach, session_id).status_code == 404
