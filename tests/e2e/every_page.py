"""Looks at a page light and dark, wide and narrow, and keeps what axe, the console, the policy and the width say."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.page_pictures import Camera
from benchmarks.page_walk.acts import entered, sent
from service.demo.people import ADMINISTRATOR, WORKER
from tests.e2e.conftest import WATCH
from tests.e2e.demo_place import ready

LOOKS = ((1280, "light"), (1280, "dark"), (320, "dark"), (320, "light"))
ALL_DRAWN = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { content-visibility: visible !important; }");
    document.adoptedStyleSheets = [sheet];
}"""
"""New colours reach late what content-visibility leaves out, so nothing is left out while axe looks."""
SHARING = "worker-sharing"
"""Where a walk is about to share the session."""


@dataclass(kw_only=True)
class Eyes(Camera):
    """Walks as the pictures do, and looks with axe where they take one. ``seen``: paths, ``faults``: what was found."""

    axe: Any
    out: Path = Path()
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
        self.seen.add(page.url)
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


def the_rest(eyes: Eyes) -> None:
    """What the pictures leave out: pages that ask before something ends, and a session that is over."""
    worker, administrator = eyes.window(), eyes.window()
    entered(eyes, worker, WORKER.sign_in_name)
    entered(eyes, administrator, ADMINISTRATOR.sign_in_name)
    session = worker.locator(".site-rows__title a").first.get_attribute("href").split("/")[2]
    ending(eyes, administrator, session)
    erased(eyes, worker)


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
    page.goto(here)
    sent(page, f"{here}/holds", ("reason", "court"), ("until", soon(page)))
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
    page.goto(f"{here}/erase")
    sent(page, f"{here}/erase", ("sure", "yes"))
    page.goto(here)
    eyes.take(page, "worker-erased")
