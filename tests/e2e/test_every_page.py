"""Every page and its states as the pictures' walk meets them, and those it leaves out: axe, width, console, policy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.page_routes import page_routes, without_picture
from benchmarks.page_walk import walk
from tests.e2e.conftest import FLAGS, NEEDS
from tests.e2e.demo_place import DemoPlace, copied
from tests.e2e.every_page import Eyes, the_rest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]
MICROPHONE = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
ZOOMED = {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4}
"""A window of 1,280 by 1,024 pixels at 400%."""


@pytest.fixture(scope="module")
def place(filled_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPlace]:
    with copied(filled_demo, tmp_path_factory.mktemp("pages") / "service", shared=True) as served:
        yield served


@pytest.fixture(scope="module")
def looked(browser: Any, place: DemoPlace) -> Eyes:
    """After the whole walk."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=NEEDS)
    with recording(browser) as able:
        eyes = Eyes(browser=able, url=place.url, axe=axe.Axe())
        walk(eyes)
        the_rest(eyes)
    return eyes


@contextmanager
def recording(browser: Any) -> Iterator[Any]:
    """A browser beside the tests' own one that has a microphone, as the pictures' walk records with it."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    able = browser.browser_type.launch(executable_path=chromium, args=[*FLAGS, *MICROPHONE])
    try:
        yield able
    finally:
        able.close()


def test_no_page_has_anything_that_axe_or_the_policy_finds_or_is_wider_than_its_window(looked: Eyes) -> None:
    assert looked.faults == []


def test_no_page_logs_an_error_or_asks_anybody_else(looked: Eyes) -> None:
    assert looked.problems == []


def test_at_400_percent_nothing_scrolls_sideways(browser: Any, place: DemoPlace, looked: Eyes) -> None:
    ends = {
        "worker": ("", "/voices", "/check", "/transcript", "/reflection", "/sharing", "/permissions", "/feedback"),
        "coach": ("/review", "/comparison", "/feedback"),
        "administrator": ("/administration/people", "/administration/audit", "/administration/retention"),
    }
    wide = []
    for who, paths in ends.items():
        context = browser.new_context(**ZOOMED)
        page = context.new_page()
        place.sign_in(page, who)
        for path in ("/", *paths):
            page.goto(place.url + path if path.startswith("/administration") or path == "/" else place.here + path)
            wide += [path] if page.evaluate(SIDEWAYS) else []
        context.close()
    assert wide == []


def test_every_page_route_was_looked_at(looked: Eyes) -> None:
    assert without_picture(page_routes(), looked.seen) == []
