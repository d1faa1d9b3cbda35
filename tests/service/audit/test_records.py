"""What an audit event may say, and its bytes."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audit.errors import AuditRefusedError
from service.audit.packing import number, number_in, packed, unpacked
from service.audit.records import Action, ActorRole, AuditEvent, Kind, Outcome, Purpose, genesis_body, when_in
from tests.service.audit.chains import event

IDS = st.integers(0, 2**128 - 1).map("{:032x}".format) | st.uuids().map(str)
EVENTS = st.builds(
    AuditEvent, when_ms=st.integers(0, 2**63 - 1), actor_id=IDS, role=st.sampled_from(ActorRole),
    action=st.sampled_from(Action), kind=st.sampled_from(Kind), object_id=IDS, purpose=st.sampled_from(Purpose),
    outcome=st.sampled_from(Outcome), request_id=IDS, session_id=st.none() | IDS,
    commitment=st.none() | st.integers(0, 2**256 - 1).map("{:064x}".format),
)  # fmt: skip
ID_FIELDS = ("actor_id", "object_id", "request_id", "session_id")


@pytest.mark.parametrize("field", ID_FIELDS)
@pytest.mark.parametrize(
    "text", ["Mary Jones", "", "x" * 32, "0" * 31, "0" * 33, "0" * 32 + "\n", "A" * 32, "she said no " * 20, 7, b"0"]
)
def test_what_is_no_id_is_refused_without_being_quoted(field: str, text: object) -> None:
    with pytest.raises(AuditRefusedError) as refused:
        event(**{field: text})
    assert field in str(refused.value)
    assert not text or str(text) not in str(refused.value)


@pytest.mark.parametrize("field", ["role", "action", "kind", "purpose", "outcome"])
def test_a_word_of_no_list_is_refused(field: str) -> None:
    """Even the text of a known word is: only the enumerations pass."""
    for word in ("delete", "view", None, Kind.SESSION if field != "kind" else Action.VIEW):
        with pytest.raises(AuditRefusedError, match=field):
            event(**{field: word})


@pytest.mark.parametrize("when", [-1, 2**63, 1.5, True, "0", None])
def test_a_time_that_is_no_time_is_refused(when: object) -> None:
    with pytest.raises(AuditRefusedError, match="time"):
        event(when_ms=when)


@given(EVENTS)
def test_an_event_comes_back_from_its_bytes(one: AuditEvent) -> None:
    assert AuditEvent.parse(one.canonical()) == one
    assert when_in(one.canonical()) == one.when_ms


@given(EVENTS, st.data())
def test_other_bytes_are_another_event_or_none(one: AuditEvent, data: st.DataObject) -> None:
    """No two byte strings stand for the same event."""
    changed = bytearray(one.canonical())
    at = data.draw(st.integers(0, len(changed) - 1))
    changed[at] ^= data.draw(st.integers(1, 255))
    try:
        read = AuditEvent.parse(bytes(changed))
    except (ValueError, AuditRefusedError):
        return
    assert read != one
    assert read.canonical() == bytes(changed)


@given(EVENTS, EVENTS)
def test_each_field_changes_the_bytes(one: AuditEvent, other: AuditEvent) -> None:
    same = all(getattr(one, field.name) == getattr(other, field.name) for field in fields(AuditEvent))
    assert (one.canonical() == other.canonical()) == same


@given(st.lists(st.binary(max_size=20), max_size=6))
def test_packed_fields_come_apart_in_one_way(some: list[bytes]) -> None:
    assert unpacked(packed(*some), len(some)) == some
    with pytest.raises(ValueError, match="number of fields"):
        unpacked(packed(*some), len(some) + 1)
    with pytest.raises(ValueError, match="number of fields"):
        unpacked(packed(*some) + b"\0", len(some))


@pytest.mark.parametrize("field", [b"", b"\0" * 7, b"\0" * 9, b"\x80" + b"\0" * 7])
def test_what_is_no_number_is_refused(field: bytes) -> None:
    with pytest.raises(ValueError, match="no number"):
        number_in(field)


@pytest.mark.parametrize("value", [-1, 2**63])
def test_a_number_beyond_eight_bytes_with_a_sign_is_refused(value: int) -> None:
    with pytest.raises(OverflowError):
        number(value)


def test_the_first_row_says_when_the_chain_was_begun() -> None:
    assert when_in(genesis_body(1234)) == 1234
