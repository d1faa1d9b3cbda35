"""Pictures of every page at three widths, taken from the demo's service; docs/guide shows some of them.

    make demo
    python -m benchmarks.page_pictures [--out docs/images/pages] [--demo demo-output]

It needs the extra `browser` and the system's Chromium, as `make test-browser` does. A copy of the demo is walked
through, so that the demo itself stays as it is. A console error, a request elsewhere, a page that is wider than its
window and a page without a picture fail the command (exit code 1).

To look at them with care: --whole does not cut them off below, --dark takes all of them in the dark, --out puts them
elsewhere.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.page_list import listed
from benchmarks.page_routes import page_routes, without_picture
from benchmarks.page_walk import walk
from service.demo.running import Running, at, start, stop

PICTURES = Path(__file__).parent.parent / "docs" / "images" / "pages"
LIST = PICTURES.parent.parent / "guide" / "pictures.md"
SIZES = ((1280, 900), (768, 1024), (320, 640))
"""Width and height of the window, in CSS pixels."""
TALLEST = {1280: 800, 768: 800, 320: 600}
"""Where a picture ends, by its width: pages of a whole transcript are very long."""
COLOURS = 22
MOST_COMMON = 600
APART = (70, 18)
"""How far two colours of a picture are from one another at least, in steps of 0 to 255: at first, and then."""
PATIENCE_MS = 60_000
MOST_BYTES = 4_100_000
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--lang=en-GB",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
)  # fmt: skip
READY = """() => {
    scrollTo(0, 0);
    const parts = document.querySelectorAll(".transcript__part, .dialogue__part");
    for (const one of parts) one.style.contentVisibility = "visible";
    for (const one of document.querySelectorAll(".reflection-bar")) one.style.position = "static";
}"""
"""At the top, with what the browser would only lay out on scrolling, and what floats over the words in its place."""
HEADING = """() => [...document.querySelectorAll("main h2")].find(
    (one) => !one.closest(".govuk-notification-banner, .govuk-error-summary"))?.textContent.trim()"""
_ID = re.compile(r"[0-9a-f]{32}|\?.*")
NO_BROWSER = "This needs playwright and Chromium: run `make test-browser` once, and install Chromium."
NO_DEMO = "There is no demo to take pictures of: run `make demo` first, or name its folder with --demo."


@dataclass(kw_only=True)
class Camera:
    """Takes pictures of pages, and keeps what they ran into."""

    browser: Any
    url: str
    out: Path
    widths: tuple[int, ...] = tuple(width for width, _ in SIZES)
    dark: bool = False
    whole: bool = False
    problems: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    titles: dict[str, str] = field(default_factory=dict)
    pages: set[str] = field(default_factory=set)

    def window(self) -> Any:
        """A new window that nobody has signed in to; what goes wrong in it is kept."""
        context = self.browser.new_context(
            viewport={"width": 1280, "height": 900},
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/London",
            color_scheme="dark" if self.dark else "light",
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda told: self._told(page, told))
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        page.on("request", lambda asked: self._asked(asked.url))
        return page

    def take(self, page: Any, name: str, *, dark: bool = False, whole: bool = True) -> None:
        """The page as it stands, at each width, and wide in the dark. ``whole``: also what is below the window.

        Where there is a picture with the same address, first heading and role already, it is another state of that
        page, and is taken wide alone; where pictures are taken to be looked at, at each width too.
        """
        address = f"{name.partition('-')[0]} {_ID.sub('*', page.url)} {page.evaluate(HEADING)}"
        widths = self.widths if self.whole or address not in self.pages else self.widths[:1]
        self.pages.add(address)
        self.seen.add(page.url)
        self.titles[name] = page.title().rpartition(" – ")[0].removeprefix("Error: ")
        print(f"\r{name:<40}", end="", file=sys.stderr, flush=True)
        for width, height in (size for size in SIZES if size[0] in widths):
            self._take(page, f"{name}-{width}", width, height, whole=whole)
        width, height = SIZES[0]
        page.set_viewport_size({"width": width, "height": height})
        if dark and not self.dark:
            page.emulate_media(color_scheme="dark")
            self._take(page, f"{name}-{width}-dark", width, height, whole=whole)
            page.emulate_media(color_scheme="light")

    def forgive(self, address: str) -> None:
        """What the browser says about a page that was refused on purpose is no problem."""
        self.problems[:] = [one for one in self.problems if not (address in one and "the server responded" in one)]

    def _take(self, page: Any, name: str, width: int, height: int, *, whole: bool) -> None:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(READY)
        page.wait_for_timeout(150)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            self.problems.append(f"{name}: the page is {wide} px wide")
        seen = page.evaluate("document.documentElement.scrollHeight") if whole else height
        tall = seen if self.whole else min(seen, TALLEST[width])
        part = {"x": 0, "y": 0, "width": width, "height": tall if tall < seen else max(tall, height)}
        _keep(page.screenshot(full_page=True, clip=part, animations="disabled"), self.out / f"{name}.webp")
        self.taken.add(f"{name}.webp")

    def _told(self, page: Any, told: Any) -> None:
        if told.type in ("error", "warning"):
            self.problems.append(f"{page.url}: {told.text}")

    def _asked(self, address: str) -> None:
        if not address.startswith((self.url, "data:", "blob:")):
            self.problems.append(f"a request elsewhere: {address}")


def main() -> int:
    """Take all pictures; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=PICTURES)
    parser.add_argument("--demo", type=Path, default=Path("demo-output"), help="the folder that `make demo` filled")
    parser.add_argument("--widths", type=int, nargs="+", default=[width for width, _ in SIZES], help="only these")
    parser.add_argument("--whole", action="store_true", help="down to the foot of each page")
    parser.add_argument("--dark", action="store_true", help="in the dark look")
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        return _refuse(NO_BROWSER)
    if not (given.demo / "service" / "filled.json").exists():
        return _refuse(NO_DEMO)
    given.out.mkdir(parents=True, exist_ok=True)
    with copied(given.demo / "service") as running, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=list(FLAGS))
        camera = Camera(
            browser=browser, url=running.url, out=given.out, widths=tuple(given.widths),
            dark=given.dark, whole=given.whole,
        )  # fmt: skip
        walk(camera)
        browser.close()
    camera.problems += without_picture(page_routes(), camera.seen)
    to_keep = given.out.resolve() == PICTURES.resolve() and camera.widths == tuple(width for width, _ in SIZES)
    if to_keep:
        LIST.write_text(listed(camera.titles, camera.taken), "utf-8")
    return _told(camera, to_keep=to_keep)


@contextmanager
def copied(demo: Path) -> Iterator[Running]:
    """A copy of the demo's service, running, as long as it is used; no review in it is blind."""
    with tempfile.TemporaryDirectory(prefix="page-pictures-") as place:
        folder = Path(place) / "service"
        shutil.copytree(demo, folder, ignore=shutil.ignore_patterns("*.sqlite3*", "running.json", "log"))
        for kept in demo.rglob("*.sqlite3"):
            _copy(kept, folder / kept.relative_to(demo))
        os.environ["PRACTICE_BLIND_SHARE"] = "0"
        running = start(at(folder))
        try:
            yield running
        finally:
            stop(running)


def _copy(database: Path, to: Path) -> None:
    """As it stands at one moment, also while the demo runs."""
    with closing(sqlite3.connect(database)) as here, closing(sqlite3.connect(to)) as there:
        here.backup(there)
    shutil.copymode(database, to)


def _keep(shot: bytes, path: Path) -> None:
    from PIL import Image

    seen = Image.open(io.BytesIO(shot)).convert("RGB")
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in _used(seen) for part in colour])
    few = seen.quantize(palette=palette, dither=Image.Dither.NONE).convert("RGB")
    few.save(path, "WEBP", lossless=True, quality=100, method=4)


def _used(seen: Any) -> list[tuple[int, int, int]]:
    """The colours that most of a picture consists of: first those that are far apart, so that a small button keeps its
    own, then the finer ones of the edges of letters."""
    by_area = [colour for _, colour in sorted(seen.getcolors(1 << 24), reverse=True)[:MOST_COMMON]]
    found: list[tuple[int, int, int]] = []
    for apart in APART:
        for colour in by_area:
            if len(found) < COLOURS and all(math.dist(colour, one) > apart for one in found):
                found.append(colour)
    return (found * COLOURS)[:COLOURS]


def _told(camera: Camera, *, to_keep: bool) -> int:
    """Say what was taken and what went wrong; the exit code. ``to_keep``: pictures of before go, and size counts."""
    for path in camera.out.glob("*.webp"):
        if to_keep and path.name not in camera.taken:
            path.unlink()
    size = sum(path.stat().st_size for path in camera.out.glob("*.webp"))
    print(f"\n{len(camera.taken)} pictures, {size / 1e6:.2f} MB in {camera.out}")
    problems = list(dict.fromkeys(camera.problems))
    if to_keep and size > MOST_BYTES:
        problems.append(f"They take more than {MOST_BYTES / 1e6} MB.")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 3


if __name__ == "__main__":
    sys.exit(main())
