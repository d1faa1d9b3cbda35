"""The audit over HTTP: for administrators, newest first, without content; looking is in it too."""

from __future__ import annotations

from typing import Any

import pytest

from service.audit import looking
from tests.service.council import VISIT, Council


@pytest.fixture(scope="module")
def session_id(council: Council) -> str:
    """A session about which the audit knows three events and more."""
    found: str = council.worker.done("POST", "/sessions", VISIT)["id"]
    council.callers["stranger"].get(f"/sessions/{found}")
    return found


def events(council: Council, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = council.administrator.get(f"/audit?{query}").json()["items"]
    return found


def test_what_was_done_to_a_session_is_found_newest_first(council: Council, session_id: str) -> None:
    found = events(council, f"session={session_id}")
    assert found[0]["event"]["action"] == "denial"
    assert {one["event"]["session_id"] for one in found} == {session_id}
    numbers = [one["sequence"] for one in found]
    assert numbers == sorted(numbers, reverse=True)
    assert {"key", "edit"} <= {one["event"]["action"] for one in found}


def test_events_are_chosen_by_who_what_and_when(council: Council, session_id: str) -> None:
    stranger = council.callers["stranger"].actor.person_id
    found = events(council, f"session={session_id}&actor={stranger}&action=denial&action=view")
    assert [one["event"]["outcome"] for one in found] == ["denied"]
    assert events(council, f"session={session_id}&until=1") == []
    assert events(council, f"session={session_id}&since={council.clock() + 1}") == []


def test_pages_follow_one_another_without_gap(council: Council, session_id: str) -> None:
    whole = [one["sequence"] for one in events(council, f"session={session_id}&limit=100")]
    seen: list[int] = []
    query: str | None = f"session={session_id}&limit=1"
    while query:
        page = council.administrator.get(f"/audit?{query}").json()
        seen += [one["sequence"] for one in page["items"]]
        query = f"session={session_id}&limit=1&cursor={page['next']}" if page["next"] else None
    assert seen == whole


def test_a_page_ends_where_it_looked_through_enough(
    council: Council, session_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A filter that finds little does not hold a request up: the page is empty and says where to go on."""
    monkeypatch.setattr(looking, "MOST_LOOKED", 2)
    monkeypatch.setattr(looking, "_STEP", 2)
    first = council.administrator.get("/audit?until=1").json()
    assert first["items"] == []
    second = council.administrator.get(f"/audit?until=1&cursor={first['next']}").json()
    assert int(second["next"]) == int(first["next"]) - 2


def test_that_somebody_looked_is_in_the_audit(council: Council) -> None:
    before = council.audited()
    newest = events(council, "limit=1")[0]
    assert council.audited() == before + 1
    assert (newest["sequence"], newest["event"]["action"]) == (before, "view")
    assert newest["event"]["actor_id"] == council.administrator.actor.person_id


def test_nobody_else_sees_the_audit(council: Council) -> None:
    for who in (council.worker, council.coach):
        for path in ("/audit", "/audit/state"):
            assert who.get(path).status_code == 403


@pytest.mark.parametrize("query", ["cursor=x", "cursor=-1", "session=Ann", "since=-1", "action=gossip", "limit=0"])
def test_what_cannot_be_asked_is_refused(council: Council, query: str) -> None:
    assert council.administrator.get(f"/audit?{query}").status_code == 422


def test_the_state_tells_how_long_the_chain_is(council: Council) -> None:
    found = council.administrator.get("/audit/state").json()
    assert found["sequence"] == council.audited() - 1
