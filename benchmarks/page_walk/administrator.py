"""All that an administrator does and looks at."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from benchmarks.page_walk.acts import entered, pressed, proved, shot, tried, went
from service.demo.people import PASSWORD, WORKER

if TYPE_CHECKING:
    from benchmarks.page_pictures import Camera

SECOND = "second-coach@demo"
SECOND_NAME = "Second demo coach"


def administering(camera: Camera, page: Any, session: str) -> Any:
    """People, teams, permissions and the rest. Gives the window of a second coach."""
    at = f"{camera.url}/administration"
    shot(camera, page, at, "administrator-overview")
    shot(camera, page, f"{camera.url}/", "administrator-home")
    second = coach_invited(camera, page, at)
    for role in ("Manager", "Researcher"):
        link = invited(page, at, f"Demo {role.lower()}", f"{role.lower()}@demo", role)
        other = welcomed(camera, link, f"{role.lower()}@demo")
        shot(camera, other, f"{camera.url}/", f"{role.lower()}-home")
    shot(camera, second, f"{camera.url}/", "coach-home-empty")
    for step in (people, teams_and_coaching):
        tried(step, camera, page, at)
    tried(permissions, camera, page, at, session)
    tried(copying, camera, page, at, session)
    tried(looking_after, camera, page, at)
    return second


def coach_invited(camera: Camera, page: Any, at: str) -> Any:
    """The form, what it says to nothing, the link and the page behind it; the new coach's window."""
    shot(camera, page, f"{at}/people/new", "administrator-invite")
    pressed(page, "Invite and make a link")
    camera.take(page, "administrator-invite-refused")
    camera.forgive("/administration/people")
    link = invited(page, at, SECOND_NAME, SECOND, "Coach")
    camera.take(page, "administrator-link")
    second = camera.window()
    second.goto(link)
    camera.take(second, "welcome")
    return welcomed(camera, link, SECOND, second)


def invited(page: Any, at: str, name: str, sign_in_name: str, role: str) -> str:
    """Somebody was invited; the link, which its page shows."""
    went(page, f"{at}/people/new")
    page.get_by_label("Name that others see").fill(name)
    page.get_by_label("Sign-in name").fill(sign_in_name)
    page.get_by_label(role, exact=True).check()
    pressed(page, "Invite and make a link")
    return str(page.get_by_label("Their link").input_value())


def welcomed(camera: Camera, link: str, name: str, page: Any = None) -> Any:
    """The window of somebody who has chosen a password."""
    page = page or camera.window()
    page.goto(link)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    pressed(page, "Choose this password")
    if "/sign-in" in page.url:
        entered(camera, page, name)
    return page


def people(camera: Camera, page: Any, at: str) -> None:
    """Everybody, one of them, and what is asked for once more."""
    invited(page, at, "Demo newcomer", "newcomer@demo", "Social worker")
    shot(camera, page, f"{at}/people", "administrator-people")
    page.get_by_role("link", name=SECOND_NAME).first.click()
    camera.take(page, "administrator-person")
    one = page.url
    shot(camera, page, f"{one}/disable", "administrator-disable")
    shot(camera, page, f"{one}/sign-ins", "administrator-sign-out")
    shot(camera, page, f"{one}/roles/coach/end", "administrator-role-end")


def teams_and_coaching(camera: Camera, page: Any, at: str) -> None:
    """A team with somebody in it, and the second coach coaches the worker too."""
    went(page, f"{at}/teams")
    page.get_by_label("Name of the team").fill("North")
    pressed(page, "Make the team")
    page.get_by_label("Person").select_option(label="Demo manager (manager@demo)")
    page.get_by_label("They lead this team").check()
    pressed(page, "Put them in")
    camera.take(page, "administrator-team")
    shot(camera, page, f"{at}/teams", "administrator-teams")
    went(page, f"{at}/coaching")
    page.get_by_label("Coach", exact=True).select_option(label=f"{SECOND_NAME} ({SECOND})")
    page.get_by_label("Worker", exact=True).select_option(label=f"{WORKER.shown_name} ({WORKER.sign_in_name})")
    pressed(page, "Begin this relationship")
    shot(camera, page, f"{at}/coaching", "administrator-coaching")
    page.get_by_role("link", name=re.compile("^End that")).last.click()
    camera.take(page, "administrator-coaching-end")


def permissions(camera: Camera, page: Any, at: str, session: str) -> None:
    """Sessions and one of them, with a hold; withdrawing for somebody."""
    shot(camera, page, f"{at}/permissions", "administrator-permissions")
    went(page, f"{at}/permissions/{session}")
    page.get_by_label("Why it must be kept").select_option(index=1)
    last = datetime.now(UTC).date() + timedelta(days=60)
    page.get_by_label("Last day of the hold").fill(last.isoformat())
    pressed(page, "Set a hold")
    shot(camera, page, f"{at}/permissions/{session}", "administrator-session")
    page.get_by_role("link", name=re.compile("^End it")).first.click()
    camera.take(page, "administrator-hold-end")
    pressed(page, "End the hold")
    went(page, f"{at}/permissions/{session}")
    page.get_by_role("link", name=re.compile("^Withdraw")).first.click()
    camera.take(page, "administrator-withdrawal")


def copying(camera: Camera, page: Any, at: str, session: str) -> None:
    """A copy for the parent who asked: the session, their voice, reading it, and what is handed out."""
    start = f"{at}/subject-access"
    shot(camera, page, start, "administrator-subject-access")
    page.get_by_label("Number of the session").fill(session)
    pressed(page, "Continue")
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile("^Make a copy.*Parent")).click()
    proved(page)
    camera.take(page, "administrator-copy-request")
    page.get_by_label("Reference of the request").fill("Demo")
    pressed(page, "Make the copy")
    camera.take(page, "administrator-copy-refused")
    camera.forgive("/administration/subject-access")
    page.get_by_label("Reference of the request").fill("SAR-2026/014")
    pressed(page, "Make the copy")
    page.get_by_role("checkbox").first.check()
    camera.take(page, "administrator-copy-read")
    pressed(page, "Finish the copy")
    proved(page)
    camera.take(page, "administrator-copy")
    shot(camera, page, f"{start}/{session}", "administrator-copies")


def looking_after(camera: Camera, page: Any, at: str) -> None:
    """Erasures, retention, audit, health."""
    for end in ("erasures", "retention", "audit", "health"):
        shot(camera, page, f"{at}/{end}", f"administrator-{end}", dark=end == "audit")
    shot(camera, page, f"{at}/retention/sound", "administrator-retention-kind")
    shot(camera, page, f"{at}/retention/run", "administrator-retention-run")
    shot(camera, page, f"{at}/audit/check", "administrator-audit-check")
