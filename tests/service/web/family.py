"""Sessions as rows, for pages that open no content: a worker with a coach, and what was done with their sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, update

from service.database.tables import (
    amendment,
    coaching,
    confirmation,
    feedback,
    job,
    participant,
    permission,
    recording,
    reflection,
    reply,
    review,
    session,
    upload,
)
from service.ids import new_id
from tests.service.house import House

HASH = "0" * 64


@dataclass(kw_only=True)
class Family:
    """Whose sessions they are, and who coaches them."""

    house: House
    worker_id: str
    coach_id: str = ""

    def change(self, *statements: Any) -> None:
        with self.house.parts.database.writing() as rows:
            for one in statements:
                rows.execute(one)

    def session(self, state: str = "ready", *, agreed: bool = True, **given: Any) -> str:
        """A session that is the worker's; everybody agreed to reflection and coaching unless not ``agreed``."""
        one, now = new_id(), self.house.clock()
        facts = {
            "worker_id": self.worker_id, "setting": "direct_practice", "state": state, "lawful_basis": "public-task",
            "held_on": "2026-11-02", "permission_epoch": 1, "version": 1, "created_ms": now,
        }  # fmt: skip
        present = new_id()
        self.change(
            insert(session).values(id=one, **facts | given),
            insert(participant).values(id=present, session_id=one, role="practitioner", place=1),
        )
        for purpose in ("reflection", "coaching") if agreed else ():
            self.agree(one, present, purpose)
        return one

    def agree(self, session_id: str, participant_id: str, purpose: str, **given: Any) -> None:
        said = {"answer": "given", "how": "spoken", "statement": "worker-1", "said_ms": 0, "recorded_ms": 0}
        about = {"session_id": session_id, "participant_id": participant_id, "purpose": purpose}
        self.change(insert(permission).values(**about, **said | given))

    def shared(self, **given: Any) -> str:
        return self.session(shared_ms=self.house.clock(), **given)

    def recorded(self, session_id: str, kind: str = "sound") -> str:
        one = new_id()
        self.change(insert(recording).values(
            id=one, session_id=session_id, kind=kind, blob_id=new_id(), content_mac=new_id(), size_bytes=1,
            received_ms=0, file_name=b"-",
        ))  # fmt: skip
        return one

    def uploading(self, session_id: str) -> None:
        self.change(insert(upload).values(
            id=new_id(), session_id=session_id, person_id=self.worker_id, state="open", kind="sound", length_bytes=2,
            received_bytes=1, created_ms=0, seen_ms=0, until_ms=0, fence=1, file_name=b"-",
        ))  # fmt: skip

    def worked_on(self, session_id: str, **given: Any) -> None:
        facts = {"state": "done", "queue": "cpu", "attempts": 1, "fence": 1, "permission_epoch": 1, "created_ms": 0}
        self.change(insert(job).values(
            id=new_id(), session_id=session_id, recording_id=self.recorded(session_id), person_id=self.worker_id,
            **facts | given,
        ))  # fmt: skip

    def voiced(self, session_id: str) -> None:
        self.change(insert(amendment).values(
            session_id=session_id, kind="role", about="S1", body=b"-", act_id=new_id(), person_id=self.worker_id,
            made_ms=0,
        ))  # fmt: skip

    def rated(self, session_id: str) -> None:
        self.change(insert(reflection).values(
            id=new_id(), session_id=session_id, person_id=self.worker_id, body=b"-", version=1, rated_ms=1, changed_ms=1
        ))  # fmt: skip

    def review(self, session_id: str, **given: Any) -> str:
        one = new_id()
        facts = {"state": "open", "kind": "open", "scoring_key": HASH, "begun_ms": 1, "coach_id": self.coach_id}
        self.change(
            insert(review).values(id=one, session_id=session_id, **facts | given),
            update(session).where(session.c.id == session_id).values(review_begun_ms=1),
        )
        return one

    def feedback(self, session_id: str, state: str) -> str:
        """Feedback in a state, with what the database wants of it."""
        one = new_id()
        review_id = self.review(session_id, state="finished")
        self.change(insert(feedback).values(
            id=one, session_id=session_id, review_id=review_id, author_id=self.coach_id, worker_id=self.worker_id,
            state="draft", version=1, changed_ms=1, body=b"-", body_hash=HASH,
        ))  # fmt: skip
        steps: dict[str, dict[str, object]] = {
            "in-review": {},
            "confirmed": {"confirmed_hash": HASH, "confirmed_by": self.coach_id},
            "talked": {"heard": "conversation", "heard_by": self.coach_id, "heard_ms": 1},
            "released": {"released_by": self.coach_id, "released_ms": 1},
        }
        for step in () if state == "draft" else tuple(steps):
            if step == "confirmed":
                self.change(insert(confirmation).values(
                    session_id=session_id, feedback_id=one, body_hash=HASH, person_id=self.coach_id, made_ms=1
                ))  # fmt: skip
            known = {} if step == "talked" else {"state": step}
            self.change(update(feedback).where(feedback.c.id == one).values(**known, **steps[step]))
            if step == state:
                break
        return one

    def replied(self, session_id: str, feedback_id: str, kind: str) -> None:
        self.change(insert(reply).values(
            feedback_id=feedback_id, session_id=session_id, kind=kind, about="whole", body=b"-", act_id=new_id(),
            person_id=self.worker_id, made_ms=1,
        ))  # fmt: skip

    def coached(self) -> None:
        self.change(insert(coaching).values(
            id=new_id(), coach_id=self.coach_id, worker_id=self.worker_id, from_ms=0
        ))  # fmt: skip
