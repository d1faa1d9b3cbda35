"""What every role has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.page_walk.acts import pressed, shot, went
from service.demo.people import PASSWORD

if TYPE_CHECKING:
    from benchmarks.page_pictures import Camera


def around(camera: Camera, page: Any) -> None:
    """The account, help, and a page that is not there."""
    for end in ("account", "account/password", "help", "accessibility"):
        shot(camera, page, f"{camera.url}/{end}", end.replace("/", "-"))
    shot(camera, page, f"{camera.url}/about-scores", "about-scores")
    shot(camera, page, f"{camera.url}/confirm?next=/account/tokens", "confirm")
    tokens(camera, page)
    shot(camera, page, f"{camera.url}/sessions/nowhere", "not-found")
    camera.forgive("/sessions/nowhere")


def tokens(camera: Camera, page: Any) -> None:
    """An access token was made."""
    went(page, f"{camera.url}/account/tokens")
    ask = page.get_by_role("button", name="Confirm", exact=True)
    if ask.count():
        ask.click()
        page.get_by_label("Your password").fill(PASSWORD)
        pressed(page, "Confirm")
    page.get_by_label("What is it for?").fill("The import every night")
    page.locator("input[name=scope]").first.check()
    pressed(page, "Make the token")
    camera.take(page, "account-tokens")
