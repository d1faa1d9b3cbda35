"""What the database refuses of feedback by itself, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Executable, delete, insert, null, select, text, update
from sqlalchemy.exc import IntegrityError

from service.database import sealed_rows
from service.database.engine import Database, begun_to_write
from service.database.tables import confirmation, feedback, person
from service.database.words import FeedbackState
from tests.service.keybroker.worlds import World

STATES = tuple(FeedbackState)
FORWARD = {("draft", "in-review"), ("in-review", "confirmed"), ("confirmed", "released")}
BACK = {("in-review", "draft"), ("confirmed", "draft")}
HASH = "1" * 64


@pytest.fixture
def rows(each_database: Database) -> Iterator[Connection]:
    with each_database.engine.connect() as connection, begun_to_write(connection) as transaction:
        yield connection
        transaction.rollback()


def written(rows: Connection, state: str) -> dict[str, Any]:
    """Feedback in that state; the row."""
    world = World(rows=rows, now=0)
    world.feedback(world.session(world.person()), world.person(), FeedbackState(state))
    return dict(rows.execute(select(feedback)).mappings().one())


def refused(rows: Connection, statement: Executable) -> str:
    try:
        with rows.begin_nested():
            rows.execute(statement)
    except IntegrityError as said:
        return str(said.orig)
    return ""


def confirmed_by(rows: Connection, row: dict[str, Any]) -> dict[str, Any]:
    """What a step to confirmed states; the person's row is there."""
    rows.execute(insert(confirmation).values(
        session_id=row["session_id"], feedback_id=row["id"], body_hash=HASH, person_id=row["author_id"], made_ms=0
    ))  # fmt: skip
    return {"confirmed_hash": HASH, "confirmed_by": row["author_id"]}


def stepped(rows: Connection, row: dict[str, Any], to: str) -> Executable:
    """The step with everything that the row's constraints ask for."""
    more: dict[str, Any] = {}
    if to in ("confirmed", "released"):
        more = {"confirmed_hash": HASH, "confirmed_by": row["author_id"]}
        if row["state"] in ("draft", "in-review"):
            confirmed_by(rows, row)
    if to == "released":
        more |= {"released_by": row["author_id"], "released_ms": 1}
    return update(feedback).values(state=to, **more)


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_feedback_goes_one_step_on_or_back_to_a_draft(rows: Connection, before: str, after: str) -> None:
    row = written(rows, before)
    said = refused(rows, stepped(rows, row, after))
    assert (said == "") == (before == after != "released" or (before, after) in FORWARD | BACK)


@pytest.mark.parametrize("state", STATES[1:])
def test_feedback_begins_as_a_draft(rows: Connection, state: str) -> None:
    row = written(rows, "draft") | {"id": "another", **dict.fromkeys(("released_ms",), 1)}
    row |= {"confirmed_by": row["author_id"], "released_by": row["author_id"], "state": state}
    assert "begins as a draft" in refused(rows, insert(feedback).values(row))


def test_feedback_is_of_the_worker_of_its_session(rows: Connection) -> None:
    row = written(rows, "draft")
    row |= {"id": "another", "worker_id": row["author_id"], "heard": None}
    assert "of its session" in refused(rows, insert(feedback).values(row))


@pytest.mark.parametrize("state", ["confirmed", "released"])
@pytest.mark.parametrize(("column", "value"), [("body", b"other"), ("body_hash", "2" * 64)])
def test_content_is_not_exchanged_once_it_is_confirmed(rows: Connection, state: str, column: str, value: Any) -> None:
    written(rows, state)
    assert refused(rows, update(feedback).values({column: value}))


def test_content_is_not_exchanged_in_the_step_that_confirms_it(rows: Connection) -> None:
    row = written(rows, "in-review")
    assert "keeps its content" in refused(rows, stepped(rows, row, "confirmed").values(body=b"other"))  # type: ignore[attr-defined]


@pytest.mark.parametrize("state", ["draft", "in-review"])
def test_content_can_be_written_until_then(rows: Connection, state: str) -> None:
    written(rows, state)
    assert refused(rows, update(feedback).values(body=b"other", body_hash="2" * 64)) == ""


@pytest.mark.parametrize("missing", ["confirmed_hash", "confirmed_by", "body", "body_hash"])
def test_nothing_is_confirmed_that_was_not_there_to_be_read(rows: Connection, missing: str) -> None:
    row = written(rows, "in-review")
    assert refused(rows, stepped(rows, row, "confirmed").values({missing: null()}))  # type: ignore[attr-defined]


def test_a_confirmation_cannot_be_left_out_while_there_is_content(rows: Connection) -> None:
    """A comparison with nothing is neither true nor false, which a constraint lets pass."""
    written(rows, "confirmed")
    assert "confirmed_as_it_is" in refused(rows, update(feedback).values(confirmed_hash=null()))


def test_no_confirmation_of_other_content_or_by_somebody_else_counts(rows: Connection) -> None:
    row = written(rows, "in-review")
    confirmed_by(rows, row)
    another = World(rows=rows, now=0).person()
    step = {"state": "confirmed", "confirmed_hash": HASH}
    assert "foreign key" in refused(rows, update(feedback).values(step | {"confirmed_by": another})).lower()
    assert refused(rows, update(feedback).values(step | {"confirmed_by": row["author_id"]})) == ""


@pytest.mark.parametrize("column", [one.name for one in feedback.columns])
def test_nothing_of_released_feedback_changes(rows: Connection, column: str) -> None:
    row = written(rows, "released")
    another = World(rows=rows, now=0).person()
    value: Any = row[column]
    other = value + 1 if isinstance(value, int) else b"other" if isinstance(value, bytes) else another
    assert refused(rows, update(feedback).values({column: other}))


@pytest.mark.parametrize("column", ["session_id", "review_id", "author_id", "worker_id", "id"])
def test_a_draft_stays_with_its_session_review_author_and_worker(rows: Connection, column: str) -> None:
    written(rows, "draft")
    assert refused(rows, update(feedback).values({column: "other"}))


@pytest.mark.parametrize("state", STATES)
def test_erasing_takes_the_content_in_every_state(rows: Connection, state: str) -> None:
    row = written(rows, state)
    assert sealed_rows.empty(rows, feedback, row["session_id"]) == 1
    left = rows.execute(select(feedback.c.body, feedback.c.body_hash, feedback.c.confirmed_hash)).one()
    assert tuple(left) == (None, None, None)


def test_content_does_not_come_back(rows: Connection) -> None:
    row = written(rows, "released")
    sealed_rows.empty(rows, feedback, row["session_id"])
    assert "keeps its content" in refused(rows, update(feedback).values(body=b"-"))


def test_released_feedback_is_neither_deleted_nor_replaced(rows: Connection) -> None:
    row = written(rows, "released")
    assert "never deleted" in refused(rows, delete(feedback))
    draft = {**row, "state": "draft", **dict.fromkeys(("confirmed_hash", "confirmed_by", "released_by", "released_ms"))}
    assert refused(rows, insert(feedback).prefix_with("OR REPLACE", dialect="sqlite").values(draft))
    if rows.dialect.name == "postgresql":
        assert "never deleted" in refused(rows, text("TRUNCATE feedback CASCADE"))


@pytest.mark.parametrize("how", ["confirmed_by", "released_by"])
def test_the_worker_neither_confirms_nor_releases(rows: Connection, how: str) -> None:
    row = written(rows, "in-review" if how == "confirmed_by" else "confirmed")
    step = stepped(rows, row, "confirmed" if how == "confirmed_by" else "released")
    assert "never_by_the_worker" in refused(rows, step.values({how: row["worker_id"]}))  # type: ignore[attr-defined]


@pytest.mark.parametrize("missing", ["released_by", "released_ms", "heard"])
def test_nobody_releases_feedback_that_was_not_talked_about(rows: Connection, missing: str) -> None:
    row = written(rows, "confirmed")
    step = stepped(rows, row, "released").values({missing: null()})  # type: ignore[attr-defined]
    assert "released_by_someone" in refused(rows, step)


@pytest.mark.parametrize(("heard", "by_worker"), [("conversation", True), ("waived", False)])
def test_the_worker_waives_and_somebody_else_records_the_conversation(
    rows: Connection, heard: str, by_worker: bool
) -> None:
    row = written(rows, "draft")
    by = row["worker_id"] if by_worker else row["author_id"]
    assert refused(rows, update(feedback).values(heard=heard, heard_by=by))


def test_a_person_who_confirmed_cannot_be_deleted(rows: Connection) -> None:
    row = written(rows, "confirmed")
    assert refused(rows, delete(person).where(person.c.id == row["confirmed_by"]))
