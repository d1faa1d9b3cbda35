"""What becomes of a reflection when something is sent, in one window and in two."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.records.coding import Setting
from service.database.words import LawfulBasis, SessionState
from service.ids import new_id
from service.reflection.changing import Sent, changed, rated, settled
from service.reflection.errors import (
    NothingKeptError,
    RatedAlreadyError,
    RatingsMissingError,
    ReflectionTextError,
)
from service.reflection.records import MOST_ASIDES, NOTE, WANTED, Kept, Reflection, checked, rating_field
from service.sessions.records import SessionFacts

FACTS = SessionFacts(
    id=new_id(), worker_id=new_id(), team_id=None, setting=Setting.DIRECT_PRACTICE, state=SessionState.READY,
    lawful_basis=LawfulBasis.CONSENT, legal_status=None, held_on="2026-11-20", version=1, permission_epoch=1,
    created_ms=0, shared_ms=None, review_begun_ms=None, participants=(),
)  # fmt: skip
ELEMENTS = frozenset({"empathy", "autonomy"})
EMPATHY, AUTONOMY = rating_field("empathy"), rating_field("autonomy")


def kept(version: int = 0, written: int = 0, rated_ms: int | None = None, **fields: str) -> Kept:
    named = {name.replace("rating_", "rating "): text for name, text in fields.items()}
    return Kept(
        facts=FACTS, reflection=Reflection(fields=named, written=written), version=version, rated_ms=rated_ms
    )  # fmt: skip


def after(before: Kept, version: int, **fields: str) -> Kept:
    """As the use case keeps it: another version where something changed."""
    made = changed(before, Sent(fields=fields, version=version), 7).reflection
    return before if made == before.reflection else replace(before, reflection=made, version=before.version + 1)


def test_fields_that_were_not_sent_stay() -> None:
    now = after(after(kept(), 0, note="One"), 1, wanted="Two")
    assert (now.reflection.text(NOTE), now.reflection.text(WANTED)) == ("One", "Two")


def test_a_whole_reflection_leaves_out_what_was_not_sent() -> None:
    sent = Sent(fields={WANTED: "Two"}, version=1, whole=True)
    assert changed(kept(1, 1, note="One"), sent, 7).reflection.fields == {WANTED: "Two"}


def test_a_text_from_a_window_that_had_not_seen_the_last_one_is_kept_beside_it() -> None:
    made = changed(kept(2, 2, note="Mine"), Sent(fields={NOTE: "Also mine"}, version=1), 7)
    assert made.conflict
    assert made.reflection.text(NOTE) == "Mine"
    assert [(one.field, one.text, one.kept_ms) for one in made.reflection.asides] == [(NOTE, "Also mine", 7)]


def test_the_same_text_sent_again_is_kept_beside_once() -> None:
    now = after(after(kept(2, 2, note="Mine"), 1, note="Also mine"), 1, note="Also mine")
    assert len(now.reflection.asides) == 1


def test_a_window_goes_on_where_only_something_beside_came_in() -> None:
    """It has seen everything that stands in the fields."""
    other = after(kept(2, 2, note="Mine"), 1, note="Also mine")
    assert other.version == 3
    now = after(other, 2, note="Mine, longer")
    assert now.reflection.text(NOTE) == "Mine, longer"
    assert [one.text for one in now.reflection.asides] == ["Also mine"]


def test_a_version_that_there_has_not_been_yet_overwrites_nothing() -> None:
    assert changed(kept(2, 2, note="Mine"), Sent(fields={NOTE: "X"}, version=9), 7).conflict


def test_what_was_kept_beside_changes_places_with_what_stands() -> None:
    now = after(kept(2, 2, note="Mine"), 1, note="Also mine")
    made = settled(now, now.reflection.asides[0].id, use=True)
    assert made.text(NOTE) == "Also mine"
    assert [one.text for one in made.asides] == ["Mine"]


def test_what_is_let_go_of_is_gone_and_the_field_stays() -> None:
    now = after(kept(2, 2, note="Mine"), 1, note="Also mine")
    made = settled(now, now.reflection.asides[0].id, use=False)
    assert (made.text(NOTE), made.asides) == ("Mine", ())


def test_a_text_that_is_not_beside_any_more_cannot_be_taken() -> None:
    with pytest.raises(NothingKeptError):
        settled(kept(), new_id(), use=True)


def test_more_than_there_is_room_for_beside_is_refused_before_anything_is_lost() -> None:
    now = kept(2, 2)
    for number in range(MOST_ASIDES):
        now = after(now, 1, note=f"Text {number}")
    with pytest.raises(ReflectionTextError):
        changed(now, Sent(fields={NOTE: "One more"}, version=1), 7)


def test_a_rating_stays_once_the_suggestions_were_shown() -> None:
    with pytest.raises(RatedAlreadyError):
        changed(kept(1, 1, 5, rating_empathy="4"), Sent(fields={EMPATHY: "2"}, version=1), 7)


def test_notes_still_change_once_the_suggestions_were_shown() -> None:
    made = changed(kept(1, 1, 5, rating_empathy="4"), Sent(fields={NOTE: "New"}, version=1), 7)
    assert made.reflection.fields == {EMPATHY: "4", NOTE: "New"}


def test_a_rating_that_was_kept_beside_cannot_be_taken_once_the_suggestions_were_shown() -> None:
    now = replace(kept(2, 2, 5, rating_empathy="4"))
    beside = replace(now, reflection=changed(now, Sent(fields={EMPATHY: "1"}, version=0), 7).reflection)
    with pytest.raises(RatedAlreadyError):
        settled(beside, beside.reflection.asides[0].id, use=True)


def test_going_on_needs_an_answer_to_every_element() -> None:
    with pytest.raises(RatingsMissingError):
        rated(kept(1, 1, rating_empathy="4"), ELEMENTS, without=False)


def test_i_cannot_say_is_an_answer() -> None:
    made = rated(kept(1, 1, rating_empathy="4", rating_autonomy="cannot-say"), ELEMENTS, without=False)
    assert not made.without_rating


def test_going_on_without_is_kept_as_such() -> None:
    assert rated(kept(1, 1, rating_empathy="4"), ELEMENTS, without=True).without_rating


def test_somebody_who_rated_everything_did_not_go_on_without() -> None:
    whole = kept(1, 1, rating_empathy="4", rating_autonomy="3")
    assert not rated(whole, ELEMENTS, without=True).without_rating


@pytest.mark.parametrize(
    "fields",
    [{EMPATHY: "6"}, {EMPATHY: "four"}, {rating_field("kindness"): "4"}, {"else": "x"}, {NOTE: "a\0b"},
     {NOTE: "x" * 4_001}, {"answer u1 own": "x"}, {"answer u1:empathy+ Own!": "x"}, {"answer u1:empathy* own": "x"}],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(ReflectionTextError):
        checked(fields, ELEMENTS)


def test_what_was_packed_is_unpacked() -> None:
    now = after(kept(2, 2, note="Mine – “so”"), 1, note="Also mine")
    assert Reflection.unpacked(now.reflection.packed()) == now.reflection


TEXTS = st.sampled_from(["", "a", "b", "c", "d"])
ACTS = st.lists(st.tuples(st.sampled_from([0, 1]), st.sampled_from([NOTE, WANTED]), TEXTS, st.booleans()), max_size=12)


@settings(max_examples=150, deadline=None)
@given(ACTS)
def test_nothing_that_two_windows_wrote_is_lost_unless_its_own_window_wrote_over_it(
    acts: list[tuple[int, str, str, bool]],
) -> None:
    """Every text that a window has not replaced itself stands in its field or beside it."""
    now, seen = kept(), [0, 0]
    last: dict[tuple[int, str], str] = {}
    for window, name, text, looks in acts:
        made = changed(now, Sent(fields={name: text}, version=seen[window]), 7)
        if made.reflection != now.reflection:
            now = replace(now, reflection=made.reflection, version=now.version + 1)
        if not made.conflict:
            seen[window] = now.version
            last = {key: was for key, was in last.items() if key[1] != name}  # it had seen what it wrote over
        last[window, name] = text
        if looks:
            seen[window] = now.version
    for (_, name), text in last.items():
        beside = {one.text for one in now.reflection.asides if one.field == name}
        assert not text or text == now.reflection.text(name) or text in beside
