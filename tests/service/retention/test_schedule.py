"""When something is due: by the period in force at that moment, never earlier, and never without notice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.database.words import Content
from service.retention.errors import ScheduleError
from service.retention.schedule import CONTENT, DAY_MS, NOTICE_MS, Kept, Kind, Schedule, dues

NINETY = Schedule.parse(None, Kind.SOUND)
DEFAULTS = {kind: Schedule.parse(None, kind) for kind in Kind}


def test_the_default_of_sound_is_ninety_days() -> None:
    assert NINETY.due_ms(1000) == 1000 + 90 * DAY_MS


def test_a_shorter_time_waits_for_its_notice() -> None:
    now = 1000 * DAY_MS
    shorter = NINETY.changed(10, now)
    assert shorter.due_ms(now - 50 * DAY_MS) == now + NOTICE_MS
    assert shorter.due_ms(now - 80 * DAY_MS) == now + 10 * DAY_MS, "the old time comes first"
    assert shorter.due_ms(now + 20 * DAY_MS) == now + 30 * DAY_MS


def test_a_longer_time_holds_at_once() -> None:
    now = 1000 * DAY_MS
    assert NINETY.changed(100, now).due_ms(now - 89 * DAY_MS) == now + 11 * DAY_MS


@pytest.mark.parametrize("days", [0, -1, 3661])
def test_a_time_that_cannot_be_meant_is_refused(days: int) -> None:
    with pytest.raises(ScheduleError):
        NINETY.changed(days, 0)


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 40)), max_size=5), st.integers(0, 300))
def test_whatever_is_changed_nothing_falls_due_within_the_notice_of_a_change(
    changes: list[tuple[int, int]], age: int
) -> None:
    """Unless it was due within that time anyhow."""
    now, changed = 1000 * DAY_MS, NINETY
    for days, later in changes:
        now += later * DAY_MS
        before, changed = changed, changed.changed(days, now)
        began = now - age * DAY_MS
        if before.due_ms(began) > now:
            assert changed.due_ms(began) >= min(before.due_ms(began), now + NOTICE_MS)


def test_what_is_written_down_reads_the_same() -> None:
    changed = NINETY.changed(10, 5).changed(20, 7)
    assert Schedule.parse(changed.packed(), Kind.SOUND) == changed


def test_every_content_belongs_to_a_kind_or_goes_with_the_session() -> None:
    assert {one for contents in CONTENT.values() for one in contents} | {Content.DETAILS} == set(Content)


def test_kinds_go_one_by_one_and_the_session_with_the_last() -> None:
    kept = Kept(session_id="a", created_ms=0, confirmed_ms=0, released_ms=DAY_MS, there=frozenset(CONTENT))
    assert [(one.kind, one.due_ms // DAY_MS) for one in dues(kept, DEFAULTS)] == [
        (Kind.SOUND, 90), (Kind.TRANSCRIPT, 365), (None, 731),
    ]  # fmt: skip


def test_what_was_never_confirmed_goes_as_a_whole() -> None:
    kept = Kept(session_id="a", created_ms=DAY_MS, confirmed_ms=None, released_ms=None, there=frozenset(CONTENT))
    assert [(one.kind, one.due_ms // DAY_MS) for one in dues(kept, DEFAULTS)] == [(None, 181)]


@pytest.mark.parametrize("confirmed_ms", [None, 0])
def test_a_copy_goes_by_its_own_time_and_never_after_its_session(confirmed_ms: int | None) -> None:
    kept = Kept(
        session_id="a", created_ms=0, confirmed_ms=confirmed_ms, released_ms=None, there=frozenset(), copied_ms=DAY_MS
    )
    first = next(iter(dues(kept, DEFAULTS)))
    assert (first.kind, first.due_ms // DAY_MS) == (Kind.COPIES, 31)
    late = replace(kept, copied_ms=800 * DAY_MS)
    assert [one.kind for one in dues(late, DEFAULTS)] == [None]
