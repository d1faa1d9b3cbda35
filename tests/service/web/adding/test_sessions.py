"""One session's own pages: its state and next step, sharing, erasing, bringing the recording and its progress."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from service.database.tables import job, session
from tests.service.council import Council
from tests.service.web.adding.browsing import visitor


@pytest.fixture(scope="module")
def ready_id(council: Council) -> str:
    return council.ready()


def primary(page: str) -> list[str]:
    """The links that look like the one thing to do next."""
    return re.findall(r'<a href="/sessions/[0-9a-f]{32}/(\w+)" role="button"[^>]*class="govuk-button"', page)


def test_a_session_says_its_state_and_its_one_next_step_from_permissions_to_progress(council: Council) -> None:
    worker = visitor(council)
    session_id = worker.new_session()
    path = f"/sessions/{session_id}"
    page = worker.get(path).text
    assert primary(page) == ["permissions"]
    assert "Missing, refused or over: Social worker, Parent or carer, Child or young person." in page
    council.agree(session_id)
    assert primary(worker.get(path).text) == ["recording"]
    council.upload(session_id)
    page = worker.get(path).text
    assert "In the queue" in page
    assert primary(page) == ["progress"]


def test_a_session_that_is_ready_leads_to_its_voices_and_says_who_can_see_it_and_how_long_it_is_kept(
    council: Council, ready_id: str
) -> None:
    page = visitor(council).get(f"/sessions/{ready_id}").text
    assert primary(page) == ["voices"]
    for name in ("voices", "check", "reflection", "sharing"):
        assert f'href="/sessions/{ready_id}/{name}"' in page
    assert "Only you." in page
    assert "The whole session: until 17 May 2027" in page
    assert "/feedback" not in page


def test_a_coach_is_led_to_the_review_of_a_session_while_it_is_shared(council: Council, ready_id: str) -> None:
    worker, coach = visitor(council), visitor(council, "coach")
    path = f"/sessions/{ready_id}"
    assert coach.get(path).status_code == 404
    asked = worker.get(f"{path}/sharing").text
    assert "Your coach will never see" in asked
    response = worker.post(f"{path}/sharing", {})
    assert (response.status_code, response.headers["location"]) == (303, path)
    led = coach.get(path)
    assert (led.status_code, led.headers["location"]) == (303, f"{path}/review")
    assert "You and your coach, since" in worker.get(path).text
    assert worker.post(f"{path}/sharing/back", {}, f"{path}/sharing").status_code == 303
    assert coach.get(path).status_code == 404


def test_sharing_cannot_be_taken_back_once_the_review_has_begun(council: Council, ready_id: str) -> None:
    worker, page = visitor(council), f"/sessions/{ready_id}/sharing"
    worker.caller.done("PUT", f"/sessions/{ready_id}/sharing")
    begun = update(session).where(session.c.id == ready_id)
    with council.parts.database.writing() as rows:
        rows.execute(begun.values(review_begun_ms=1))
    try:
        assert "cannot be undone here" in worker.get(page).text
        assert worker.post(f"{page}/back", {}, page).status_code == 409
        assert worker.caller.get(f"/sessions/{ready_id}").json()["shared_ms"] is not None
    finally:
        with council.parts.database.writing() as rows:
            rows.execute(begun.values(review_begun_ms=None, shared_ms=None))


def test_a_session_that_is_not_ready_is_not_shared_and_the_page_says_so(council: Council) -> None:
    worker = visitor(council)
    page = f"/sessions/{worker.new_session()}/sharing"
    assert "cannot be shared now" in worker.get(page).text
    assert worker.post(page, {}).status_code == 409


def test_where_somebody_did_not_agree_to_coaching_the_page_says_that_the_coach_sees_nothing(council: Council) -> None:
    worker = visitor(council)
    session_id = worker.new_session()
    council.agree(session_id, "reflection")
    page = worker.get(f"/sessions/{session_id}/sharing").text
    assert "Not everybody has agreed to coaching: Social worker, Parent or carer, Child or young person." in page


def test_a_session_is_erased_only_where_that_was_ticked(council: Council) -> None:
    worker = visitor(council)
    session_id = worker.new_session()
    path = f"/sessions/{session_id}/erase"
    assert "There is no way back" in worker.get(path).text
    refused = worker.post(path, {})
    assert (refused.status_code, "Tick the box" in refused.text) == (422, True)
    assert worker.caller.get(f"/sessions/{session_id}").status_code == 200
    assert worker.post(path, {"sure": "yes"}).status_code == 303
    assert worker.caller.get(f"/sessions/{session_id}").status_code == 404
    assert "Its key is being destroyed" in worker.get(f"/sessions/{session_id}").text


def test_the_recording_is_asked_for_only_once_everybody_has_agreed(council: Council) -> None:
    worker = visitor(council)
    session_id = worker.new_session()
    for name in ("recording", "record"):
        page = worker.get(f"/sessions/{session_id}/{name}").text
        assert "Nothing starts until" in page
        assert "data-session" not in page
    council.agree(session_id)
    page = worker.get(f"/sessions/{session_id}/recording").text
    assert "practice remote upload" in page
    assert 'accept=".csv,.json,.srt,.vtt"' in page


def test_only_the_recorder_may_use_the_microphone(council: Council) -> None:
    worker = visitor(council)
    path = f"/sessions/{worker.new_session()}"
    for name, allowed in (("record", "(self)"), ("recording", "()"), ("permissions", "()")):
        policy = worker.get(f"{path}/{name}").headers["permissions-policy"]
        assert policy.startswith(f"microphone={allowed}, "), name


def test_progress_shows_each_stage_and_the_work_can_be_stopped_and_tried_again(council: Council) -> None:
    worker = visitor(council)
    session_id = worker.new_session()
    path = f"/sessions/{session_id}/progress"
    assert "there is no recording yet" in worker.get(path).text
    council.agree(session_id)
    council.upload(session_id)
    page = worker.get(path).text
    assert page.count('data-standing="to come"') == 8
    assert "Look again" in page
    job_id = re.search(r'data-job="([0-9a-f]{32})"', page)
    assert job_id is not None
    assert worker.post(f"/sessions/{session_id}/jobs/{job_id[1]}/cancel", {}, path).status_code == 303
    page = worker.get(path).text
    assert "Stopped" in page
    assert "This was cancelled. Try again whenever you like." in page
    again = f"/sessions/{session_id}/jobs/{job_id[1]}/again"
    with council.parts.database.writing() as rows:
        rows.execute(update(job).where(job.c.id == job_id[1]).values(created_ms=1))
    for _ in range(2):
        assert worker.post(again, {}, path).status_code == 303
    assert len(worker.caller.get(f"/sessions/{session_id}/jobs").json()["items"]) == 2
    council.work()
    page = worker.get(path).text
    assert page.count('data-standing="done"') == 8
    assert "Before this" in page


def test_a_failed_job_says_where_it_stopped_and_what_to_do(council: Council) -> None:
    worker = visitor(council)
    session_id = worker.new_session()
    council.agree(session_id)
    council.upload(session_id)
    failed = {"state": "failed", "stage": "transcribe", "reason": "no-speech", "ended_ms": 1}
    with council.parts.database.writing() as rows:
        rows.execute(update(job).where(job.c.session_id == session_id).values(**failed))
    page = worker.get(f"/sessions/{session_id}/progress").text
    assert "No words were found. Check that this is the right recording" in page
    assert 'data-stage="transcribe" data-standing="stopped"' in page
    assert page.count('data-standing="done"') == 3
    assert "Try again" in page


def test_a_job_of_another_session_is_not_stopped_by_this_ones_address(council: Council) -> None:
    worker = visitor(council)
    one, other = worker.new_session(), worker.new_session()
    council.agree(one)
    council.upload(one)
    job_id = worker.caller.get(f"/sessions/{one}/jobs").json()["items"][0]["id"]
    page = f"/sessions/{one}/progress"
    assert worker.post(f"/sessions/{other}/jobs/{job_id}/cancel", {}, page).status_code == 404
    assert worker.caller.get(f"/jobs/{job_id}").json()["state"] == "queued"


def test_anothers_session_and_one_that_is_not_there_look_the_same(council: Council, ready_id: str) -> None:
    stranger = visitor(council, "stranger")
    for name in (
        "", "/permissions", "/script", "/information", "/recording", "/record", "/progress", "/sharing", "/erase",
    ):  # fmt: skip
        pages = [stranger.get(f"/sessions/{one}{name}") for one in (ready_id, "0" * 32)]
        assert [page.status_code for page in pages] == [404, 404], name
        texts = [page.text.replace(page.headers["x-request-id"], "") for page in pages]
        assert texts[0] == texts[1], name
