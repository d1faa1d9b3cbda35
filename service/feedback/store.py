"""All SQL about feedback, confirmations of it, and replies to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, func, insert, select, update

from models.records.coding import Setting
from service.database.tables import confirmation, decision, feedback, person, reply, review, session
from service.database.words import FeedbackState, ReplyKind, ReviewKind, ReviewState
from service.feedback.records import SECOND, Facts

_FACTS = tuple(feedback.c[name] for name in Facts.__slots__)


def of_author(rows: Connection, session_id: str, author_id: str) -> Facts | None:
    """The newest feedback of this author on a session; None where there is none."""
    wanted = _facts().where(feedback.c.session_id == session_id, feedback.c.author_id == author_id)
    return _first(rows, wanted.order_by(feedback.c.changed_ms.desc(), feedback.c.id))


def of_review(rows: Connection, review_id: str, author_id: str) -> Facts | None:
    """The feedback that this author wrote from a review."""
    wanted = _facts().where(feedback.c.review_id == review_id, feedback.c.author_id == author_id)
    return _first(rows, wanted)


def one(rows: Connection, feedback_id: str) -> Facts | None:
    """Feedback by its id."""
    return _first(rows, _facts().where(feedback.c.id == feedback_id))


def released_on(rows: Connection, session_id: str) -> Facts | None:
    """The feedback on a session that was released last."""
    wanted = _facts().where(feedback.c.session_id == session_id, feedback.c.state == FeedbackState.RELEASED)
    return _first(rows, wanted.order_by(feedback.c.released_ms.desc(), feedback.c.id))


def to_talk_about(rows: Connection, session_id: str) -> Facts | None:
    """Confirmed feedback on a session whose conversation is still to come."""
    wanted = _facts().where(feedback.c.session_id == session_id, feedback.c.state == FeedbackState.CONFIRMED)
    return _first(rows, wanted.where(feedback.c.heard.is_(None)))


def body_of(rows: Connection, feedback_id: str) -> bytes | None:
    """The sealed content; None where it was erased."""
    return rows.scalar(select(feedback.c.body).where(feedback.c.id == feedback_id))


def add(rows: Connection, facts: Facts, sealed: bytes) -> None:
    """Insert a draft."""
    values = {name: getattr(facts, name) for name in Facts.__slots__}
    rows.execute(insert(feedback).values(**values, body=sealed))


def keep(rows: Connection, seen: Facts, now: int, **values: object) -> bool:
    """Change feedback where its version and its state are still those that were seen; False where they are not."""
    same = (feedback.c.id == seen.id, feedback.c.version == seen.version, feedback.c.state == seen.state)
    changed = update(feedback).where(*same).values(version=seen.version + 1, changed_ms=now, **values)
    return rows.execute(changed).rowcount == 1


def confirm(rows: Connection, facts: Facts, person_id: str, now: int) -> None:
    """Keep that a person confirmed this content; once, however often they do."""
    who = {"feedback_id": facts.id, "body_hash": facts.body_hash, "person_id": person_id}
    there = select(confirmation.c.number).where(*(confirmation.c[name] == value for name, value in who.items()))
    if rows.execute(there).first() is None:
        rows.execute(insert(confirmation).values(**who, session_id=facts.session_id, made_ms=now))


def permission_epoch(rows: Connection, session_id: str) -> int | None:
    """The session's epoch now."""
    return rows.scalar(select(session.c.permission_epoch).where(session.c.id == session_id))


def worker_of(rows: Connection, session_id: str) -> str | None:
    """Whose session it is."""
    return rows.scalar(select(session.c.worker_id).where(session.c.id == session_id))


def about_session(rows: Connection, session_id: str) -> tuple[Setting, str]:
    """The setting of a session, and the day it was held on."""
    found = rows.execute(select(session.c.setting, session.c.held_on).where(session.c.id == session_id)).one()
    return Setting(found.setting), str(found.held_on)


def shown_name(rows: Connection, person_id: str) -> str:
    """What a member of staff is called."""
    return str(rows.scalar(select(person.c.shown_name).where(person.c.id == person_id)) or "")


def is_finished_at(rows: Connection, review_id: str, number: int) -> bool:
    """Whether a review is finished, and its last row has this number."""
    finished = select(review.c.id).where(review.c.id == review_id, review.c.state == ReviewState.FINISHED)
    last = rows.scalar(select(func.max(decision.c.number)).where(decision.c.review_id == review_id)) or 0
    return last == number and rows.execute(finished).first() is not None


def replies(rows: Connection, feedback_id: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """The replies to feedback, oldest first; those whose content was erased are left out."""
    wanted = select(reply).where(reply.c.feedback_id == feedback_id, reply.c.body.is_not(None))
    return rows.execute(wanted.order_by(reply.c.number)).all()


def is_kept(rows: Connection, feedback_id: str, act_id: str) -> bool:
    """Whether this reply was kept before."""
    same = (reply.c.feedback_id == feedback_id, reply.c.act_id == act_id)
    return rows.execute(select(reply.c.number).where(*same)).first() is not None


def add_reply(rows: Connection, facts: Facts, **values: object) -> None:
    """Append a reply."""
    rows.execute(insert(reply).values(feedback_id=facts.id, session_id=facts.session_id, **values))


def second_wanted(rows: Connection, visible: Select[tuple[str]]) -> tuple[str, ...]:
    """The ids among ``visible`` sessions where a second coder was asked for and no second review is finished yet."""
    done = exists().where(
        review.c.session_id == reply.c.session_id,
        review.c.kind == ReviewKind.SECOND,
        review.c.state == ReviewState.FINISHED,
    )
    wanted = select(reply.c.session_id).where(reply.c.about == SECOND, reply.c.kind == ReplyKind.CONTEST, ~done)
    return tuple(rows.scalars(wanted.where(reply.c.session_id.in_(visible)).distinct()))


def _facts() -> Select[Any]:
    return select(*_FACTS)


def _first(rows: Connection, wanted: Select[Any]) -> Facts | None:
    found = rows.execute(wanted.limit(1)).mappings().first()
    if found is None:
        return None
    return Facts(**dict(found) | {"state": FeedbackState(found["state"]), "body_hash": found["body_hash"] or ""})
