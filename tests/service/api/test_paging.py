"""Pages of a list that grows and shrinks meanwhile."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, delete, insert, select

from service.api.errors import CursorError
from service.api.paging import MOST, Wanted, read_page
from service.database.tables import METADATA, team
from service.parts import Parts
from tests.service.api.conftest import READER, Site

KEYS = (team.c.created_ms, team.c.id)
EXAMPLES = 60


def thing(number: int, created_ms: int) -> dict[str, object]:
    return {"id": f"{number:032x}", "name": f"team {number}", "created_ms": created_ms}


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    times=st.lists(st.integers(0, 6), min_size=1, max_size=25),
    limit=st.integers(1, 7),
    newest_first=st.booleans(),
    meanwhile=st.lists(st.tuples(st.sampled_from(["add", "drop"]), st.integers(0, 60), st.integers(0, 6)), max_size=12),
)
def test_what_was_there_all_the_time_comes_exactly_once_in_order(
    times: list[int], limit: int, newest_first: bool, meanwhile: list[tuple[str, int, int]]
) -> None:
    """Rows that others add or delete between the pages shift nothing."""
    engine = create_engine("sqlite://")
    METADATA.create_all(engine, tables=[team])
    changes = iter(meanwhile)
    with engine.begin() as rows:
        rows.execute(insert(team), [thing(number, when) for number, when in enumerate(times)])
        stayed, seen, cursor = set(range(len(times))), [], None
        while True:
            wanted = Wanted(limit=limit, cursor=cursor)
            page = read_page(rows, select(team), KEYS, wanted, newest_first=newest_first)
            assert len(page.rows) <= limit
            seen += [(row["created_ms"], row["id"]) for row in page.rows]
            cursor = page.next
            if cursor is None:
                break
            how, number, when = next(changes, ("add", -1, 0))
            if how == "drop":
                rows.execute(delete(team).where(team.c.id == f"{number:032x}"))
                stayed.discard(number)
            elif number >= 0:
                added = 1000 + len(seen) * 100 + number
                rows.execute(insert(team).values(**thing(added, when)))
    engine.dispose()
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen, reverse=newest_first)
    assert {f"{number:032x}" for number in stayed} <= {row_id for _, row_id in seen}


@pytest.fixture
def filled(site: Site, parts: Parts) -> Site:
    with parts.database.writing() as rows:
        rows.execute(insert(team), [thing(number, number) for number in range(7)])
    return site


def test_a_page_names_the_next_one(filled: Site) -> None:
    cursor, seen = "", []
    while cursor is not None:
        after = {"cursor": cursor} if cursor else {}
        page = filled.client.get("/api/v1/things", params={"limit": 3, **after}, headers=READER).json()
        seen += page["things"]
        cursor = page["next"]
    assert seen == [f"team {number}" for number in reversed(range(7))]


@pytest.mark.parametrize("limit", ["0", "-1", str(MOST + 1), "many", ""])
def test_a_page_has_a_size_within_the_limit(shared_site: Site, limit: str) -> None:
    assert shared_site.client.get(f"/api/v1/things?limit={limit}", headers=READER).status_code == 422


def packed(values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "~~~", "é", "a" * 299, packed([1]), packed([1, 2]), packed(["a", "a"]), packed([True, "a"]),
     packed([1, "a", "b"]), packed([1 << 70, "a"]), packed([1, "a\0b"]), packed([1, "\ud800"]), packed([1.5, "a"]),
     packed({"a": 1}), packed(None), packed([[[[1]]]])],
)  # fmt: skip
def test_a_cursor_that_was_not_given_out_is_refused(shared_site: Site, cursor: str) -> None:
    response = shared_site.client.get("/api/v1/things", params={"cursor": cursor}, headers=READER)
    assert (response.status_code, response.json()["type"]) == (422, "/problems/bad-input")


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(max_size=300) | st.binary(max_size=200).map(lambda some: base64.urlsafe_b64encode(some).decode()))
def test_whatever_comes_as_a_cursor_is_read_or_refused(cursor: str) -> None:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine, tables=[team])
    with engine.connect() as rows:
        try:
            page = read_page(rows, select(team), KEYS, Wanted(cursor=cursor))
            assert page.next is None
        except CursorError:
            pass
    engine.dispose()
