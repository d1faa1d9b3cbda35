"""Sessions without their content: permissions, withdrawals, holds, erasures and their certificates."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from service.database.words import PermissionPurpose, SessionState
from service.ids import new_id
from service.permissions.overview import SessionFile, session_file
from service.permissions.records import Standing
from service.web.admin import permission_pages
from tests.service.council import VISIT, Council
from tests.service.web.admin.conftest import Desk

SESSION_LINK = r"/administration/permissions/(\w{32})\""


def added(council: Council) -> str:
    """Later than every other one, so that it is the first of the list."""
    council.clock.pass_ms(1)
    return str(council.worker.done("POST", "/sessions", VISIT)["id"])


@pytest.fixture
def session_id(council: Council) -> str:
    """A session whose participants agreed to reflection and coaching."""
    made = added(council)
    council.agree(made)
    return made


def looked(desk: Desk, session_id: str) -> SessionFile:
    return session_file(desk.council.parts, desk.caller.actor, session_id)


def last_day(council: Council) -> str:
    return (datetime.fromtimestamp(council.clock() / 1000, UTC) + timedelta(days=30)).date().isoformat()


def withdrawal(desk: Desk, session_id: str) -> str:
    one = looked(desk, session_id).present[0].participant.id
    return f"/permissions/{session_id}/participants/{one}/withdrawal"


def test_sessions_are_listed_with_who_is_missing_and_without_a_word_of_content(desk: Desk, session_id: str) -> None:
    lacking = added(desk.council)
    shown = desk.page("/permissions")
    assert {session_id[:8], lacking[:8]} <= set(shown.replace("<", " ").replace(">", " ").split())
    assert "3 of 3 people" in shown
    for word in (VISIT["title"], VISIT["change_goal"]):
        assert word not in shown + desk.page(f"/permissions/{session_id}")


def test_the_list_goes_on_after_a_page_and_keeps_its_state(
    desk: Desk, session_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = added(desk.council)
    monkeypatch.setattr(permission_pages, "USUAL", 200)
    whole = re.findall(SESSION_LINK, desk.page("/permissions", state="draft"))
    monkeypatch.setattr(permission_pages, "USUAL", 2)
    page, walked = desk.page("/permissions", state="draft"), list[str]()
    while found := re.search(r"state=draft&amp;after=([\w-]+)", page):
        walked += re.findall(SESSION_LINK, page)
        page = desk.page("/permissions", state="draft", after=found[1])
        assert "Newest" in page
    walked += re.findall(SESSION_LINK, page)
    assert walked == whole
    assert {session_id, newer} <= set(walked)
    assert desk.get("/permissions", after="nonsense").status_code == 422


def test_one_purpose_is_withdrawn_and_the_rest_stays(desk: Desk, session_id: str) -> None:
    sent = {"which": "some", "purposes": ["coaching"], "how": "written"}
    assert desk.send(withdrawal(desk, session_id), sent).status_code == 303
    standing = looked(desk, session_id).present[0].standing
    assert standing[PermissionPurpose.COACHING] is Standing.WITHDRAWN
    assert standing[PermissionPurpose.REFLECTION] is Standing.GIVEN


def test_nothing_is_withdrawn_unless_it_was_said_what_and_how(desk: Desk, session_id: str) -> None:
    at = withdrawal(desk, session_id)
    for sent in ({}, {"which": "some", "how": "spoken"}, {"which": "all"}, {"which": "all", "how": "shouted"}):
        assert desk.send(at, sent).status_code == 422
    assert "checked" in desk.send(at, {"which": "some", "how": "spoken"}).text
    assert looked(desk, session_id).line.state is SessionState.DRAFT


def test_everything_withdrawn_is_erased_and_its_certificate_can_be_taken_away(desk: Desk, session_id: str) -> None:
    at = withdrawal(desk, session_id)
    assert "cannot be undone" in desk.page(at)
    assert desk.send(at, {"which": "all", "how": "spoken"}).status_code == 303
    desk.council.erase()
    found = looked(desk, session_id)
    assert found.line.state is SessionState.ERASED
    assert found.erasure is not None
    path = f"/erasures/{found.erasure[0]}/certificate"
    assert path in desk.page("/erasures")
    taken = desk.get(path)
    assert "attachment" in taken.headers["content-disposition"]
    assert json.loads(taken.content)["certificate"]["erasure"] == found.erasure[0]


def test_a_hold_keeps_the_key_until_it_is_ended(desk: Desk, session_id: str) -> None:
    at = f"/permissions/{session_id}"
    assert desk.send(f"{at}/holds", {"reason": "court", "until": last_day(desk.council)}).status_code == 303
    desk.send(withdrawal(desk, session_id), {"which": "all", "how": "spoken"})
    desk.council.erase()
    assert looked(desk, session_id).line.state is SessionState.WITHDRAWN
    assert "Held" in desk.page("/erasures")
    hold = looked(desk, session_id).holds[0].id
    assert "cannot be brought back" in desk.page(f"{at}/holds/{hold}/end")
    assert desk.send(f"{at}/holds/{hold}/end").status_code == 303
    desk.council.erase()
    assert looked(desk, session_id).line.state is SessionState.ERASED


def test_a_hold_without_a_reason_is_told_and_its_day_stays_written(desk: Desk, session_id: str) -> None:
    answer = desk.send(f"/permissions/{session_id}/holds", {"until": last_day(desk.council)})
    assert "A hold needs a known reason" in answer.text
    assert f'value="{last_day(desk.council)}"' in answer.text


def test_a_participant_or_hold_of_another_session_is_answered_like_none(desk: Desk, session_id: str) -> None:
    other = str(desk.council.worker.done("POST", "/sessions", VISIT)["id"])
    desk.send(f"/permissions/{other}/holds", {"reason": "court", "until": last_day(desk.council)})
    theirs = looked(desk, other)
    people, holds = f"/permissions/{session_id}/participants", f"/permissions/{session_id}/holds"
    for foreign in (theirs.present[0].participant.id, new_id()):
        assert desk.get(f"{people}/{foreign}/withdrawal").status_code == 404
        assert desk.send(f"{people}/{foreign}/withdrawal", {"which": "all", "how": "spoken"}).status_code == 404
    for foreign in (theirs.holds[0].id, new_id()):
        assert desk.get(f"{holds}/{foreign}/end").status_code == 404
        desk.send(f"{holds}/{foreign}/end")
    assert looked(desk, other).holds[0].ended_ms is None
    assert looked(desk, other).line.state is SessionState.DRAFT


def test_looking_at_a_session_is_in_the_audit(desk: Desk, session_id: str) -> None:
    before = desk.council.audited()
    desk.page(f"/permissions/{session_id}")
    assert desk.council.audited() == before + 1
