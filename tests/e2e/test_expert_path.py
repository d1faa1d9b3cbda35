"""The way of an expert through the demo's session, on a real transcript of the real pipeline, counted."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import WATCH
from tests.e2e.demo_place import DemoPlace, copied
from tests.e2e.expert_path import ExpertPath, FormsPath
from tests.e2e.hands import COUNT, Counts, Hands

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
MOST_PRESSES = 90
PATIENCE_MS = 60_000


@pytest.fixture
def place(filled_demo: Path, tmp_path: Path) -> Iterator[DemoPlace]:
    with copied(filled_demo, tmp_path / "service") as served:
        yield served


@pytest.fixture
def window(browser: Any, place: DemoPlace) -> Iterator[Callable[..., Any]]:
    """A new window that keeps the ``problems`` it ran into, and counts in the browser itself."""
    contexts = []

    def open_it(**options: Any) -> Any:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.problems = []
        page.on("console", lambda told: told.type in ("error", "warning") and page.problems.append(told.text))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("request", lambda asked: asked.url.startswith(place.url) or page.problems.append(asked.url))
        if options.get("java_script_enabled", True):
            page.add_init_script(WATCH + COUNT)
        return page

    yield open_it
    for context in contexts:
        context.close()


def told(counts: Counts, record_property: Callable[[str, object], None], how: str) -> None:
    """Keep what was counted with the test's result, and print it."""
    record_property(f"presses and clicks, {how}", counts.presses)
    record_property(f"characters typed, {how}", counts.characters)
    sys.stdout.write(f"\n{how}\n{counts.table()}\n")


@pytest.mark.parametrize("mouse", [True, False], ids=["keys and mouse", "keys alone"])
def test_an_expert_takes_a_session_to_released_feedback(
    place: DemoPlace, window: Callable[..., Any], record_property: Callable[[str, object], None], mouse: bool
) -> None:
    counts = Counts()
    worker, coach = (Hands(page=window(), counts=counts, mouse=mouse) for _ in range(2))
    ExpertPath(place=place, worker=worker, coach=coach).walk()
    told(counts, record_property, "keys and mouse" if mouse else "keys alone")
    keys, clicks = (sum(both) for both in zip(worker.agreed(), coach.agreed(), strict=True))
    seen, counted = (keys - counts.held - counts.characters, clicks), counts.keys_and_clicks
    assert worker.page.problems + coach.page.problems == []
    if mouse:
        assert seen == counted
        assert counts.presses <= MOST_PRESSES
    else:  # the browser keeps some presses of Tab within a player to itself
        assert seen[0] <= counted[0]
        assert seen[1] == counted[1] == 0


def test_the_whole_way_goes_by_forms_without_scripts(
    place: DemoPlace, window: Callable[..., Any], record_property: Callable[[str, object], None]
) -> None:
    counts = Counts()
    worker, coach = (Hands(page=window(java_script_enabled=False), counts=counts) for _ in range(2))
    FormsPath(place=place, worker=worker, coach=coach).walk()
    told(counts, record_property, "without scripts")
    assert worker.page.problems + coach.page.problems == []
