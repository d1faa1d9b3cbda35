"""Looks at a page light and dark, wide and narrow, and keeps what axe, the console, the policy and the width say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.page_journeys import COACH, WORKER, entered, pressed, sent
from benchmarks.page_pictures import Camera
from service.demo.people import ADMINISTRATOR
from tests.e2e.conftest import WATCH
from tests.e2e.demo_place import ready

LOOKS = ((1280, "light"), (1280, "dark"), (320, "dark"), (320, "light"))
NOT_PAGES = (
    "/static/{digest}/{name}", "/look.css", "/sessions/{session_id}/transcript/editor", "/administration/audit.csv",
    "/administration/erasures/{erasure_id}/certificate", "/sessions/{session_id}/feedback/document.pdf",
    "/sessions/{session_id}/feedback/document.docx", "/healthz", "/readyz", "/metrics", "/problems/{slug}",
)  # fmt: skip
"""What is asked for with GET and is a file, or a part of a page that is looked at with it."""
ALL_DRAWN = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { content-visibility: visible !important; }");
    document.adoptedStyleSheets = [sheet];
}"""
"""New colours reach late what content-visibility leaves out, so nothing is left out while axe looks."""
SHARING = "worker-share"
"""Where a walk is about to share the session."""
MISSING = "status of 404"
REFUSED = ("/sign-in: Failed to load resource: the server responded with a status of 403",)
"""What a browser says by itself of a wrong password."""


@dataclass(kw_only=True)
class Eyes(Camera):
    """Walks as the pictures do, and looks with axe where they take one. ``seen``: paths, ``faults``: what was found."""

    axe: Any
    out: Path = Path()
    seen: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def window(self) -> Any:
        """A new window whose page says what its policy refused."""
        page = super().window()
        page.add_init_script(WATCH)
        return page

    def take(self, page: Any, name: str, *, dark: bool = False, whole: bool = True) -> None:
        """Look at the page as it stands."""
        if name == SHARING:
            ready(page)
        self.seen.add(urlsplit(page.url).path)
        self.faults += [f"{name}: {one} is refused" for one in page.evaluate("violations")]
        page.evaluate(ALL_DRAWN)
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            wide = page.evaluate("document.documentElement.scrollWidth")
            self.faults += [f"{name}: {wide} px wide at {width}"] if wide > width else []
            found = self.axe.run(page).response["violations"]
            self.faults += [f"{name}, {width}, {scheme}: {one['id']} {one['nodes'][0]['html'][:160]}" for one in found]
        page.evaluate("document.adoptedStyleSheets = []")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": LOOKS[0][0], "height": 900})

    def told(self, *expected: str) -> list[str]:
        """What consoles said, without what a browser says of a page that is refused on purpose."""
        return [one for one in self.problems if not any(word in one for word in expected)]


def uncovered(templates: Iterable[str], seen: set[str]) -> list[str]:
    """Page routes that no path that was looked at belongs to; a route without parameters before one with them."""
    pages = sorted(set(templates) - set(NOT_PAGES), key=lambda one: one.count("{"))
    patterns = {one: re.compile(re.sub(r"\\?\{\w+\\?\}", "[^/]+", re.escape(one))) for one in pages}
    covered = {next((one for one in pages if patterns[one].fullmatch(path)), "") for path in seen}
    return [one for one in pages if one not in covered]


def the_rest(eyes: Eyes) -> None:
    """What the pictures leave out: pages that ask before something ends, and pages that say what is wrong."""
    worker, coach = eyes.window(), eyes.window()
    refused_sign_in(eyes, worker)
    entered(eyes, worker, WORKER.sign_in_name)
    entered(eyes, coach, COACH.sign_in_name)
    session = worker.locator(".site-rows__title a").first.get_attribute("href").split("/")[2]
    for page, path, name in (
        (worker, "/confirm?next=/account", "confirm"),
        (coach, "/?released=true", "coach-released"),
        (worker, f"/sessions/{session}/check", "worker-check-later"),
        (worker, f"/sessions/{session}/voices", "worker-voices-confirmed"),
        (worker, f"/sessions/{session}/sharing", "worker-sharing-begun"),
    ):
        page.goto(eyes.url + path)
        eyes.take(page, name)
    administrator = eyes.window()
    entered(eyes, administrator, ADMINISTRATOR.sign_in_name)
    ending(eyes, administrator, session)
    erased(eyes, worker)


def refused_sign_in(eyes: Eyes, page: Any) -> None:
    """A wrong password."""
    page.goto(f"{eyes.url}/sign-in")
    page.get_by_label("Sign-in name").fill(WORKER.sign_in_name)
    page.get_by_label("Password", exact=True).fill("not this one, certainly")
    pressed(page, "Sign in")
    eyes.take(page, "sign-in-refused")


def ending(eyes: Eyes, page: Any, session: str) -> None:
    """All that an administrator is asked about before it ends."""
    at = f"{eyes.url}/administration"
    page.goto(f"{at}/people")
    person = page.get_by_role("link", name=WORKER.shown_name).first.get_attribute("href").rpartition("/")[2]
    for end in ("disable", "sign-ins", "roles/practitioner/end", "link"):
        page.goto(f"{at}/people/{person}/{end}")
        eyes.take(page, f"administrator-{end}")
    for start in ("teams", "coaching"):
        page.goto(f"{at}/{start}")
        page.locator(f"main a[href^='/administration/{start}/']").first.click()
        eyes.take(page, f"administrator-one-of-{start}")
    page.goto(f"{at}/retention/run")
    eyes.take(page, "administrator-retention-run")
    here = f"{at}/permissions/{session}"
    sent(page, here, f"{here}/holds", ("reason", "court"), ("until", soon(page)))
    for words in ("/holds/", "/withdrawal"):
        page.goto(here)
        page.locator(f"main a[href*='{words}']").first.click()
        eyes.take(page, f"administrator{words}")


def soon(page: Any) -> str:
    """A day that is to come, as forms send it."""
    return str(page.evaluate("new Date(Date.now() + 5 * 864e5).toISOString().slice(0, 10)"))


def erased(eyes: Eyes, page: Any) -> None:
    """A session that its worker has erased: the newest, which the pictures' walk added."""
    page.goto(f"{eyes.url}/")
    session = page.locator(".site-rows__title a").first.get_attribute("href").split("/")[2]
    here = f"{eyes.url}/sessions/{session}"
    sent(page, f"{here}/erase", f"{here}/erase", ("sure", "yes"))
    page.goto(here)
    eyes.take(page, "worker-erased")
