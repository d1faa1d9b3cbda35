"""Coaches: the queue, the workspace, two views of one session, and feedback until it is contested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.page_walk.acts import pressed, sent, shot

if TYPE_CHECKING:
    from benchmarks.page_pictures import Camera

SCORES = (3, 4, 3, 4, 3, 4, 2)
OTHER_SCORES = (4, 4, 3, 3, 3, 2, 2)
REASON = "As I heard it in the recording."
FLAGS_DECIDED = 8


def reviewing(camera: Camera, page: Any, here: str) -> None:
    """The queue, the workspace, its keys, every score."""
    shot(camera, page, f"{camera.url}/", "coach-home")
    shot(camera, page, f"{here}/review", "coach-begin")
    pressed(page, "Begin the review")
    for about in [one.get_attribute("data-about") for one in page.locator("li.flag").all()][:FLAGS_DECIDED]:
        sent(page, f"{here}/review/flag", ("act", f"accept {about}"))
    shot(camera, page, f"{here}/review", "coach-workspace", dark=True)
    helped(camera, page)
    scored(page, here, SCORES)
    shot(camera, page, f"{here}/review", "coach-workspace-scored")
    sent(page, f"{here}/review/finish")
    shot(camera, page, f"{here}/review", "coach-finished")
    shot(camera, page, f"{here}/comparison", "coach-comparison-not-yet")
    camera.forgive("/comparison")


def helped(camera: Camera, page: Any) -> None:
    """What lies over the workspace: its keys, adding a flag; and one element's flags alone."""
    page.keyboard.press("?")
    page.locator("#help[open]").wait_for()
    camera.take(page, "coach-keys", whole=False)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("f")
    page.locator("#choose[open]").wait_for()
    camera.take(page, "coach-add-flag", whole=False)
    page.keyboard.press("Escape")
    page.locator("#only-element").select_option(index=1)
    camera.take(page, "coach-workspace-filtered", whole=False)


def scored(page: Any, here: str, scores: tuple[int, ...]) -> None:
    """A score of one's own for every element."""
    page.goto(f"{here}/review")
    elements = [one.get_attribute("data-element") for one in page.locator("details[data-element]").all()]
    for element, score in zip(elements, scores, strict=True):
        fields = (("element", element), ("score", str(score)), ("reason", REASON), ("own", "1"))
        sent(page, f"{here}/review/score", *fields)


def seeing_blind(camera: Camera, page: Any, here: str) -> None:
    """A second view that is blind: scores first, then the suggestions; and both views side by side."""
    sent(page, f"{here}/review", ("kind", "blind"))
    shot(camera, page, f"{here}/review", "coach-workspace-blind")
    shot(camera, page, f"{camera.url}/", "coach-home-blind")
    scored(page, here, OTHER_SCORES)
    sent(page, f"{here}/review/reveal")
    shot(camera, page, f"{here}/review", "coach-workspace-revealed")
    scored(page, here, OTHER_SCORES)
    sent(page, f"{here}/review/finish")
    shot(camera, page, f"{here}/comparison", "coach-comparison")


def deciding(camera: Camera, page: Any, here: str) -> None:
    """One of the two decides between the views."""
    page.goto(f"{here}/comparison")
    pressed(page, "Decide between them")
    camera.take(page, "coach-workspace-deciding")


def feeding_back(camera: Camera, coach: Any, worker: Any, here: str) -> None:
    """From the draft to the worker's own view of a score."""
    shot(camera, coach, f"{here}/feedback", "coach-feedback-begin")
    pressed(coach, "Start a draft")
    written(coach)
    shot(camera, coach, f"{here}/feedback", "coach-feedback-draft")
    pressed(coach, "Go on to reading it")
    camera.take(coach, "coach-feedback-reading")
    pressed(coach, "I have read it and confirm it")
    camera.take(coach, "coach-feedback-confirmed")
    shot(camera, worker, f"{here}/feedback", "worker-feedback-waiver")
    pressed(worker, "I do not need a conversation first")
    shot(camera, coach, f"{here}/feedback", "coach-feedback-to-release")
    pressed(coach, "Release it to the worker")
    camera.take(coach, "coach-feedback-released")
    shot(camera, coach, f"{camera.url}/?released=true", "coach-home-released")
    answered(camera, coach, worker, here)


def written(page: Any) -> None:
    """A draft with a strength, a quoted moment and a next step."""
    moment = page.locator("fieldset:has(.feedback-moment)").first
    moment.get_by_label("What went well").fill("You asked an open question and then waited for the whole answer.")
    moment.locator("input[type=checkbox]").first.check()
    page.get_by_label("First next step").fill("Ask once more about what matters most, before you give advice.")
    pressed(page, "Save the draft")


def answered(camera: Camera, coach: Any, worker: Any, here: str) -> None:
    """The worker reads it and contests a score; the coach sees that."""
    shot(camera, worker, f"{camera.url}/", "worker-home-feedback")
    shot(camera, worker, f"{here}/feedback", "worker-feedback")
    contested = worker.locator("section.feedback-score").first
    contested.locator("summary", has_text="I see this differently").click()
    contested.get_by_label("How do you see it").fill("I think there is more of it near the end.")
    with worker.expect_navigation():
        contested.get_by_role("button", name="Add your view").click()
    camera.take(worker, "worker-feedback-contested")
    shot(camera, coach, f"{camera.url}/", "coach-home-contested")
    shot(camera, coach, f"{here}/feedback", "coach-feedback-contested")
