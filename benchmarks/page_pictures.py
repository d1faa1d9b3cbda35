"""Pictures of every page at three widths, taken from the demo's service; docs/guide shows some of them.

    make demo
    python -m benchmarks.page_pictures [--out docs/images/pages] [--demo demo-output]

It needs the extra `browser` and the system's Chromium, as `make test-browser` does. A copy of the demo is walked
through, so that the demo itself stays as it is. A console error or a request elsewhere fails the command (exit code 1).
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.page_journeys import walk
from service.demo.running import Running, at, start, stop

PICTURES = Path(__file__).parent.parent / "docs" / "images" / "pages"
SIZES = ((1280, 900), (768, 1024), (320, 640))
"""Width and height of the window, in CSS pixels."""
TALLEST = {1280: 1100, 768: 1300, 320: 1200}
"""Where a picture ends, by its width: pages of a whole transcript are very long."""
COLOURS = 24
PATIENCE_MS = 15_000
MOST_BYTES = 2_500_000
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
NO_BROWSER = "This needs playwright and Chromium: run `make test-browser` once, and install Chromium."
NO_DEMO = "There is no demo to take pictures of: run `make demo` first, or name its folder with --demo."


@dataclass(kw_only=True)
class Camera:
    """Takes pictures of pages, and keeps what they ran into."""

    browser: Any
    url: str
    out: Path
    widths: tuple[int, ...] = tuple(width for width, _ in SIZES)
    problems: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def window(self) -> Any:
        """A new window that nobody has signed in to; what goes wrong in it is kept."""
        context = self.browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda told: self._told(page, told))
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        page.on("request", lambda asked: self._asked(asked.url))
        return page

    def take(self, page: Any, name: str, *, dark: bool = False, whole: bool = True) -> None:
        """The page as it stands, at each width, and wide in the dark. ``whole``: also what is below the window."""
        for width, height in (size for size in SIZES if size[0] in self.widths):
            self._take(page, f"{name}-{width}", width, height, whole=whole)
        width, height = SIZES[0]
        page.set_viewport_size({"width": width, "height": height})
        if dark:
            page.emulate_media(color_scheme="dark")
            self._take(page, f"{name}-{width}-dark", width, height, whole=whole)
            page.emulate_media(color_scheme="light")

    def _take(self, page: Any, name: str, width: int, height: int, *, whole: bool) -> None:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo(0, 0)")
        page.wait_for_timeout(150)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            self.problems.append(f"{name}: the page is {wide} px wide")
        _keep(page.screenshot(full_page=whole, animations="disabled"), TALLEST[width], self.out / f"{name}.webp")
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
        camera = Camera(browser=browser, url=running.url, out=given.out, widths=tuple(given.widths))
        walk(camera)
        browser.close()
    return _told(camera)


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


def _keep(shot: bytes, tallest: int, path: Path) -> None:
    from PIL import Image

    seen = Image.open(io.BytesIO(shot)).convert("RGB")
    seen = seen.crop((0, 0, seen.width, min(seen.height, tallest)))
    few = seen.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
    few.save(path, "WEBP", lossless=True, quality=25, method=1)


def _told(camera: Camera) -> int:
    for path in camera.out.glob("*.webp"):
        if len(camera.widths) == len(SIZES) and path.name not in camera.taken:
            path.unlink()
    size = sum(path.stat().st_size for path in camera.out.glob("*.webp"))
    print(f"{len(camera.taken)} pictures, {size / 1e6:.2f} MB in {camera.out}")
    for problem in dict.fromkeys(camera.problems):
        print(problem, file=sys.stderr)
    if size > MOST_BYTES:
        print(f"They take more than {MOST_BYTES / 1e6} MB.", file=sys.stderr)
    return 1 if camera.problems or size > MOST_BYTES else 0


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 3


if __name__ == "__main__":
    sys.exit(main())
