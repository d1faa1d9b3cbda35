"""What the walk does on every page: signing in, pressing, sending a form, taking a picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from service.demo.people import PASSWORD

if TYPE_CHECKING:
    from benchmarks.page_pictures import Camera

_SEND = """async ([address, fields]) => {
    const csrf = document.querySelector("meta[name=csrf]").content;
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams([["csrf", csrf], ...fields]) });
    return answer.status;
}"""


def tried(step: Callable[..., Any], camera: Camera, *given: Any) -> Any:
    """A part of the walk, so that one that fails does not stop the others; what it gave, or None."""
    try:
        return step(camera, *given)
    except Exception as gone:
        camera.problems.append(f"{step.__name__}: {str(gone).partition(chr(10))[0]}")
        return None


def entered(camera: Camera, page: Any, name: str) -> None:
    """Somebody has signed in."""
    page.goto(f"{camera.url}/sign-in")
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{camera.url}/")


def refused(camera: Camera, page: Any) -> None:
    """A wrong password, and what the page says to it."""
    page.goto(f"{camera.url}/sign-in")
    page.get_by_label("Sign-in name").fill("worker@demo")
    page.get_by_label("Password", exact=True).fill("not the password")
    pressed(page, "Sign in")
    camera.take(page, "sign-in-refused")
    camera.forgive("/sign-in")


def shot(camera: Camera, page: Any, address: str, name: str, *, dark: bool = False) -> None:
    """One page by its address."""
    went(page, address)
    camera.take(page, name, dark=dark)


def went(page: Any, address: str) -> None:
    """To a page, through the question for the password where it is asked."""
    page.goto(address)
    if "/confirm" not in address:
        proved(page)


def proved(page: Any) -> None:
    """The password was given, where it is asked for before the page that one was led to."""
    if "/confirm" in page.url:
        page.get_by_label("Your password").fill(PASSWORD)
        pressed(page, "Confirm")


def sent(page: Any, address: str, *fields: tuple[str, str]) -> None:
    """A form was sent from the page that is there, without showing what comes next. Raises RuntimeError."""
    status = page.evaluate(_SEND, [address, list(fields)])
    if status >= 400:
        raise RuntimeError(f"{address} was refused: {status}")


def pressed(page: Any, words: str) -> None:
    """A button was pressed, and the next page is there."""
    with page.expect_navigation():
        page.get_by_role("button", name=words, exact=True).click()
