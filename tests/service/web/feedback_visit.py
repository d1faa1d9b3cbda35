"""A council with a session that was reviewed, and people who visit its pages of feedback."""

from __future__ import annotations

import re
from dataclasses import dataclass

from httpx2 import Response
from sqlalchemy import update

from models.records.coding import Setting
from pipelines.rubrics import shipped_rubric
from service.database.tables import session
from service.database.words import ReviewKind
from service.feedback.usecases import Feedbacks
from service.ids import new_id
from service.reviews.records import Act, ActKind
from service.reviews.usecases import Reviews
from tests.service.council import Caller, Council

ELEMENTS = tuple(one.id for one in shipped_rubric(Setting.DIRECT_PRACTICE).elements)
NEXT = "Ask, then wait for five seconds."


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One reviewed session, and its pages. ``utterance``: one that the coach found to be empathic."""

    council: Council
    session_id: str
    review_id: str
    utterance: str
    quote: str

    @property
    def path(self) -> str:
        return f"/sessions/{self.session_id}/feedback"

    def get(self, who: Caller, more: str = "") -> Response:
        return who.client.get(self.path + more, headers={**who.headers, "Accept": "text/html"}, follow_redirects=False)

    def post(self, who: Caller, more: str, fields: dict[str, str]) -> Response:
        headers = {name: value for name, value in who.headers.items() if name != "X-CSRF"}
        sent = {"csrf": who.headers["X-CSRF"], **fields}
        return who.client.post(
            self.path + more, data=sent, headers={**headers, "Accept": "text/html"}, follow_redirects=False
        )  # fmt: skip

    def hidden(self, text: str) -> dict[str, str]:
        """The hidden fields that a step's form has."""
        names = ("feedback_id", "version", "body_hash")
        found = {name: re.search(rf'name="{name}" value="([^"]*)"', text) for name in names}
        return {name: match[1] for name, match in found.items() if match}

    def step(self, step: str) -> Response:
        coach = self.council.coach
        return self.post(coach, "/step", {**self.hidden(self.get(coach).text), "step": step})

    def draft(self, **more: str) -> Response:
        coach = self.council.coach
        words = {
            "strength.empathy": "You named what was hard.",
            "words.empathy": "Steady.",
            "moment.empathy": self.utterance,
            f"quote.empathy.{self.utterance}": self.quote,
            "step.0": NEXT,
        }
        return self.post(coach, "/draft", {**self.hidden(self.get(coach).text), **words, **more})

    def begin(self) -> Response:
        return self.post(self.council.coach, "", {"review_id": self.review_id})

    def release(self) -> None:
        """All the way by the pages' own forms."""
        for done in (self.begin(), self.draft(), *map(self.step, ("send", "confirm", "talked", "release"))):
            assert done.status_code == 303, done.text

    def feedbacks(self) -> Feedbacks:
        return Feedbacks(parts=self.council.parts)


def reviewed(council: Council) -> Visit:
    """A session that was worked on, shared, and reviewed by the worker's coach."""
    session_id = council.ready("reflection", "coaching")
    council.worker.done("PUT", f"/sessions/{session_id}/sharing")
    reviews, coach = Reviews(parts=council.parts), council.coach.actor
    begun = reviews.begin(coach, session_id, ReviewKind.OPEN)
    said = council.coach.get(f"/sessions/{session_id}/documents/session?purpose=coaching").json()["utterances"][0]
    found = Act(act_id=new_id(), kind=ActKind.FLAG, about=f"{said['id']}:empathy+", body={"verdict": "add"})
    scores = (
        Act(act_id=new_id(), kind=ActKind.SCORE, about=element, body={"score": 3, "reason": "heard"})
        for element in ELEMENTS
    )
    assert not reviews.act(coach, begun.id, [found, *scores]).refused
    reviews.finish(coach, begun.id)
    return Visit(
        council=council, session_id=session_id, review_id=begun.id, utterance=said["id"], quote=said["text"]
    )  # fmt: skip


def unshare(council: Council, session_id: str) -> None:
    with council.parts.database.writing() as rows:
        rows.execute(update(session).where(session.c.id == session_id).values(shared_ms=None))
