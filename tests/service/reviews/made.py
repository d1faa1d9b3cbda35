"""A session that is shared and scored, coaches, and acts in short."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert

from models.records.coding import CodedUtterance, Coding, Flag, Setting
from models.records.provenance import Engine
from models.records.rubric import RubricRef
from models.records.scoring import Evidence, NoScore, Scoring, Suggestion
from models.records.speech import Role
from pipelines.outputs.coding_json import coding_json
from pipelines.outputs.scoring_json import scoring_json
from pipelines.rubrics import shipped_rubric
from service.audit.records import Action, Purpose
from service.blobs.identity import new_blob_id
from service.database.tables import artefact, session
from service.database.words import Content, StaffRole
from service.ids import new_id
from service.jobs.records import CONTENTS, Document
from service.keybroker.ports import Actor
from service.parts import Parts
from service.reviews.records import Act, ActKind, ReviewState
from service.reviews.usecases import Reviews
from tests.service.sessions.test_sessions import someone

ELEMENTS = tuple(one.id for one in shipped_rubric(Setting.DIRECT_PRACTICE).elements)
ENGINE = Engine(name="pretended", version="1")
FIRST, SECOND = "u3:empathy+", "u5:autonomy-"
"""Two flags of every session that is made here."""


def a_coach(parts: Parts) -> Actor:
    return someone(parts, StaffRole.COACH)


def to_review(parts: Parts, *, utterances: int = 12, key: str = "a" * 64) -> str:
    """The id of a session that is shared, with a coding and a scoring."""
    worker, session_id, now = someone(parts, StaffRole.PRACTITIONER), new_id(), parts.clock()
    values = {"setting": "direct_practice", "state": "ready", "lawful_basis": "public-task", "held_on": "2026-11-20"}
    parts.broker.create(worker, session_id)
    with parts.database.writing() as rows:
        rows.execute(
            insert(session).values(
                id=session_id, worker_id=worker.person_id, created_ms=now, shared_ms=now, **values
            )
        )  # fmt: skip
    scored(parts, session_id, utterances=utterances, key=key)
    return session_id


def scored(parts: Parts, session_id: str, *, utterances: int = 12, key: str) -> None:
    """A coding and a scoring of the session, made now."""
    made = {
        Document.CODING: coding_json(a_coding(utterances)),
        Document.SCORING: scoring_json(a_scoring()),
    }
    worker = Actor.worker(new_id())
    with parts.broker.open(
        worker, session_id, Content.CODING, purpose=Purpose.REFLECTION, action=Action.EDIT
    ) as opened:
        for document, text in made.items():
            blob_id = new_blob_id()
            with opened.write(blob_id) as writer:
                writer.write(text.encode())
            with parts.database.writing() as rows:
                rows.execute(insert(artefact).values(
                    blob_id=blob_id, session_id=session_id, stage=document, content=CONTENTS[document],
                    content_key=key, size_bytes=len(text), permission_epoch=1, made_ms=parts.clock(),
                ))  # fmt: skip


def a_coding(utterances: int = 12) -> Coding:
    """Every third utterance is flagged for empathy, every fifth against autonomy."""
    return Coding(
        engine=ENGINE,
        setting=Setting.DIRECT_PRACTICE,
        change_goal=None,
        utterances=tuple(_utterance(number) for number in range(1, utterances + 1)),
    )


def a_scoring() -> Scoring:
    ref = RubricRef(id="msw", version="1", status="draft_unvalidated", digest="d" * 64)
    return Scoring(judge=ENGINE, coder=ENGINE, rubric=ref, suggestions=tuple(map(_suggestion, ELEMENTS)), measures=())


def act(kind: str, about: str = "", /, act_id: str = "", **body: object) -> Act:
    return Act(act_id=act_id or new_id(), kind=ActKind(kind), about=about, body=body)


def score(element: str, given: int | None, **more: object) -> Act:
    return act("score", element, score=given, **{"reason": "heard it all", **more})


def all_scored(given: int = 3, **others: int) -> list[Act]:
    """A score for each element, with a reason."""
    return [score(element, others.get(element, given)) for element in ELEMENTS]


def finished(reviews: Reviews, coach: Actor, session_id: str, acts: Iterable[Act]) -> ReviewState:
    """A coach's own view of a session, finished."""
    begun = reviews.begin(coach, session_id)
    assert not reviews.act(coach, begun.id, list(acts)).refused
    reviews.reveal(coach, begun.id)
    return reviews.finish(coach, begun.id)


def _utterance(number: int) -> CodedUtterance:
    flags = [("empathy", "+", 3), ("autonomy", "-", 5)]
    return CodedUtterance(
        id=f"u{number}",
        turn=number,
        speaker=f"SPEAKER_0{number % 2}",
        role=Role.PRACTITIONER,
        text="It was hard for you that nobody asked what you thought of the plan before it was made.",
        flags=tuple(
            Flag(element=element, direction=direction, indicator="x", probability=0.8)
            for element, direction, every in flags
            if number % every == 0
        ),
    )


def _suggestion(element: str) -> Suggestion:
    if element not in ("empathy", "autonomy"):
        return Suggestion(element=element, score=None, reason=NoScore.NOT_ENOUGH_EVIDENCE, because="Too little.")
    utterance, direction = ("u3", "+") if element == "empathy" else ("u5", "-")
    moved = Evidence(utterance=utterance, turn=3, direction=direction, indicator="x", moved=0.5)
    other = Evidence(utterance="u1", turn=1, direction="+", indicator="x", moved=0.1)
    return Suggestion(
        element=element, score=4, low=3, high=5, because="Two moments.", chances=(0.0, 0.1, 0.2, 0.5, 0.2),
        evidence=(moved, other), listen_first=True,
    )  # fmt: skip
