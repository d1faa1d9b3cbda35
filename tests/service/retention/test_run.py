"""Ten thousand items: none is deleted early, none a day late, a hold always wins, and a wrong clock deletes nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import delete, insert, select, update

from models.records.coding import Setting
from service.database.tables import artefact, erasure, hold, recording, session
from service.database.words import Content, ErasureTrigger, StaffRole
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions.holds import end_hold, place_hold
from service.retention.schedule import DAY_MS, Kind
from service.retention.usecases import preview, run, set_days
from service.retention.watch import JUMP_MS, ClockWatch
from tests.service.permissions.family import add_person
from tests.service.stand_ins import ToldClock

ITEMS = 10_000
QUICK_ITEMS = 200
HOUR_MS = 3_600_000


@dataclass
class CountedBlobs:
    """Says when each blob was deleted."""

    clock: ToldClock
    deleted: dict[str, int] = field(default_factory=dict)

    def delete(self, blob_id: str) -> None:
        self.deleted.setdefault(blob_id, self.clock())

    def ids(self) -> Iterator[str]:
        return iter(())


@dataclass
class Archive:
    """Parts with a watch over their clock; its monotonic clock goes on with the told one unless that jumps."""

    parts: Parts
    clock: ToldClock
    blobs: CountedBlobs
    worker: Actor
    administrator: Actor
    steady: int = 0

    def __post_init__(self) -> None:
        self.watch = ClockWatch(self.parts, lambda: self.steady)
        self.watch.look()

    def passes(self, milliseconds: int) -> None:
        self.steady += milliseconds
        self.clock.pass_ms(milliseconds)

    def runs(self):  # type: ignore[no-untyped-def]
        return run(self.parts, self.watch, new_id())

    def add(self, *, created: int, confirmed: int | None) -> tuple[str, str, str]:
        """A session with sound and a transcript; its id and theirs."""
        made, sound, words = new_id(), new_id(), new_id()
        with self.parts.database.writing() as rows:
            rows.execute(insert(session).values(session_values(self, made, created, confirmed)))
            rows.execute(insert(recording).values(recording_values(made, sound)))
            rows.execute(insert(artefact).values(artefact_values(made, words)))
        return made, sound, words

    def erasures(self) -> dict[str, str]:
        with self.parts.database.reading() as rows:
            return {one.session_id: one.cause for one in rows.execute(select(erasure))}


def session_values(archive: Archive, made: str, created: int, confirmed: int | None) -> dict[str, object]:
    return {
        "id": made, "worker_id": archive.worker.person_id, "setting": next(iter(Setting)), "state": "ready",
        "lawful_basis": "consent", "held_on": "2026-11-22", "created_ms": created, "confirmed_ms": confirmed,
    }  # fmt: skip


def recording_values(made: str, blob_id: str) -> dict[str, object]:
    return {
        "id": new_id(), "session_id": made, "kind": "sound", "blob_id": blob_id, "content_mac": blob_id,
        "size_bytes": 1, "received_ms": 0, "file_name": b"sealed",
    }  # fmt: skip


def artefact_values(made: str, blob_id: str) -> dict[str, object]:
    return {
        "blob_id": blob_id, "session_id": made, "stage": "words", "content": Content.TRANSCRIPT,
        "content_key": blob_id, "size_bytes": 1, "made_ms": 0, "permission_epoch": 1,
    }  # fmt: skip


@pytest.fixture
def archive(parts: Parts, clock: ToldClock) -> Archive:
    blobs = CountedBlobs(clock)
    parts = replace(parts, blobs=blobs)  # type: ignore[arg-type]
    return Archive(
        parts, clock, blobs, add_person(parts, StaffRole.PRACTITIONER), add_person(parts, StaffRole.ADMINISTRATOR)
    )


def test_sound_is_deleted_when_it_is_due_and_the_rest_stays(archive: Archive) -> None:
    made, sound, words = archive.add(created=0, confirmed=archive.clock() - 90 * DAY_MS + 1)
    assert archive.runs().kinds == 0
    archive.passes(1)
    assert archive.runs().kinds == 1
    assert set(archive.blobs.deleted) == {sound}
    assert archive.runs().kinds == 0
    with archive.parts.database.reading() as rows:
        row = rows.execute(select(recording).where(recording.c.session_id == made)).one()
        assert (row.deleted_ms, row.file_name) == (archive.clock(), None)
        assert rows.scalar(select(artefact.c.blob_id)) == words


def test_a_session_with_all_kinds_over_is_handed_to_the_eraser(archive: Archive) -> None:
    made = archive.add(created=0, confirmed=archive.clock() - 730 * DAY_MS)[0]
    assert archive.runs().sessions == 1
    assert archive.erasures() == {made: ErasureTrigger.RETENTION}


def test_a_session_that_nobody_ever_confirmed_is_erased_as_unused(archive: Archive) -> None:
    made = archive.add(created=archive.clock() - 180 * DAY_MS, confirmed=None)[0]
    archive.add(created=archive.clock() - 180 * DAY_MS + 1, confirmed=None)
    archive.runs()
    assert archive.erasures() == {made: ErasureTrigger.UNUSED}


def test_a_hold_wins_until_it_ends_or_runs_out(archive: Archive) -> None:
    first, one, _ = archive.add(created=0, confirmed=archive.clock() - 90 * DAY_MS)
    second, two, _ = archive.add(created=0, confirmed=archive.clock() - 90 * DAY_MS)
    placed = place_hold(archive.parts, archive.administrator, first, "court", archive.clock() + 9 * DAY_MS)
    place_hold(archive.parts, archive.administrator, second, "complaint", archive.clock() + HOUR_MS)
    assert (archive.runs().held, archive.blobs.deleted) == (2, {})
    archive.passes(HOUR_MS)
    archive.runs()
    assert set(archive.blobs.deleted) == {two}
    end_hold(archive.parts, archive.administrator, first, placed)
    archive.runs()
    assert set(archive.blobs.deleted) == {one, two}


def test_the_preview_shows_the_next_fortnight_and_what_a_hold_keeps(archive: Archive) -> None:
    soon = archive.add(created=0, confirmed=archive.clock() - 80 * DAY_MS)[0]
    archive.add(created=0, confirmed=archive.clock() - 70 * DAY_MS)
    place_hold(archive.parts, archive.administrator, soon, "court", archive.clock() + DAY_MS)
    for actor in (archive.administrator, archive.worker):
        found = preview(archive.parts, actor)
        assert [(one.session_id, one.kind, one.held) for one in found] == [(soon, Kind.SOUND, True)]


def test_a_worker_previews_only_what_is_theirs_and_others_nothing(archive: Archive) -> None:
    archive.add(created=0, confirmed=archive.clock() - 80 * DAY_MS)
    assert preview(archive.parts, add_person(archive.parts, StaffRole.PRACTITIONER)) == []
    with pytest.raises(RefusedError):
        preview(archive.parts, add_person(archive.parts, StaffRole.COACH))


def test_only_an_administrator_sets_how_long_things_are_kept(archive: Archive) -> None:
    with pytest.raises(RefusedError):
        set_days(archive.parts, archive.worker, Kind.SOUND, 1)
    set_days(archive.parts, archive.administrator, Kind.SOUND, 200)
    archive.add(created=0, confirmed=archive.clock() - 89 * DAY_MS)
    archive.passes(2 * DAY_MS)
    assert archive.runs().kinds == 0


@pytest.mark.parametrize("jump", [DAY_MS, -DAY_MS, HOUR_MS + 1, -HOUR_MS - 1, 3650 * DAY_MS, -3650 * DAY_MS])
def test_a_clock_that_jumps_deletes_nothing_until_it_is_right_again(archive: Archive, jump: int) -> None:
    archive.add(created=0, confirmed=archive.clock() - 90 * DAY_MS + HOUR_MS)
    archive.clock.now += jump
    for _ in range(5):
        archive.passes(HOUR_MS // 2)
        assert archive.runs().paused
    assert archive.blobs.deleted == {}
    archive.clock.now -= jump
    assert archive.runs().kinds == 1


def test_a_clock_that_stands_still_is_noticed(archive: Archive) -> None:
    paused = []
    for _ in range(8):
        archive.steady += 600_000
        paused.append(archive.runs().paused)
    assert paused == [False] * 6 + [True] * 2


def test_after_a_long_rest_an_administrator_confirms_the_clock(archive: Archive) -> None:
    archive.clock.pass_ms(JUMP_MS + 1)
    archive.watch = ClockWatch(archive.parts, lambda: archive.steady)
    assert archive.runs().paused
    with pytest.raises(RefusedError):
        archive.watch.confirm(archive.worker)
    archive.watch.confirm(archive.administrator)
    assert not archive.runs().paused


def test_processes_that_look_in_turn_believe_the_same_clock(archive: Archive) -> None:
    """Each counts from its own last look, so the other one's mark must not be counted on."""
    other = ClockWatch(archive.parts, lambda: archive.steady)
    believed = []
    for _ in range(8):
        archive.passes(1_800_000)
        believed.append(archive.watch.look())
        archive.passes(1_800_000)
        believed.append(other.look())
    assert all(believed)


def test_what_is_confirmed_in_one_process_holds_in_the_other(archive: Archive) -> None:
    archive.clock.pass_ms(2 * JUMP_MS)
    assert not archive.watch.look()
    archive.passes(1_000)
    ClockWatch(archive.parts, lambda: archive.steady).confirm(archive.administrator)
    archive.passes(1_000)
    assert archive.watch.look()


def test_a_short_rest_needs_no_confirmation(archive: Archive) -> None:
    archive.clock.pass_ms(JUMP_MS)
    archive.watch = ClockWatch(archive.parts, lambda: archive.steady)
    assert not archive.runs().paused


@pytest.mark.parametrize("items", [QUICK_ITEMS, pytest.param(ITEMS, marks=pytest.mark.slow)])
def test_of_thousands_of_items_none_goes_early_and_none_a_day_late(archive: Archive, items: int) -> None:
    """Sounds, transcripts and whole sessions, some under a hold, some withdrawn, over ten days with two clock jumps."""
    chance, start = random.Random(9), archive.clock()
    due: dict[str, int] = {}
    until: dict[str, int] = {}
    rows_of: tuple[list[dict], list[dict], list[dict], list[dict]] = ([], [], [], [])  # type: ignore[type-arg]
    withdrawn: set[str] = set()
    for number in range(items // 2):
        made, sound, words = new_id(), new_id(), new_id()
        over = start + chance.randrange(-2 * DAY_MS, 12 * DAY_MS)
        days = (90, 365, 730)[number % 3]
        confirmed = over - days * DAY_MS
        rows_of[0].append(session_values(archive, made, 0, confirmed))
        rows_of[1].append(recording_values(made, sound))
        rows_of[2].append(artefact_values(made, words))
        due[sound], due[words] = confirmed + 90 * DAY_MS, confirmed + 365 * DAY_MS
        if chance.random() < 0.1:
            until[made] = start + chance.randrange(1, 11 * DAY_MS)
            rows_of[3].append({
                "id": new_id(), "session_id": made, "owner_id": archive.worker.person_id, "reason": "court",
                "from_ms": start, "until_ms": until[made],
            })  # fmt: skip
        elif chance.random() < 0.05:
            rows_of[0][-1]["state"] = "withdrawn"
            withdrawn |= {sound, words}
        if days == 730:  # the session itself; its kinds are handed over with it where they are still there
            due[made] = over
            del rows_of[1][-1], rows_of[2][-1], due[sound], due[words]
        if made in until:
            for item in (sound, words, made):
                due[item] = max(due.get(item, 1 << 62), until[made])
    with archive.parts.database.writing() as rows:
        for table, values in zip((session, recording, artefact, hold), rows_of, strict=True):
            rows.execute(insert(table), values)
    while archive.clock() < start + 10 * DAY_MS:
        wrong = chance.choice([0, 0, 3 * DAY_MS, -3 * DAY_MS])
        archive.clock.now += wrong
        assert archive.runs().paused is bool(wrong)
        archive.clock.now -= wrong
        archive.runs()
        archive.passes(23 * HOUR_MS)
    gone = dict(archive.blobs.deleted)
    with archive.parts.database.reading() as rows:
        gone |= {one.session_id: one.requested_ms for one in rows.execute(select(erasure))}
    last = archive.clock() - 23 * HOUR_MS
    assert not withdrawn & set(gone)
    expected = {item for item, when in due.items() if when <= last and item not in withdrawn}
    sessions = {one["id"] for one in rows_of[0] if one["state"] == "withdrawn"}
    assert set(gone) == expected - sessions
    assert len(gone) > items // 4
    late = [gone[item] - max(due[item], start) for item in gone]
    assert min(late) >= 0
    assert max(late) <= DAY_MS


def test_what_was_withdrawn_is_left_to_its_own_erasure(archive: Archive) -> None:
    made = archive.add(created=0, confirmed=archive.clock() - 800 * DAY_MS)[0]
    with archive.parts.database.writing() as rows:
        rows.execute(update(session).where(session.c.id == made).values(state="withdrawn"))
        rows.execute(delete(hold))
    assert archive.runs().sessions == 0
