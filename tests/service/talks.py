"""Sessions with much in them: documents of any length put beside those that a job made, as the newest."""

from __future__ import annotations

import json
import random
from dataclasses import replace

from sqlalchemy import insert, select

from models.records.coding import Code, CodedUtterance, Flag, Setting
from models.records.rubric import Rubric
from models.records.scoring import Evidence, Scoring, Suggestion
from models.records.session import Session, SessionUtterance
from models.records.speech import Role, Word
from pipelines.outputs.coding_json import coding_json, coding_of
from pipelines.outputs.scoring_json import scoring_json, scoring_of
from pipelines.outputs.session_json import from_json, to_json
from pipelines.rubrics import shipped_rubric
from service.audit.records import Action, Purpose
from service.blobs.identity import new_blob_id
from service.database.tables import artefact
from service.ids import new_id
from service.jobs.records import CONTENTS, Document
from service.keybroker.ports import Actor
from service.parts import Parts
from service.sessions.store import newest_artefact

LINES = {
    Role.PRACTITIONER: (
        "What would a calmer morning look like for the two of you?",
        "So when the letter came it felt like being accused all over again.",
        "You decide what happens next with the school, and I can tell you what I know about it.",
        "The school told me that he was late nine times since September, and that is why I am here today.",
        "Have you rung the housing officer?",
    ),
    Role.PARENT_OR_CARER: (
        "I just get so tired, and then I shout, and I hate it afterwards.",
        "Nobody ever asked me that before.",
        "I want him to get there on time, I really do, only it is never that simple with the little one up all night.",
        "Yeah.",
    ),
}
CODES = (
    Code(code="question", probability=0.9, sure=True),
    Code(code="open_question", probability=0.8, sure=True),
)
LONG = 4_000
"""Milliseconds from one utterance to the next: 900 of them are an hour."""


def put_documents(parts: Parts, session_id: str, documents: dict[Document, bytes]) -> None:
    """Keep documents as the newest of a session, sealed as a worker seals them."""
    content_key = new_id() * 2
    for document, content in documents.items():
        kind, blob = CONTENTS[document], new_blob_id()
        actor = Actor.worker(new_id())
        with parts.broker.open(
            actor, session_id, kind, purpose=Purpose.REFLECTION, action=Action.EDIT
        ) as opened, opened.write(blob) as writer:  # fmt: skip
            writer.write(content)
        with parts.database.writing() as rows:
            epoch = rows.execute(
                select(artefact.c.permission_epoch).where(artefact.c.session_id == session_id)
            ).scalars().first()  # fmt: skip
            rows.execute(insert(artefact).values(
                blob_id=blob, session_id=session_id, stage=document.value, content=kind, content_key=content_key,
                size_bytes=len(content), permission_epoch=epoch or 1, made_ms=parts.clock() + 1,
            ))  # fmt: skip


def lengthen(parts: Parts, session_id: str, utterances: int, *, flags: int = 400, seed: int = 7) -> None:
    """Give a session that was worked on this many utterances, with about this many flags, and a score for each element.

    Two voices take turns; every worker's utterance may be flagged, with one element after the other.
    """
    rubric, odds = shipped_rubric(Setting.DIRECT_PRACTICE), random.Random(seed)
    session = from_json(_read(parts, session_id, Document.SESSION))
    coding = coding_of(_read(parts, session_id, Document.CODING), "The coding")
    scoring = scoring_of(_read(parts, session_id, Document.SCORING), "The scoring")
    said = tuple(_utterance(place, odds) for place in range(utterances))
    coded = _coded(said, rubric, flags, odds)
    put_documents(parts, session_id, {
        Document.SESSION: to_json(_session(session, said)).encode(),
        Document.CODING: coding_json(replace(coding, utterances=coded)).encode(),
        Document.SCORING: scoring_json(_scored(scoring, coded, rubric, odds)).encode(),
        Document.PEAKS: json.dumps([round(odds.random(), 3) for _ in range(1200)]).encode(),
    })  # fmt: skip


def _read(parts: Parts, session_id: str, document: Document) -> bytes:
    with parts.database.reading() as rows:
        found = newest_artefact(rows, session_id, document.value)
    assert found is not None
    actor = Actor.worker(new_id())
    with parts.broker.open(
        actor, session_id, CONTENTS[document], purpose=Purpose.REFLECTION, action=Action.VIEW
    ) as opened, opened.read(found[0]) as reader:  # fmt: skip
        return reader.readall() or b""


def _utterance(place: int, odds: random.Random) -> SessionUtterance:
    role = Role.PRACTITIONER if place % 2 == 0 else Role.PARENT_OR_CARER
    text = odds.choice(LINES[role])
    start = place * LONG
    words = tuple(
        Word(start_ms=start + 200 * at, end_ms=start + 200 * at + 180, text=word, probability=0.9)
        for at, word in enumerate(text.split()[:18])
    )
    return SessionUtterance(
        id=f"u{start:08}", start_ms=start, end_ms=start + LONG - 400, speaker=f"SPEAKER_0{place % 2}", role=role,
        role_confidence=0.9, text=text, words=words, overlap=False, margin=0.7, checks=(),
    )  # fmt: skip


def _session(session: Session, said: tuple[SessionUtterance, ...]) -> Session:
    recording = replace(session.recording, duration_ms=len(said) * LONG)
    return replace(session, recording=recording, utterances=said, turns=(), checks=())


def _coded(
    said: tuple[SessionUtterance, ...], rubric: Rubric, flags: int, odds: random.Random
) -> tuple[CodedUtterance, ...]:
    workers = [one.id for one in said if one.role is Role.PRACTITIONER]
    each, rest = divmod(flags, max(1, len(workers)))
    more = set(odds.sample(workers, rest))
    elements, made, given = [one.id for one in rubric.elements], [], 0
    for place, one in enumerate(said):
        found = []
        for _ in range(each + (one.id in more) if one.role is Role.PRACTITIONER else 0):
            direction = "-" if odds.random() < 0.25 else "+"
            element = elements[given % len(elements)]
            found.append(Flag(element=element, direction=direction, indicator="", probability=0.8))
            given += 1
        made.append(CodedUtterance(
            id=one.id, turn=place + 1, speaker=one.speaker, role=one.role, text=one.text,
            codes=CODES if one.role is Role.PRACTITIONER else (), flags=tuple(found),
        ))  # fmt: skip
    return tuple(made)


def _scored(scoring: Scoring, coded: tuple[CodedUtterance, ...], rubric: Rubric, odds: random.Random) -> Scoring:
    suggestions = []
    for element in rubric.elements:
        behind = [
            Evidence(utterance=one.id, turn=one.turn, direction=flag.direction, indicator="", moved=0.4)
            for one in coded for flag in one.flags if flag.element == element.id
        ][:4]  # fmt: skip
        score = odds.choice((2, 3, 4))
        suggestions.append(Suggestion(
            element=element.id, score=score, low=score - 1, high=score + 1, because="From 3: evidence for and against.",
            chances=(0.1, 0.2, 0.4, 0.2, 0.1), evidence=tuple(behind),
        ))  # fmt: skip
    return replace(scoring, suggestions=tuple(suggestions))
