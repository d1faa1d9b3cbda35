"""Adding a session in a real browser: permissions, an upload, a recording that survives a closed page, progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.audit.records import Purpose
from service.database.tables import recording
from service.database.words import Content
from tests.e2e.adding_house import Served, served
from tests.e2e.conftest import NEEDS, WATCH
from tests.service.council import VISIT, wav

pytestmark = pytest.mark.slow
MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served")) as made:
        yield made


@pytest.fixture(scope="module")
def chromium(launched: Callable[..., Any]) -> Any:
    """One that hears a beep every second instead of a microphone."""
    return launched(*MICROPHONE)


class Browser:
    """The worker's. ``problems``: whatever the console said, violations of the policy among it."""

    def __init__(self, context: Any, site: Served) -> None:
        self.context = context
        self.site = site
        self.problems: list[str] = []

    def open(self, path: str) -> Any:
        page = self.context.new_page()
        page.on("console", lambda message: self.problems.append(message.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.goto(self.site.url + path)
        return page


@pytest.fixture
def browser_of_worker(chromium: Any, site: Served) -> Iterator[Browser]:
    context = chromium.new_context()
    context.add_cookies([{"name": "sid", "value": site.cookie, "url": site.url}])
    context.add_init_script(WATCH)
    yield Browser(context, site)
    context.close()


def agreed_session(site: Served) -> str:
    made: str = site.council.worker.done("POST", "/sessions", VISIT)["id"]
    site.council.agree(made)
    return made


def content_of(site: Served, session_id: str) -> bytes:
    """The newest recording as the service keeps it."""
    parts, actor = site.council.parts, site.council.worker.actor
    with parts.database.reading() as rows:
        newest = select(recording.c.blob_id).where(recording.c.session_id == session_id)
        blob_id = rows.execute(newest.order_by(recording.c.received_ms.desc())).scalars().first()
    assert blob_id is not None
    with (
        parts.broker.open(actor, session_id, Content.RECORDING, purpose=Purpose.REFLECTION) as opened,
        opened.read(blob_id) as reader,
    ):
        return reader.readall() or b""


def test_from_the_form_to_the_recording_everything_goes_by_the_keyboard(browser_of_worker: Browser) -> None:
    page = browser_of_worker.open("/sessions/new")
    page.get_by_role("button", name="Save and go on to permissions").press("Enter")
    page.get_by_role("button", name="Everybody said yes to reflection").press("Enter")
    page.get_by_role("button", name="Save answers").press("Enter")
    page.get_by_role("button", name="Add the recording").press("Enter")
    page.get_by_label("Choose the recording’s file").wait_for()
    assert page.url.endswith("/recording")
    assert browser_of_worker.problems == []


def test_progress_moves_by_itself_and_ends_with_the_way_on(browser_of_worker: Browser, site: Served) -> None:
    session_id = agreed_session(site)
    site.council.upload(session_id)
    page = browser_of_worker.open(f"/sessions/{session_id}/progress")
    assert page.get_by_text("It begins when a worker is free.").is_visible()
    site.council.work()
    page.get_by_role("button", name="Go on to the session").wait_for()
    assert page.locator("[data-standing=done]").count() == 8
    assert browser_of_worker.problems == []


def test_an_upload_goes_on_where_it_stood_after_its_page_was_closed(
    browser_of_worker: Browser, site: Served, tmp_path: Path
) -> None:
    session_id, file = agreed_session(site), tmp_path / "A name of somebody.wav"
    sound = wav(b"hum " * (5 * MIB))
    file.write_bytes(sound)
    page = browser_of_worker.open(f"/sessions/{session_id}/recording")
    arrived = []

    def broken(route: Any) -> None:
        if route.request.method == "PATCH":
            arrived.append(route.request.headers["upload-offset"])
        if len(arrived) > 1:
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/uploads/*", broken)
    page.get_by_label("Choose the recording’s file").set_input_files(file)
    page.get_by_text("Trying again").wait_for()
    assert "name" not in page.evaluate("JSON.stringify(localStorage)").replace("filename", "")
    page.close(run_before_unload=False)
    browser_of_worker.problems.clear()

    page = browser_of_worker.open(f"/sessions/{session_id}/recording")
    offsets = []
    page.on("request", lambda request: offsets.append(request.headers.get("upload-offset")))
    page.get_by_label("Choose the recording’s file").set_input_files(file)
    page.wait_for_url("**/progress")
    assert next(one for one in offsets if one) == str(8 * MIB)
    assert content_of(site, session_id) == sound
    assert page.evaluate("localStorage.length") == 0
    assert browser_of_worker.problems == []


def test_a_file_that_cannot_be_used_is_refused_beside_its_field(
    browser_of_worker: Browser, site: Served, tmp_path: Path
) -> None:
    file = tmp_path / "words.docx"
    file.write_bytes(b"PK\x03\x04" + bytes(500))
    page = browser_of_worker.open(f"/sessions/{agreed_session(site)}/recording")
    page.get_by_label("Choose the transcript’s file").set_input_files(file)
    page.locator("#transcript-error", has_text="Send WebVTT, SRT, JSON or CSV").wait_for()
    assert page.locator("#transcript").is_enabled()
    assert page.locator("#sending").is_hidden()


def test_a_recording_survives_a_closed_page_is_gone_on_with_and_is_sent_as_one_file(
    browser_of_worker: Browser, site: Served, tmp_path: Path
) -> None:
    session_id = agreed_session(site)
    page = browser_of_worker.open(f"/sessions/{session_id}/record")
    page.get_by_role("button", name="Start recording").click()
    page.wait_for_timeout(7_000)
    assert page.locator("#recorder-state").text_content() == "Recording"
    page.close(run_before_unload=False)

    page = browser_of_worker.open(f"/sessions/{session_id}/record")
    page.get_by_text("is kept in this browser").wait_for()
    page.get_by_role("button", name="Go on recording").click()
    page.wait_for_timeout(2_000)
    page.get_by_role("button", name="Pause").click()
    assert page.locator("#recorder-state").text_content() == "Paused, not recording"
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Send the recording").click()
    page.wait_for_url("**/progress")
    sent = tmp_path / "sent.webm"
    sent.write_bytes(content_of(site, session_id))
    times = packet_times(sent)
    assert times == sorted(times)
    assert 6.0 < times[-1] < 12.0
    page = browser_of_worker.open(f"/sessions/{session_id}/record")
    page.get_by_role("button", name="Start recording").wait_for()
    assert browser_of_worker.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(browser_of_worker: Browser, site: Served, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=NEEDS)
    session_id = agreed_session(site)
    names = ("", "/permissions", "/script", "/information", "/recording", "/record", "/progress", "/sharing", "/erase")
    page = browser_of_worker.open("/sessions/new")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/sessions/new", *(f"/sessions/{session_id}{name}" for name in names)):
        page.goto(site.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        results = axe.Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


def packet_times(file: Path) -> list[float]:
    """When each packet of a recording begins, in seconds."""
    av = pytest.importorskip("av")
    with av.open(str(file)) as opened:
        found = [packet for packet in opened.demux(audio=0) if packet.pts is not None]
        return [float(packet.pts * packet.time_base) for packet in found]
