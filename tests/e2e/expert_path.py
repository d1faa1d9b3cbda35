"""From a transcript that the pipeline made to feedback that its worker reads, as an expert goes through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.demo.people import COACH, PASSWORD, WORKER
from tests.e2e.demo_place import DemoPlace, ready
from tests.e2e.hands import Hands

FIXES = {
    "had a couple of the night": ("e", "a couple the"),
    "could smell brink when": ("e", "drink"),
    "unbacked to throught last roar": ("w", "Seven years old. He had his jumper on back to front last week and I never "
                                            "even noticed. I don't want to be that mum."),
    "I was drinking, never free": ("w", "Yes, Karen. Connor loves that dog. In the summer I wasn't drinking, and the "
                                        "three of us walked the long way round. He would race me to the gate."),
    "I want that jack": ("e", "back"),
    "a large man for seven": ("w", "Well, what you want is a proper routine. Phone off at nine, no wine in the house, "
                                   "alarm on for seven."),
    "sister about some day": ("w", "So you'll ask your sister about Sunday, and I'll ring the nurse tomorrow. I'll be "
                                   "back next Thursday at four, and we can see how many races to the gate there have "
                                   "been."),
    "I might see the nurse": ("w", "Not a group. I might see the nurse. My sister could have him on a Sunday night, so "
                                   "I get one proper sleep."),
    "The couple of the night before.": ("w", "A couple the night before."),
}  # fmt: skip
"""What the program heard wrongly in the passages that it doubts, and what the expert hears there: over the marked
words (e), or over all of them (w)."""
VERDICTS = ("a", "a", "a", "x", "a", "a", "u")
"""Most flags are right; an expert says so where one is not."""
STRENGTH = "You waited after you asked about the mornings, and Connor came into the room."
STEP = "Ask what they make of it before you say what worries you."
SAID = "I will try that on Thursday."
READY = "html[data-review=ready]"
PLAYED = "() => document.getElementById('sound').played.length > 0"


@dataclass(frozen=True, kw_only=True)
class ExpertPath:
    """The worker and the coach, each at a window of their own; both count into the same counts."""

    place: DemoPlace
    worker: Hands
    coach: Hands

    def walk(self) -> None:
        """All of it."""
        self._sign_in(self.worker, WORKER.sign_in_name)
        self._roles()
        self._checks()
        self._share()
        self._sign_in(self.coach, COACH.sign_in_name)
        self._begin()
        self._flags()
        self._elements()
        self._feedback()
        self._read()

    def _stage(self, name: str) -> None:
        self.worker.counts.stage(name)

    def _sign_in(self, hands: Hands, name: str) -> None:
        self._stage("signing in, both")
        page = hands.page
        page.goto(f"{self.place.url}/sign-in")
        hands.write(page.get_by_label("Sign-in name"), name)
        hands.press("Tab")
        hands.type(PASSWORD)
        with page.expect_navigation():
            hands.press("Enter")

    def _roles(self) -> None:
        self._stage("who is who")
        page = self.worker.page
        self.worker.lead(page.get_by_role("link", name="Say who is who"))
        self.worker.lead(page.get_by_role("button", name="Confirm who is who"))

    def _checks(self) -> None:
        """Every passage is heard: it plays by itself once that is switched on."""
        self._stage("please check")
        hands, page = self.worker, self.worker.page
        hands.use(page.locator("summary", has_text="Keys and settings"))
        hands.tick(page.get_by_label("Play each passage by itself"))
        while page.locator("#passage").count():
            page.wait_for_function(PLAYED)
            text = page.locator(".passage__said textarea").all_text_contents()
            fix = next((FIXES[wrong] for wrong in FIXES if any(wrong in one for one in text)), None)
            if fix:
                hands.press(fix[0])
                hands.type(fix[1])
            with page.expect_navigation():
                hands.press("Control+Enter" if fix else "a")
        page.get_by_text("All checked").wait_for()

    def _share(self) -> None:
        self._stage("sharing")
        page = self.worker.page
        ready(page)
        self.worker.lead(page.get_by_role("link", name="Share with my coach"))
        self.worker.lead(page.get_by_role("button", name="Share with my coach"))

    def _begin(self) -> None:
        self._stage("beginning the review")
        page = self.coach.page
        self.coach.lead(page.get_by_role("link", name="Begin the review"))
        self.coach.lead(page.get_by_role("button", name="Begin the review"))
        page.locator(READY).wait_for()

    def _flags(self) -> None:
        self._stage("flags")
        hands, page = self.coach, self.coach.page
        flags = page.locator(".flag").count()
        hands.press("n")
        for number in range(flags):
            hands.press(VERDICTS[number % len(VERDICTS)])
        assert page.locator("#count").inner_text() == f"{flags} of {flags} decided"

    def _elements(self) -> None:
        """The suggestions, but for one that the coach hears otherwise."""
        self._stage("elements")
        hands, page = self.coach, self.coach.page
        elements = page.locator("details[data-element]").count()
        for number in range(elements):
            before = page.locator("#elements-count").inner_text()
            key = "3" if number == 1 else "s"
            hands.press(key)
            if page.locator("#elements-count").inner_text() == before:  # no moment of it was heard yet
                hands.press("e")
                hands.press(key)
        assert page.locator("#elements-count").inner_text() == f"{elements} of {elements} scored"
        page.locator("#saved[data-state=saved]").wait_for(timeout=20_000)
        hands.lead(page.get_by_role("button", name="Finish the review"))

    def _feedback(self) -> None:
        self._stage("feedback and release")
        hands, page = self.coach, self.coach.page
        hands.lead(page.get_by_role("link", name="Write the feedback"))
        hands.lead(page.get_by_role("button", name="Start a draft"))
        first = page.locator("fieldset.feedback-element:has(.feedback-moment)").first
        hands.write(first.get_by_label("What went well"), STRENGTH)
        hands.tick(first.locator("input[type=checkbox]").first)
        hands.write(page.get_by_label("First next step"), STEP)
        hands.lead(page.get_by_role("button", name="Save and go on to reading it"))
        for words in ("I have read it and confirm it", "We have talked about it", "Release it to the worker"):
            hands.lead(page.get_by_role("button", name=words))
        page.get_by_text("The worker can read this feedback now").wait_for()

    def _read(self) -> None:
        self._stage("the worker reads it")
        page = self.worker.page
        self.worker.lead(page.get_by_label("Menu").get_by_role("link", name="Home"))
        self.worker.lead(page.get_by_role("link", name="Read your feedback"))
        said: Any = page.get_by_text(STRENGTH)
        assert said.is_visible()
        assert page.get_by_text(STEP).is_visible()


class FormsPath(ExpertPath):
    """The same without scripts: every step is a form."""

    def _checks(self) -> None:
        self._stage("please check")
        page = self.worker.page
        while page.locator("#passage").count():
            self.worker.lead(page.get_by_role("button", name="It is right"))
        assert page.get_by_text("All checked").is_visible()

    def _begin(self) -> None:
        self._stage("beginning the review")
        self.coach.lead(self.coach.page.get_by_role("link", name="Begin the review"))
        self.coach.lead(self.coach.page.get_by_role("button", name="Begin the review"))

    def _flags(self) -> None:
        self._stage("flags")
        left = self.coach.page.locator(".flag--suggested")
        while count := left.count():
            self.coach.lead(left.first.get_by_role("button", name="Accept"))
            assert left.count() == count - 1

    def _elements(self) -> None:
        self._stage("elements")
        page = self.coach.page
        for element in [one.get_attribute("data-element") for one in page.locator("details[data-element]").all()]:
            self._unfold(element)
            opening = page.locator(f"#element-{element}").get_by_role("button", name="Open the evidence")
            if opening.count():
                self.coach.lead(opening)
                self._unfold(element)
            self.coach.lead(page.locator(f"#element-{element} button[name=take]"))
        self.coach.lead(page.get_by_role("button", name="Finish the review"))

    def _unfold(self, element: str) -> None:
        card = self.coach.page.locator(f"#element-{element}")
        if card.get_attribute("open") is None:
            self.coach.use(card.locator("summary").first)
