"""What needs attention, retention, the audit and health, as an administrator sees them."""

from __future__ import annotations

import csv
import io
import re

from sqlalchemy import insert, update

from service.audit.anchors import AnchorInterval
from service.database.tables import job, recording, session, worker
from service.database.words import JobFailure
from service.ids import new_id
from service.jobs.beats import database_ms
from service.jobs.reasons import SENTENCES
from service.retention import store
from service.retention.schedule import DEFAULT_DAYS, Kind
from service.retention.usecases import periods
from service.retention.watch import MARK
from tests.service.council import VISIT, Council
from tests.service.web.admin.conftest import Desk

DAY_MS = 86_400_000


def failed_job(council: Council) -> str:
    """A session whose job failed, without working on anything; its id."""
    made, recorded = str(council.worker.done("POST", "/sessions", VISIT)["id"]), new_id()
    with council.parts.database.writing() as rows:
        rows.execute(insert(recording).values(
            id=recorded, session_id=made, kind="sound", blob_id=new_id(), content_mac="0" * 64, size_bytes=5_000_000,
            received_ms=council.clock(),
        ))  # fmt: skip
        rows.execute(insert(job).values(
            id=new_id(), session_id=made, recording_id=recorded, person_id=council.worker.actor.person_id,
            state="failed", queue="speech", stage="decode", reason=JobFailure.MACHINE_FULL, attempts=3, fence=3,
            permission_epoch=1, created_ms=council.clock(), ended_ms=council.clock(),
        ))  # fmt: skip
    return made


def test_the_first_page_says_what_needs_attention(desk: Desk) -> None:
    failed_job(desk.council)
    shown = desk.page()
    assert "None at work" in shown
    assert re.search(r"Jobs that failed</a>.*?[1-9]\d* jobs?</strong>", shown)
    assert "There is none among the newest events of the audit" in shown


def test_a_failed_job_is_told_with_its_reason_and_what_to_do(desk: Desk) -> None:
    made = failed_job(desk.council)
    shown = desk.page("/health")
    assert f"/permissions/{made}" in shown
    assert SENTENCES[JobFailure.MACHINE_FULL] in shown.replace("&#39;", "'")


def test_health_tells_workers_that_are_at_work_from_silent_ones(desk: Desk) -> None:
    with desk.council.parts.database.writing() as rows:
        now = database_ms(rows)
        for name, seen in (("alive.speech.1", now), ("silent.speech.2", now - 10 * 60_000)):
            rows.execute(insert(worker).values(id=name, version="1", queues="speech", started_ms=0, seen_ms=seen))
    shown = desk.page("/health")
    alive, silent = shown.index("alive.speech.1"), shown.index("silent.speech.2")
    assert alive < shown.index("At work") < silent
    assert "for 10 minutes" in shown[silent:]


def test_health_tells_versions_and_keys_and_no_path_of_the_machine(desk: Desk) -> None:
    shown = desk.page("/health")
    assert "Epoch 1" in shown
    assert "SQLite" in shown
    assert str(desk.council.folder) not in shown


def test_a_shorter_time_counts_after_the_notice_and_a_longer_one_at_once(desk: Desk) -> None:
    now = desk.council.clock()
    assert "counts at once" in desk.page("/retention/feedback")
    assert desk.send("/retention/feedback", {"days": "900"}).status_code == 303
    assert periods(desk.council.parts)[Kind.FEEDBACK].periods[-1].from_ms == now
    assert desk.send("/retention/feedback", {"days": "30"}).status_code == 303
    last = periods(desk.council.parts)[Kind.FEEDBACK].periods[-1]
    assert (last.days, last.from_ms) == (30, now + 14 * DAY_MS)
    assert "900 days from the day the feedback is released" in desk.page("/retention")
    assert "30 days" in desk.page("/retention")


def test_days_that_cannot_be_kept_are_told_and_stay_written(desk: Desk) -> None:
    for typed in ("ninety", "0", "4000", "-1", "٣"):
        answer = desk.send("/retention/sound", {"days": typed})
        assert answer.status_code == 422
        assert f'value="{typed}"' in answer.text
    assert periods(desk.council.parts)[Kind.SOUND].periods[-1].days == DEFAULT_DAYS[Kind.SOUND]


def test_what_is_due_is_shown_before_it_is_deleted_at_once(desk: Desk) -> None:
    made = str(desk.council.worker.done("POST", "/sessions", VISIT)["id"])
    with desk.council.parts.database.writing() as rows:
        rows.execute(update(session).where(session.c.id == made).values(created_ms=0))
    assert f"/permissions/{made}" in desk.page("/retention/run")
    assert desk.send("/retention/run").status_code == 303
    assert made[:8] in desk.page("/erasures")
    assert f"/permissions/{made}" not in desk.page("/retention/run")
    desk.council.erase()


def test_a_clock_that_cannot_be_believed_stops_deleting_until_it_is_confirmed(desk: Desk) -> None:
    with desk.council.parts.database.writing() as rows:
        store.write_setting(rows, MARK, str(desk.council.clock() - 3 * 3_600_000))
    assert "Nothing is deleted at this moment" in desk.page("/retention")
    refused = desk.send("/retention/run")
    assert "so nothing is deleted" in refused.text
    assert desk.send("/retention/clock").status_code == 303
    assert "Nothing is deleted at this moment" not in desk.page("/retention")


def test_the_audit_is_filtered_by_session_and_action_and_person(desk: Desk) -> None:
    worker_id = desk.council.worker.actor.person_id
    made = str(desk.council.worker.done("POST", "/sessions", VISIT)["id"])
    shown = desk.page("/audit", session=made, action="edit", person=worker_id)
    assert f"/permissions/{made}" in shown
    assert "Looked at:" not in shown
    assert "There is no such event" in desk.page("/audit", session=made, person=desk.caller.actor.person_id)


def test_what_cannot_be_filtered_by_is_told_and_stays_written(desk: Desk) -> None:
    for name, typed in (("session", "number nine"), ("since", "last week"), ("action", "listen"), ("person", "x")):
        answer = desk.get("/audit", **{name: typed})
        assert answer.status_code == 422
        if name in ("session", "since"):
            assert f'value="{typed}"' in answer.text


def test_the_audit_goes_on_to_older_events(desk: Desk) -> None:
    for _ in range(26):
        desk.page("/audit", action="release")
    first = desk.page("/audit")
    before = first.partition("before=")[2].partition('"')[0]
    older = desk.page("/audit", before=before)
    assert f">{int(before) - 1}<" in older
    assert f">{int(before) - 1}<" not in first


def test_the_audit_as_a_file_holds_what_the_filter_wants_and_that_it_was_taken(desk: Desk) -> None:
    made = str(desk.council.worker.done("POST", "/sessions", VISIT)["id"])
    taken = desk.get("/audit.csv", session=made)
    rows = list(csv.DictReader(io.StringIO(taken.text)))
    assert rows
    assert {row["session"] for row in rows} == {made}
    assert "attachment" in taken.headers["content-disposition"]
    assert "Exported: the installation" in desk.page("/audit", action="export")


def test_checking_the_audit_says_that_it_is_whole(desk: Desk) -> None:
    desk.council.installation.keeper.keep(AnchorInterval(rows=1))
    assert "The audit is whole" in desk.page("/audit/check")


def test_without_its_anchors_the_audit_is_not_said_to_be_whole(desk: Desk) -> None:
    desk.council.installation.keeper.keep(AnchorInterval(rows=1))
    place = desk.council.installation.settings.anchors
    kept = place.rename(place.with_name("elsewhere"))
    try:
        answer = desk.get("/audit/check")
    finally:
        kept.rename(place)
    assert "The audit could not be checked" in answer.text
    assert "is whole" not in answer.text
