"""What needs whom: the rows of the first page. No content is opened for it, and no session is asked about apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, exists, func, or_, select

from models.records.coding import Setting
from service.api.paging import Wanted, read_page
from service.audit.records import Purpose
from service.database.tables import (
    amendment,
    feedback,
    job,
    permission,
    person,
    recording,
    reflection,
    reply,
    review,
    session,
    upload,
)
from service.database.words import (
    AmendmentKind,
    Content,
    FeedbackState,
    How,
    JobFailure,
    PermissionAnswer,
    PermissionPurpose,
    ReplyKind,
    ReviewKind,
    ReviewState,
    SessionState,
    UploadState,
)
from service.keybroker.ports import Actor
from service.parts import Parts


class Need(StrEnum):
    """What a session waits for, as its worker sees it."""

    PERMISSIONS = "permissions"
    RECORDING = "recording"
    UPLOAD = "upload"
    WAITING = "waiting"
    WORK = "work"
    FAILED = "failed"
    LOCKED = "locked"
    VOICES = "voices"
    REFLECTION = "reflection"
    SHARING = "sharing"
    COACH = "coach"
    REVIEW = "review"
    CONVERSATION = "conversation"
    FEEDBACK = "feedback"
    NOTHING = "nothing"


class Turn(StrEnum):
    """What a session waits for, as its coach sees it."""

    BEGIN = "begin"
    GO_ON = "go-on"
    WRITE = "write"
    CONFIRM = "confirm"
    RELEASE = "release"
    ANSWER = "answer"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSession:
    """A session in its worker's list. ``failure``: why work on it failed; ``lasts_ms`` as in `QueuedSession`."""

    id: str
    held_on: str
    setting: Setting
    created_ms: int
    lasts_ms: int | None
    need: Need
    failure: JobFailure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedSession:
    """A session in a coach's queue. ``lasts_ms``: of the recording, None where it is not known or there is none.

    ``agreed_until_ms``: when the first permission for coaching is over, None where none ends.
    """

    id: str
    held_on: str
    setting: Setting
    worker: str
    shared_ms: int
    lasts_ms: int | None
    agreed_until_ms: int | None
    blind: bool
    turn: Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """A page of one's own sessions, newest first; ``next`` is the cursor of the next one."""

    items: tuple[OwnSession, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """A page of a queue, oldest first; ``next`` is the cursor of the next one."""

    items: tuple[QueuedSession, ...]
    next: str | None


def alike(listed: Iterable[OwnSession | QueuedSession]) -> frozenset[str]:
    """The days on which more than one of them was held: there the day alone does not tell one from the other."""
    return frozenset(day for day, times in Counter(one.held_on for one in listed).items() if times > 1)


def own_sessions(parts: Parts, actor: Actor, wanted: Wanted) -> OwnPage:
    """The actor's own sessions and what each waits for. Raises CursorError."""
    with parts.database.reading() as rows:
        theirs = parts.broker.visible_sessions(rows, actor, Purpose.REFLECTION)
        agreed = parts.broker.visible_sessions(rows, actor, Purpose.REFLECTION, content=Content.TRANSCRIPT)
        chosen = _own(theirs, agreed).where(session.c.worker_id == actor.person_id)
        found = read_page(rows, chosen, (session.c.created_ms, session.c.id), wanted)
    return OwnPage(items=tuple(map(_own_session, found.rows)), next=found.next)


def coach_queue(parts: Parts, actor: Actor, wanted: Wanted, *, done: bool = False) -> QueuePage:
    """Sessions shared with the actor as a coach; ``done``: those whose feedback is out. Raises CursorError."""
    with parts.database.reading() as rows:
        chosen = _queue(rows, parts, actor)
        finished = and_(_released_by(actor.person_id), ~_unanswered(actor.person_id))
        chosen = chosen.where(finished if done else ~finished)
        keys = (session.c.shared_ms, session.c.id)
        found = read_page(rows, chosen, keys, wanted, newest_first=done)
    return QueuePage(items=tuple(map(_queued, found.rows)), next=found.next)


def _own(theirs: Select[tuple[str]], agreed: Select[tuple[str]]) -> Select[Any]:
    here = session.c.id
    newest_job = select(job.c.reason).where(job.c.session_id == here).order_by(job.c.created_ms.desc(), job.c.id.desc())
    kept = and_(recording.c.session_id == here, recording.c.deleted_ms.is_(None))
    released = and_(feedback.c.session_id == here, feedback.c.state == FeedbackState.RELEASED)
    return select(
        session.c.id, session.c.held_on, session.c.setting, session.c.state, session.c.created_ms,
        session.c.shared_ms, session.c.review_begun_ms,
        _lasts().label("lasts_ms"),
        here.in_(agreed).label("agreed"),
        exists().where(kept).label("recorded"),
        exists().where(kept, recording.c.kind == "sound").label("has_sound"),
        exists().where(upload.c.session_id == here, upload.c.state == UploadState.OPEN).label("uploading"),
        newest_job.limit(1).scalar_subquery().label("reason"),
        exists().where(amendment.c.session_id == here, amendment.c.kind == AmendmentKind.ROLE).label("voiced"),
        exists().where(reflection.c.session_id == here, reflection.c.rated_ms.is_not(None)).label("rated"),
        exists()
        .where(feedback.c.session_id == here, feedback.c.state == FeedbackState.CONFIRMED, feedback.c.heard.is_(None))
        .label("confirmed"),
        exists().where(released).label("released"),
        exists().where(released, _replied(ReplyKind.ANSWER, ReplyKind.CONTEST)).label("replied"),
    ).where(here.in_(theirs))  # fmt: skip


def _own_session(row: RowMapping) -> OwnSession:
    need = _need(row)
    return OwnSession(
        id=row["id"], held_on=row["held_on"], setting=Setting(row["setting"]), created_ms=row["created_ms"],
        lasts_ms=row["lasts_ms"], need=need,
        failure=JobFailure(row["reason"]) if need is Need.FAILED and row["reason"] else None,
    )  # fmt: skip


def _need(row: RowMapping) -> Need:
    state = SessionState(row["state"])
    if state is SessionState.DRAFT:
        if not row["agreed"]:
            return Need.PERMISSIONS
        return Need.UPLOAD if row["uploading"] else Need.WAITING if row["recorded"] else Need.RECORDING
    if state is SessionState.QUARANTINED or not row["agreed"]:
        return Need.LOCKED
    at_work = {
        SessionState.WAITING: Need.WAITING,
        SessionState.PROCESSING: Need.WORK,
        SessionState.FAILED: Need.FAILED,
    }
    return at_work.get(state) or _need_of_ready(row)


def _need_of_ready(row: RowMapping) -> Need:
    """The furthest point that it has reached says what comes next."""
    reached = (
        (row["replied"], Need.NOTHING),
        (row["released"], Need.FEEDBACK),
        (row["confirmed"], Need.CONVERSATION),
        (row["review_begun_ms"] is not None, Need.REVIEW),
        (row["shared_ms"] is not None, Need.COACH),
        (row["has_sound"] and not row["voiced"], Need.VOICES),
        (not row["rated"], Need.REFLECTION),
    )
    return next((need for there, need in reached if there), Need.SHARING)


def _queue(rows: Connection, parts: Parts, actor: Actor) -> Select[Any]:
    here, me = session.c.id, actor.person_id
    visible = parts.broker.visible_sessions(rows, actor, Purpose.COACHING)
    mine = and_(review.c.session_id == here, review.c.coach_id == me)
    newest = (review.c.begun_ms.desc(), review.c.id.desc())
    written = select(feedback.c.state).where(feedback.c.session_id == here, feedback.c.author_id == me)
    return (
        select(
            session.c.id, session.c.held_on, session.c.setting, session.c.shared_ms, person.c.shown_name,
            _lasts().label("lasts_ms"),
            _first_end(parts.clock()).label("agreed_until_ms"),
            select(review.c.kind).where(mine).order_by(*newest).limit(1).scalar_subquery().label("kind"),
            select(review.c.state).where(mine).order_by(*newest).limit(1).scalar_subquery().label("review_state"),
            written.order_by(feedback.c.changed_ms.desc(), feedback.c.id).limit(1).scalar_subquery().label("written"),
            _unanswered(me).label("unanswered"),
        )
        .join(person, person.c.id == session.c.worker_id)
        .where(here.in_(visible), session.c.worker_id != me)
    )  # fmt: skip


def _queued(row: RowMapping) -> QueuedSession:
    return QueuedSession(
        id=row["id"], held_on=row["held_on"], setting=Setting(row["setting"]), worker=row["shown_name"],
        shared_ms=row["shared_ms"], lasts_ms=row["lasts_ms"], agreed_until_ms=row["agreed_until_ms"],
        blind=row["kind"] == ReviewKind.BLIND, turn=_turn(row),
    )  # fmt: skip


def _turn(row: RowMapping) -> Turn:
    if row["unanswered"]:
        return Turn.ANSWER
    by_feedback = {
        FeedbackState.RELEASED.value: Turn.DONE,
        FeedbackState.CONFIRMED.value: Turn.RELEASE,
        FeedbackState.IN_REVIEW.value: Turn.CONFIRM,
    }
    if row["written"] in by_feedback:
        return by_feedback[row["written"]]
    if row["review_state"] is None:
        return Turn.BEGIN
    return Turn.WRITE if row["review_state"] == ReviewState.FINISHED else Turn.GO_ON


def _lasts() -> Any:
    """How long the session's recording lasts in ms, as the newest work on it measured it."""
    measured = select(job.c.audio_ms).where(job.c.session_id == session.c.id, job.c.audio_ms.is_not(None))
    return measured.order_by(job.c.created_ms.desc(), job.c.id).limit(1).scalar_subquery()


def _released_by(author_id: str) -> ColumnElement[bool]:
    theirs = and_(feedback.c.session_id == session.c.id, feedback.c.author_id == author_id)
    return exists().where(theirs, feedback.c.state == FeedbackState.RELEASED)


def _replied(*kinds: ReplyKind) -> ColumnElement[bool]:
    return exists().where(reply.c.feedback_id == feedback.c.id, reply.c.kind.in_(kinds)).correlate(feedback)


def _unanswered(author_id: str) -> ColumnElement[bool]:
    """The worker contests something, and its author has said nothing to that yet."""
    later = reply.alias("later")
    answered = exists().where(
        later.c.feedback_id == reply.c.feedback_id, later.c.kind == ReplyKind.RESPONSE, later.c.number > reply.c.number
    )
    return exists().where(
        feedback.c.session_id == session.c.id, feedback.c.author_id == author_id, reply.c.feedback_id == feedback.c.id,
        reply.c.kind == ReplyKind.CONTEST, ~answered.correlate(reply),
    ).correlate(session)  # fmt: skip


def _first_end(now_ms: int) -> Any:
    """When the first standing permission for coaching ends."""
    later = permission.alias("later")
    by_parent, later_by_parent = permission.c.how == How.THROUGH_PARENT, later.c.how == How.THROUGH_PARENT
    replaced = exists().where(
        later.c.participant_id == permission.c.participant_id, later.c.purpose == permission.c.purpose,
        later.c.number > permission.c.number, or_(and_(by_parent, later_by_parent), and_(~by_parent, ~later_by_parent)),
    )  # fmt: skip
    return (
        select(func.min(permission.c.until_ms))
        .where(
            permission.c.session_id == session.c.id,
            permission.c.purpose == PermissionPurpose.COACHING,
            permission.c.answer == PermissionAnswer.GIVEN,
            permission.c.until_ms > now_ms,
            ~replaced,
        )
        .scalar_subquery()
    )
