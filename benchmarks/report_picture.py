"""The picture of the report page in the README, taken from an analysis of the sample recording.

    practice demo --out demo-output
    python -m benchmarks.report_picture demo-output

It needs the extra `browser` and the system's Chromium, as `make test-browser` does.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

PICTURE = Path(__file__).parent.parent / "docs" / "images" / "report.png"
SCROLL = "scrollTo(0, document.querySelector('.columns').getBoundingClientRect().top + scrollY - 150)"
OPEN = "document.querySelector('details.evidence').open = true"


def main() -> None:
    """Write docs/images/report.png."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder that an analysis wrote")
    parser.add_argument("--out", type=Path, default=PICTURE)
    given = parser.parse_args()
    take(given.folder / "report.html", given.out)


def take(report: Path, out: Path) -> None:
    """Open the page without a network, show dialogue and elements side by side, and keep what is seen."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1360, "height": 1100})
        page.goto(report.resolve().as_uri())
        page.wait_for_timeout(500)
        page.evaluate(OPEN)
        page.evaluate(SCROLL)
        page.wait_for_timeout(300)
        page.screenshot(path=str(out))
        browser.close()


if __name__ == "__main__":
    main()
