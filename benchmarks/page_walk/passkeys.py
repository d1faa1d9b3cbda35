"""Passkeys: none, one, the second step that it brings, a new proof with it. In the end there are none again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.page_walk.acts import entered
from benchmarks.page_walk.pretended_device import pretended_device
from service.demo.people import COACH, PASSWORD

if TYPE_CHECKING:
    from benchmarks.page_pictures import Camera


def unlocking(camera: Camera, page: Any) -> None:
    """A coach adds a passkey, signs in with password and passkey, and removes it."""
    pretended_device(page)
    entered(camera, page, COACH.sign_in_name)
    page.goto(f"{camera.url}/account/passkeys")
    page.get_by_label("What do you call it?").fill("The phone for work")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("Your passkey is added.").wait_for()
    page.goto(f"{camera.url}/account/passkeys")
    camera.take(page, "account-passkeys", dark=True)
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_label("Sign-in name").fill(COACH.sign_in_name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use your passkey").wait_for()
    camera.take(page, "sign-in-second")
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(f"{camera.url}/")
    page.goto(f"{camera.url}/confirm")
    camera.take(page, "confirm-passkey")
    page.goto(f"{camera.url}/account/passkeys")
    page.get_by_role("button", name="Remove").click()
    page.get_by_text("That passkey is removed.").wait_for()
