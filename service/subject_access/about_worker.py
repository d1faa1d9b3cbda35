"""What is kept about the worker of a session: suggested and confirmed scores, notes, released feedback and replies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, select

from service.database.tables import decision, feedback, reply, review
from service.database.words import Content, DecisionKind, FeedbackState, ReviewState
from service.feedback.acting import FIELD, REPLY_FIELD
from service.feedback.records import Body
from service.jobs.records import Document
from service.keybroker.ports import Opened
from service.parts import Parts
from service.reviews.folding import Kept, given_by, standing
from service.sessions.store import newest_artefact
from service.subject_access.records import iso
from service.transcripts.records import Standing

Open = Callable[[Content], Opened]
_DECISION = "decision.body"


def about_worker(parts: Parts, session_id: str, opened: Open, stands: Standing | None) -> dict[str, Any]:
    """All of it, as JSON. Of reviews only finished ones, of feedback only what is released.

    ``opened`` asks the broker for one kind of content. Raises RefusedError.
    """
    with parts.database.reading() as rows:
        scoring = newest_artefact(rows, session_id, Document.SCORING)
        decisions = _decisions(rows, session_id)
        written = list(_rows(rows, feedback, feedback.c.session_id == session_id, feedback.c.released_ms))
        said = list(_rows(rows, reply, reply.c.session_id == session_id, reply.c.number))
    released = [one for one in written if one.state == FeedbackState.RELEASED]
    return {
        "suggested": _suggested(opened, scoring[0]) if scoring else [],
        **_reviewed(opened, decisions),
        "feedback": _feedback(opened, released, stands),
        "replies": _replies(opened, said),
    }


def _suggested(opened: Open, blob_id: str) -> list[dict[str, Any]]:
    with opened(Content.CODING) as known, known.read(blob_id) as reader:
        scoring = json.loads(reader.readall() or b"{}")
    wanted = ("element", "score", "low", "high")
    return [{name: one.get(name) for name in wanted} for one in scoring.get("suggestions", ())]


def _decisions(rows: Connection, session_id: str) -> dict[str, list[Any]]:
    """The rows of each finished review, sealed."""
    finished = select(review.c.id).where(review.c.session_id == session_id, review.c.state == ReviewState.FINISHED)
    found: dict[str, list[Any]] = {}
    for one in _rows(rows, decision, decision.c.review_id.in_(finished), decision.c.number):
        found.setdefault(one.review_id, []).append(one)
    return found


def _reviewed(opened: Open, decisions: dict[str, list[Any]]) -> dict[str, Any]:
    confirmed: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    if decisions:
        with opened(Content.REVIEW) as known:
            for found in decisions.values():
                kept = [_kept(one, json.loads(known.unseal(_DECISION, one.body))) for one in found]
                confirmed += [{"element": element, **asdict(given)} for element, given in given_by(kept).items()]
                notes += [{"text": str(one.body["text"])} for one in standing(kept) if one.kind is DecisionKind.NOTE]
    return {"confirmed": confirmed, "notes": notes}


def _kept(row: Any, body: dict[str, object]) -> Kept:
    return Kept(
        number=row.number, kind=DecisionKind(row.kind), about=row.about, act_id=row.act_id, body=body,
        undoes=row.undoes,
    )  # fmt: skip


def _feedback(opened: Open, released: list[Any], stands: Standing | None) -> list[dict[str, Any]]:
    """Its quotes name utterances as they stand now, so that it is known whose words they are."""
    if not released:
        return []
    found = []
    with opened(Content.FEEDBACK) as known:
        for row in released:
            body = asdict(Body.unpacked(known.unseal(FIELD, row.body)))
            for strength in body["strengths"]:
                for moment in strength["moments"]:
                    moment["utterance"] = stands.now(moment["utterance"]) if stands else moment["utterance"]
            found.append({"released": iso(row.released_ms), **body})
    return found


def _replies(opened: Open, said: list[Any]) -> list[dict[str, Any]]:
    if not said:
        return []
    with opened(Content.REPLY) as known:
        return [
            {
                "kind": row.kind, "about": row.about, "said": iso(row.made_ms),
                "words": str(json.loads(known.unseal(REPLY_FIELD, row.body))["words"]),
            }
            for row in said
        ]  # fmt: skip


def _rows(rows: Connection, table: Any, where: Any, order: Any) -> Iterator[Any]:
    """Rows whose content is still there."""
    yield from rows.execute(select(table).where(where, table.c.body.is_not(None)).order_by(order))
