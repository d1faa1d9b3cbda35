"""A worker with a session that is ready: putting it right, reflecting on it, sharing it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from benchmarks.page_walk.acts import pressed, shot

if TYPE_CHECKING:
    from benchmarks.page_pictures import Camera

RATINGS = (3, 4, 2, 4, 3, 3, 2)
MOST_PASSAGES = 80
_ALL_RIGHT = """async ([address, most]) => {
    let page = await (await fetch(address)).text();
    for (let done = 0; done < most; done += 1) {
        const form = new DOMParser().parseFromString(page, "text/html").querySelector("#answer");
        if (!form) return;
        const body = new URLSearchParams(new FormData(form));
        body.set("do", "right");
        page = await (await fetch(address, { method: "POST", body })).text();
    }
}"""


def understanding(camera: Camera, page: Any, here: str) -> None:
    """A session that is ready: home, its page, voices, passages, transcript."""
    shot(camera, page, f"{here}/sharing", "worker-sharing-back")
    pressed(page, "Take sharing back")
    shot(camera, page, f"{camera.url}/", "worker-home", dark=True)
    shot(camera, page, here, "worker-session")
    shot(camera, page, f"{here}/details", "worker-details")
    shot(camera, page, f"{here}/progress", "worker-progress-done")
    shot(camera, page, f"{here}/voices", "worker-voices")
    pressed(page, "Confirm who is who")
    shot(camera, page, f"{here}/voices", "worker-voices-confirmed")
    shot(camera, page, f"{here}/check", "worker-check")
    shot(camera, page, f"{here}/transcript", "worker-transcript")
    utterance = page.locator("li.said").nth(1).get_attribute("id")
    shot(camera, page, f"{here}/transcript?edit={utterance}", "worker-transcript-change")
    checked(camera, page, here)


def checked(camera: Camera, page: Any, here: str) -> None:
    """Every passage was listened to."""
    page.evaluate(_ALL_RIGHT, [f"{here}/check", MOST_PASSAGES])
    shot(camera, page, f"{here}/check", "worker-check-done")


def reflecting(camera: Camera, page: Any, here: str) -> None:
    """Rating oneself, looking at what is suggested, sharing."""
    shot(camera, page, f"{here}/reflection", "worker-reflection-start")
    shot(camera, page, f"{here}/reflection/without", "worker-reflection-without")
    for place, rating in enumerate(RATINGS):
        page.goto(f"{here}/reflection")
        page.get_by_role("button", name=re.compile("^Rate (yourself|the next element)$")).click()
        page.locator(f"input[name=rating][value='{rating}']").check()
        if place == 0:
            camera.take(page, "worker-rate")
        pressed(page, "Save and go on")
    shot(camera, page, f"{here}/reflection", "worker-reflection-rated")
    pressed(page, "Show me what the program suggests")
    shot(camera, page, f"{here}/reflection", "worker-reflection")
    shot(camera, page, f"{here}/sharing", "worker-sharing")
    pressed(page, "Share with my coach")
    shot(camera, page, f"{here}/feedback", "worker-feedback-not-yet")
