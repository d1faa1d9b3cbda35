"""Teams, their members, and who coaches whom, by forms alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.database.words import StaffRole
from service.people.teams import list_coaching, list_teams
from service.web.admin.errors import DayError
from service.web.admin.frame import begins, ends
from tests.service.council import Council
from tests.service.web.admin.conftest import Desk

LONDON = ZoneInfo("Europe/London")


def day_from_now(council: Council, days: int) -> str:
    return (datetime.fromtimestamp(council.clock() / 1000, UTC) + timedelta(days=days)).date().isoformat()


def test_a_team_is_made_filled_led_and_emptied(desk: Desk, council: Council, other: str) -> None:
    made = desk.send("/teams", {"name": "East, first team"})
    at = made.headers["location"].removeprefix("/administration")
    manager = council.person("a manager", StaffRole.MANAGER).actor.person_id
    assert desk.send(f"{at}/members", {"person_id": other}).status_code == 303
    assert desk.send(f"{at}/members", {"person_id": manager, "leads": "yes"}).status_code == 303
    team = next(one for one in list_teams(council.parts, desk.caller.actor) if at.endswith(one.id))
    assert (team.members, team.leaders) == ({other, manager}, {manager})
    assert desk.send(f"{at}/members/{other}/end").status_code == 303
    team = next(one for one in list_teams(council.parts, desk.caller.actor) if at.endswith(one.id))
    assert team.members == {manager}


def test_only_a_manager_leads_and_who_was_chosen_stays_chosen(desk: Desk, other: str) -> None:
    at = desk.send("/teams", {"name": "South, first team"}).headers["location"].removeprefix("/administration")
    answer = desk.send(f"{at}/members", {"person_id": other, "leads": "yes"})
    assert "Only a manager leads a team" in answer.text
    assert f'value="{other}" selected' in answer.text


def test_a_relationship_begins_and_ends_on_the_days_that_were_written(desk: Desk, council: Council, other: str) -> None:
    coach = council.person("a coach", StaffRole.COACH).actor.person_id
    first, last = day_from_now(council, 3), day_from_now(council, 40)
    sent = {"coach_id": coach, "worker_id": other, "from": first, "until": last}
    assert desk.send("/coaching", sent).status_code == 303
    kept = next(one for one in list_coaching(council.parts, desk.caller.actor) if one.coach_id == coach)
    assert (kept.from_ms, kept.until_ms) == (begins(first, LONDON), ends(last, LONDON))
    assert "(not yet)" in desk.page("/coaching")
    assert "cannot open any session of this worker" in desk.page(f"/coaching/{coach}/{other}/end")
    assert desk.send(f"/coaching/{coach}/{other}/end").status_code == 303
    assert all(one.coach_id != coach for one in list_coaching(council.parts, desk.caller.actor))


def test_an_end_before_the_beginning_is_told_and_the_days_stay_written(
    desk: Desk, council: Council, other: str
) -> None:
    coach = council.person("a coach", StaffRole.COACH).actor.person_id
    first, last = day_from_now(council, 40), day_from_now(council, 3)
    answer = desk.send("/coaching", {"coach_id": coach, "worker_id": other, "from": first, "until": last})
    assert "ends after it begins" in answer.text
    assert f'value="{first}"' in answer.text
    assert f'value="{last}"' in answer.text


def test_a_day_ends_when_the_next_one_begins_also_when_clocks_change() -> None:
    assert ends("2026-10-25", LONDON) == begins("2026-10-26", LONDON)
    assert (ends("2026-10-25", LONDON) or 0) - (begins("2026-10-25", LONDON) or 0) == 25 * 3_600_000
    assert begins("", LONDON) is None


@pytest.mark.parametrize("text", ["22/11/2026", "2026-13-01", "0001-01-01", "9999-12-31", "tomorrow"])
def test_what_is_no_day_of_this_time_is_refused(text: str) -> None:
    with pytest.raises(DayError):
        ends(text, LONDON)
