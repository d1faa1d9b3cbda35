"""The way through every page that pictures are taken of: as a worker, a coach and an administrator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from service.demo.people import ADMINISTRATOR, COACH, PASSWORD, WORKER

if TYPE_CHECKING:
    from benchmarks.page_pictures import Camera

SECOND = "second-coach@demo"
RATINGS = (3, 4, 2, 4, 3, 3, 2)
SCORES = (3, 4, 3, 4, 3, 4, 2)
OTHER_SCORES = (4, 4, 3, 3, 3, 2, 2)
REASON = "As I heard it in the recording."
SEND = """([address, fields]) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = address;
    for (const [name, value] of fields) {
        const input = document.createElement("input");
        input.name = name;
        input.value = value;
        form.append(input);
    }
    document.body.append(form);
    form.submit();
}"""


def walk(camera: Camera) -> None:
    """Everything, in the order in which it happens."""
    worker = camera.window()
    worker.goto(f"{camera.url}/sign-in")
    camera.take(worker, "sign-in", dark=True)
    entered(camera, worker, WORKER.sign_in_name)
    session = worker.locator(".site-rows__title a").first.get_attribute("href").split("/")[2]
    here = f"{camera.url}/sessions/{session}"
    worker.goto(f"{here}/sharing")
    pressed(worker, "Take sharing back")
    understanding(camera, worker, here)
    reflecting(camera, worker, here)
    adding(camera, worker)
    around(camera, worker)
    administrator = camera.window()
    entered(camera, administrator, ADMINISTRATOR.sign_in_name)
    second = administering(camera, administrator, session)
    coach = camera.window()
    entered(camera, coach, COACH.sign_in_name)
    reviewing(camera, coach, here)
    review(second, here, OTHER_SCORES)
    second.goto(f"{here}/comparison")
    camera.take(second, "coach-comparison")
    feeding_back(camera, coach, worker, here)


def entered(camera: Camera, page: Any, name: str) -> None:
    """Somebody has signed in."""
    page.goto(f"{camera.url}/sign-in")
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{camera.url}/")


def sent(page: Any, at: str, address: str, *fields: tuple[str, str]) -> None:
    """A form of the page ``at`` was sent, as a browser without scripts would send it."""
    page.goto(at)
    token = page.locator("input[name=csrf]").first.get_attribute("value")
    with page.expect_navigation() as led:
        page.evaluate(SEND, [address, [("csrf", token), *fields]])
    if not led.value or led.value.status >= 400:
        raise RuntimeError(f"{address} was refused")


def shot(camera: Camera, page: Any, address: str, name: str, *, dark: bool = False) -> None:
    """One page by its address."""
    page.goto(address)
    camera.take(page, name, dark=dark)


def understanding(camera: Camera, page: Any, here: str) -> None:
    """A session that is ready: home, its page, voices, passages, transcript."""
    shot(camera, page, f"{camera.url}/", "worker-home", dark=True)
    shot(camera, page, here, "worker-session")
    shot(camera, page, f"{here}/progress", "worker-progress")
    shot(camera, page, f"{here}/voices", "worker-voices")
    pressed(page, "Confirm who is who")
    shot(camera, page, f"{here}/check", "worker-check")
    shot(camera, page, f"{here}/transcript", "worker-transcript-closed")
    utterance = page.locator("li.said").nth(1).get_attribute("id")
    shot(camera, page, f"{here}/transcript?edit={utterance}", "worker-transcript")


def reflecting(camera: Camera, page: Any, here: str) -> None:
    """Rating oneself, looking at what is suggested, sharing."""
    shot(camera, page, f"{here}/reflection", "worker-reflection-start")
    shot(camera, page, f"{here}/reflection/without", "worker-without-rating")
    for place, rating in enumerate(RATINGS):
        page.goto(f"{here}/reflection")
        page.get_by_role("button", name=re.compile("^Rate (yourself|the next element)$")).click()
        page.locator(f"input[name=rating][value='{rating}']").check()
        if place == 0:
            camera.take(page, "worker-rate", dark=True)
        pressed(page, "Save and go on")
    page.goto(f"{here}/reflection")
    pressed(page, "Show me what the program suggests")
    shot(camera, page, f"{here}/reflection", "worker-reflection", dark=True)
    shot(camera, page, f"{here}/reflection/share", "worker-share")
    pressed(page, "Share this session")
    shot(camera, page, f"{here}/sharing", "worker-sharing")
    shot(camera, page, f"{here}/feedback", "worker-no-feedback-yet")


def adding(camera: Camera, page: Any) -> None:
    """A new session, up to where its recording is sent."""
    shot(camera, page, f"{camera.url}/sessions/new", "worker-new-session")
    pressed(page, "Save and go on to permissions")
    here = page.url.removesuffix("/permissions")
    camera.take(page, "worker-permissions")
    shot(camera, page, f"{here}/script", "worker-script")
    shot(camera, page, f"{here}/information", "worker-information")
    page.goto(f"{here}/permissions")
    for yes in page.locator("input[type=radio][value=given]").all():
        yes.check()
    page.get_by_label("They said so").check()
    pressed(page, "Save answers")
    shot(camera, page, f"{here}/recording", "worker-recording")
    shot(camera, page, f"{here}/record", "worker-record")
    page.goto(f"{here}/permissions")
    page.get_by_role("link", name=re.compile("^Take back")).first.click()
    camera.take(page, "worker-withdrawal")
    shot(camera, page, f"{here}/erase", "worker-erase")


def around(camera: Camera, page: Any) -> None:
    """What every role has."""
    for end in ("account", "account/password", "account/tokens", "help", "accessibility", "about-scores"):
        shot(camera, page, f"{camera.url}/{end}", end.replace("/", "-"))
    shot(camera, page, f"{camera.url}/sessions/nowhere", "not-found")
    camera.problems[:] = [one for one in camera.problems if "/sessions/nowhere" not in one]


def administering(camera: Camera, page: Any, session: str) -> Any:
    """People, and a second coach among them; then everything else. Gives the second coach's window."""
    at = f"{camera.url}/administration"
    shot(camera, page, f"{at}/people/new", "administrator-invite")
    page.get_by_label("Name that others see").fill("Second demo coach")
    page.get_by_label("Sign-in name").fill(SECOND)
    page.get_by_label("Coach", exact=True).check()
    pressed(page, "Invite and make a link")
    camera.take(page, "administrator-link")
    link = re.search(rf"{re.escape(camera.url)}/welcome/[^\s\"'<]+", page.content())
    second = camera.window()
    second.goto(link.group(0) if link else "")
    camera.take(second, "welcome")
    second.get_by_label("Password", exact=True).fill(PASSWORD)
    pressed(second, "Choose this password")
    if "/sign-in" in second.url:
        entered(camera, second, SECOND)
    coached(page, at)
    shot(camera, page, f"{at}/people", "administrator-people")
    page.get_by_role("link", name="Second demo coach").first.click()
    camera.take(page, "administrator-person")
    overseeing(camera, page, at, session)
    return second


def coached(page: Any, at: str) -> None:
    """The second coach coaches the worker too; there is a team."""
    page.goto(f"{at}/coaching")
    page.get_by_label("Coach", exact=True).select_option(label=f"Second demo coach ({SECOND})")
    page.get_by_label("Worker", exact=True).select_option(label=f"{WORKER.shown_name} ({WORKER.sign_in_name})")
    pressed(page, "Begin this relationship")
    page.goto(f"{at}/teams")
    page.get_by_label("Name of the team").fill("North")
    pressed(page, "Make the team")


def overseeing(camera: Camera, page: Any, at: str, session: str) -> None:
    """All that an administrator looks at."""
    shot(camera, page, at, "administrator-overview", dark=True)
    for end in ("teams", "coaching", "permissions", "erasures", "retention", "audit", "health"):
        shot(camera, page, f"{at}/{end}", f"administrator-{end}")
    shot(camera, page, f"{at}/permissions/{session}", "administrator-session")
    shot(camera, page, f"{at}/retention/sound", "administrator-retention-kind")
    shot(camera, page, f"{at}/audit/check", "administrator-audit-check")


def reviewing(camera: Camera, page: Any, here: str) -> None:
    """The queue, the workspace, its keys, every score."""
    shot(camera, page, f"{camera.url}/", "coach-home")
    shot(camera, page, f"{here}/review", "coach-begin")
    pressed(page, "Begin the review")
    shot(camera, page, f"{here}/review", "coach-workspace", dark=True)
    page.keyboard.press("?")
    camera.take(page, "coach-keys", whole=False)
    for about in [one.get_attribute("data-about") for one in page.locator("li.flag").all()][:8]:
        sent(page, f"{here}/review", f"{here}/review/flag", ("act", f"accept {about}"))
    review(page, here, SCORES)
    shot(camera, page, f"{here}/review", "coach-finished")


def review(page: Any, here: str, scores: tuple[int, ...]) -> None:
    """A review with a score for every element, finished."""
    sent(page, f"{here}/review", f"{here}/review")
    page.goto(f"{here}/review")
    elements = [one.get_attribute("data-element") for one in page.locator("details[data-element]").all()]
    for element, score in zip(elements, scores, strict=True):
        fields = (("element", element), ("score", str(score)), ("reason", REASON), ("own", "1"))
        sent(page, f"{here}/review", f"{here}/review/score", *fields)
    sent(page, f"{here}/review", f"{here}/review/finish")


def feeding_back(camera: Camera, coach: Any, worker: Any, here: str) -> None:
    """From the draft to the worker's own view of a score."""
    shot(camera, coach, f"{here}/feedback", "coach-feedback-begin")
    pressed(coach, "Start a draft")
    moment = coach.locator("fieldset:has(.feedback-moment)").first
    moment.get_by_label("What went well").fill("You asked an open question and then waited for the whole answer.")
    moment.locator("input[type=checkbox]").first.check()
    coach.get_by_label("First next step").fill("Ask once more about what matters most, before you give advice.")
    pressed(coach, "Save the draft")
    shot(camera, coach, f"{here}/feedback", "coach-feedback-draft", dark=True)
    pressed(coach, "Go on to reading it")
    camera.take(coach, "coach-feedback-reading")
    pressed(coach, "I have read it and confirm it")
    camera.take(coach, "coach-feedback-confirmed")
    shot(camera, worker, f"{here}/feedback", "worker-waiver")
    pressed(worker, "I do not need a conversation first")
    coach.goto(f"{here}/feedback")
    pressed(coach, "Release it to the worker")
    shot(camera, worker, f"{here}/feedback", "worker-feedback", dark=True)
    contested = worker.locator("section.feedback-score").first
    contested.locator("summary", has_text="I see this differently").click()
    contested.get_by_label("How do you see it").fill("I think there is more of it near the end.")
    contested.get_by_role("button", name="Add your view").click()
    worker.wait_for_load_state()
    shot(camera, coach, f"{here}/feedback", "coach-feedback-contested")


def pressed(page: Any, words: str) -> None:
    """A button was pressed, and the next page is there."""
    with page.expect_navigation():
        page.get_by_role("button", name=words, exact=True).click()
