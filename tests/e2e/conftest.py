"""A browser without a network, where playwright and a Chromium are installed; the tests skip elsewhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from models.records.session import Session
from pipelines.outputs.practice_view import Practice
from pipelines.outputs.report_html import to_html
from tests.e2e.demo_place import KEPT, filled
from tests.outputs.sound import hum

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
NEEDS = "playwright or axe is not installed; run `make test-browser`"
PEAKS = (0.1, 0.5, 0.9, 0.2) * 300
LOADED = """() => new Promise((done) => {
    const audio = document.getElementById("audio");
    if (audio.readyState >= 1) done(); else audio.addEventListener("loadedmetadata", () => done());
})"""
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
"""


@pytest.fixture(scope="session")
def launched() -> Iterator[Callable[..., Any]]:
    """Starts Chromium with more flags; one playwright serves all files, since a second one does not start beside it."""
    playwright = pytest.importorskip("playwright.sync_api", reason=NEEDS)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed. On Debian or Ubuntu: apt-get install chromium")
    with playwright.sync_playwright() as started:
        running = []

        def launch(*more: str) -> Any:
            running.append(started.chromium.launch(executable_path=chromium, args=[*FLAGS, *more]))
            return running[-1]

        yield launch
        for one in running:
            one.close()


@pytest.fixture(scope="session")
def browser(launched: Callable[..., Any]) -> Any:
    return launched()


@pytest.fixture(scope="session")
def filled_demo(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demo's service, stopped: the sample recording goes through the pipeline once for all files."""
    kept = os.environ.get(KEPT)
    return filled(Path(kept) if kept else tmp_path_factory.mktemp("demo"))


@pytest.fixture
def open_report(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens a session's report with a recording of its length; the page keeps ``problems`` it ran into."""
    contexts = []

    def open_it(
        session: Session,
        practice: Practice | None = None,
        *,
        sound: bool = True,
        width: int = 1280,
        height: int = 900,
        **options: Any,
    ) -> Any:
        recording = hum(min(session.recording.duration_ms, 300_000), tmp_path / "sound.wav") if sound else None
        file = tmp_path / "report.html"
        file.write_text(to_html(session, recording, PEAKS, practice), encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.problems = []
        page.requests = []
        page.on("console", lambda message: page.problems.append(message.text))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("request", lambda request: page.requests.append(request.url.split(":")[0]))
        if options.get("java_script_enabled", True):
            page.add_init_script(WATCH)
        page.goto(file.as_uri())
        if sound and options.get("java_script_enabled", True):
            page.evaluate(LOADED)
        return page

    yield open_it
    for context in contexts:
        context.close()
