"""The audit as a file for a spreadsheet: no cell of it is a formula, whatever happened (SECURITY S6)."""

from __future__ import annotations

import csv
import io
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from service.audit.errors import AuditRefusedError
from service.audit.reading import COLUMNS, Reading, csv_lines
from service.audit.records import Action, ActorRole, AuditEvent, Kind, Outcome, Purpose

IDS = st.one_of(st.text("0123456789abcdef", min_size=32, max_size=32), st.text(max_size=40), st.just("=1+1"))
EVENTS = st.fixed_dictionaries({
    "when_ms": st.integers(-(1 << 70), 1 << 70), "actor_id": IDS, "role": st.sampled_from(ActorRole),
    "action": st.sampled_from(Action), "kind": st.sampled_from(Kind), "object_id": IDS,
    "purpose": st.sampled_from(Purpose), "outcome": st.sampled_from(Outcome), "request_id": IDS,
    "session_id": st.none() | IDS,
})  # fmt: skip


@settings(max_examples=300)
@given(st.lists(EVENTS, max_size=3), st.integers(0, 1 << 62))
def test_no_cell_of_any_event_that_can_be_recorded_is_a_formula(events: list[dict[str, object]], first: int) -> None:
    found = [Reading(sequence=first, event=None)]
    for number, event in enumerate(events):
        try:
            found.append(Reading(sequence=first + number, event=AuditEvent(**event)))  # type: ignore[arg-type]
        except AuditRefusedError:
            continue
    rows = list(csv.reader(io.StringIO("".join(line for _, line in csv_lines(found)), newline="")))
    assert len(rows) == len(found) + 1
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert all(re.fullmatch(r"[0-9a-z][^\t\r\n]*|", cell) for row in rows for cell in row)


@given(st.sampled_from("=+-@\t\r\n"), st.text(max_size=31))
def test_nothing_that_a_spreadsheet_would_run_can_be_recorded_as_an_id(begins: str, rest: str) -> None:
    made = {
        "when_ms": 1, "actor_id": "0" * 32, "role": ActorRole.SYSTEM, "action": Action.VIEW, "kind": Kind.SESSION,
        "object_id": begins + rest, "purpose": Purpose.OPERATION, "outcome": Outcome.DONE, "request_id": "0" * 32,
    }  # fmt: skip
    try:
        AuditEvent(**made)  # type: ignore[arg-type]
    except AuditRefusedError:
        return
    raise AssertionError
