"""A new session: permissions, its recording in three ways, the work on it, and its end."""

from __future__ import annotations

import io
import re
import wave
from typing import TYPE_CHECKING, Any

from benchmarks.page_walk.acts import pressed, sent, shot, tried
from pipelines.demo import demo_recording

if TYPE_CHECKING:
    from benchmarks.page_pictures import Camera

SLOWLY = {"offline": False, "latency": 50, "downloadThroughput": -1, "uploadThroughput": 60_000}
FREELY = SLOWLY | {"latency": 0, "uploadThroughput": -1}
AT_WORK_MS = 180_000


def bringing(camera: Camera, page: Any) -> None:
    """From the first form to a session that was erased."""
    here = permitted(camera, page, added(camera, page))
    for step in (recorded, uploaded, failing, ended):
        tried(step, camera, page, here)


def added(camera: Camera, page: Any) -> str:
    """A session without permissions; its address. First with a day that is none."""
    shot(camera, page, f"{camera.url}/sessions/new", "worker-new")
    page.get_by_label("Day").fill("40")
    pressed(page, "Save and go on to permissions")
    camera.take(page, "worker-new-refused")
    camera.forgive("/sessions/new")
    page.goto(f"{camera.url}/sessions/new")
    page.get_by_label("Child or young person").fill("1")
    page.get_by_label("What was it for? (optional)").fill("A first visit after a referral")
    pressed(page, "Save and go on to permissions")
    return str(page.url.removesuffix("/permissions"))


def permitted(camera: Camera, page: Any, here: str) -> str:
    """Everybody has agreed to everything; the session's address."""
    camera.take(page, "worker-permissions")
    shot(camera, page, f"{here}/script", "worker-script")
    shot(camera, page, f"{here}/information", "worker-information")
    shot(camera, page, f"{here}/recording", "worker-recording-not-yet")
    page.goto(f"{here}/permissions")
    for yes in page.locator("input[type=radio][value=given]").all():
        yes.check()
    page.get_by_label("They said so").check()
    pressed(page, "Save answers")
    camera.take(page, "worker-permissions-there")
    shot(camera, page, here, "worker-session-new")
    return here


def recorded(camera: Camera, page: Any, here: str) -> None:
    """The recorder, off and on; what it recorded is discarded."""
    shot(camera, page, f"{here}/progress", "worker-progress-none")
    shot(camera, page, f"{here}/record", "worker-record")
    page.get_by_role("button", name="Start recording").click()
    page.locator("[data-state=on]").wait_for()
    page.wait_for_timeout(2500)
    camera.take(page, "worker-record-on")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.locator("[data-state=done]").wait_for()
    camera.take(page, "worker-record-done")
    page.once("dialog", lambda asked: asked.accept())
    page.get_by_role("button", name="Discard it").click()
    page.locator("[data-state=off]").wait_for()


def uploaded(camera: Camera, page: Any, here: str) -> None:
    """A file on its way over a slow line, the work on it, and that it was stopped."""
    shot(camera, page, f"{here}/recording", "worker-recording")
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOWLY)
    page.locator("#sound").set_input_files(demo_recording())
    page.locator("#sending").wait_for()
    page.wait_for_timeout(3000)
    camera.take(page, "worker-recording-sending")
    line.send("Network.emulateNetworkConditions", FREELY)
    page.wait_for_url("**/progress", timeout=AT_WORK_MS)
    page.locator("[data-standing=now]").wait_for(timeout=AT_WORK_MS)
    camera.take(page, "worker-progress")
    page.goto(f"{here}/progress")
    pressed(page, "Stop this")
    page.get_by_role("button", name="Try again").wait_for(timeout=AT_WORK_MS)
    shot(camera, page, f"{here}/progress", "worker-progress-stopped")


def failing(camera: Camera, page: Any, here: str) -> None:
    """A file that is no recording, and a recording in which nobody speaks."""
    page.goto(f"{here}/recording")
    page.locator("#sound").set_input_files({"name": "a.mp3", "mimeType": "audio/mpeg", "buffer": b"not a sound" * 900})
    page.locator("#sound-error:not([hidden])").wait_for()
    camera.take(page, "worker-recording-refused")
    camera.forgive("/recording")
    page.locator("#sound").set_input_files({"name": "a.wav", "mimeType": "audio/wav", "buffer": _silence()})
    page.wait_for_url("**/progress", timeout=AT_WORK_MS)
    page.get_by_role("button", name="Try again").wait_for(timeout=AT_WORK_MS)
    shot(camera, page, f"{here}/progress", "worker-progress-failed")
    shot(camera, page, f"{camera.url}/", "worker-home-several")


def _silence() -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(2 * 16_000 * 5))
    return held.getvalue()


def ended(camera: Camera, page: Any, here: str) -> None:
    """Somebody takes back what they agreed to, and the session ends."""
    shot(camera, page, f"{here}/erase", "worker-erase")
    page.goto(f"{here}/permissions")
    page.get_by_role("link", name=re.compile("^Take back")).first.click()
    camera.take(page, "worker-withdrawal")
    at = page.url
    page.get_by_label("Reflection").check()
    pressed(page, "Continue")
    camera.take(page, "worker-withdrawal-sure")
    sent(page, at, ("purposes", "reflection"), ("sure", "yes"))
    shot(camera, page, here, "worker-session-over")
