"""All SQL about reviews and their decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from models.records.coding import Setting
from service.database.tables import artefact, decision, feedback, review, session
from service.database.words import FeedbackState, ReviewKind, ReviewState
from service.jobs.records import Document
from service.reviews.deciding import Draft

_CONFIRMED = (FeedbackState.CONFIRMED, FeedbackState.RELEASED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A review's row, with what it takes from its session's."""

    id: str
    session_id: str
    coach_id: str
    kind: ReviewKind
    state: ReviewState
    scoring_key: str
    begun_ms: int
    revealed_ms: int | None
    finished_ms: int | None
    setting: Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What of a session may have changed since the broker decided."""

    permission_epoch: int
    shared_ms: int | None
    review_begun_ms: int | None
    setting: Setting


def review_of(rows: Connection, review_id: str) -> Stored | None:
    """A review; None where there is none."""
    found = rows.execute(_reviews().where(review.c.id == review_id)).one_or_none()
    return None if found is None else _stored(found)


def reviews_of(rows: Connection, session_id: str) -> tuple[Stored, ...]:
    """The reviews of a session, oldest first."""
    return _all(rows, _reviews().where(review.c.session_id == session_id))


def reviews_by(rows: Connection, coach_id: str, visible: Select[tuple[str]]) -> tuple[Stored, ...]:
    """A coach's reviews of the sessions among ``visible`` ids, oldest first."""
    return _all(rows, _reviews().where(review.c.coach_id == coach_id, review.c.session_id.in_(visible)))


def shared_of(rows: Connection, session_id: str) -> Shared | None:
    """What of a session decides whether it can be reviewed still."""
    wanted = select(session.c.permission_epoch, session.c.shared_ms, session.c.review_begun_ms, session.c.setting)
    found = rows.execute(wanted.where(session.c.id == session_id)).one_or_none()
    if found is None:
        return None
    return Shared(
        permission_epoch=found.permission_epoch,
        shared_ms=found.shared_ms,
        review_begun_ms=found.review_begun_ms,
        setting=Setting(found.setting),
    )


def is_among(rows: Connection, session_id: str, visible: Select[tuple[str]]) -> bool:
    """Whether a session is among ``visible`` ids."""
    return rows.execute(visible.where(session.c.id == session_id)).first() is not None


def begin(rows: Connection, new: Stored) -> None:
    """Insert a review. From the first one on sharing cannot be undone."""
    values = {name: getattr(new, name) for name in Stored.__slots__ if name != "setting"}
    rows.execute(insert(review).values(**values))
    first = update(session).where(session.c.id == new.session_id, session.c.review_begun_ms.is_(None))
    rows.execute(first.values(review_begun_ms=new.begun_ms, version=session.c.version + 1))


def reveal(rows: Connection, review_id: str, now: int) -> None:
    """The suggestions are shown from now on."""
    rows.execute(update(review).where(review.c.id == review_id).values(revealed_ms=now))


def finish(rows: Connection, review_id: str, session_id: str, now: int) -> None:
    """A review takes no more decisions, and the session is confirmed."""
    ended = {"state": ReviewState.FINISHED, "finished_ms": now}
    rows.execute(update(review).where(review.c.id == review_id).values(**ended))
    rows.execute(update(session).where(session.c.id == session_id).values(confirmed_ms=now))


def reopen(rows: Connection, review_id: str) -> None:
    """A review takes decisions again. The session's retention goes on; finishing again begins it anew."""
    again = {"state": ReviewState.OPEN, "finished_ms": None}
    rows.execute(update(review).where(review.c.id == review_id).values(**again))


def decisions(rows: Connection, review_id: str, after: int = 0) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rows of a review with numbers above ``after``, in their order."""
    columns = (decision.c.number, decision.c.kind, decision.c.about, decision.c.body, decision.c.undoes)
    wanted = select(*columns, decision.c.act_id).where(decision.c.review_id == review_id, decision.c.number > after)
    return rows.execute(wanted.order_by(decision.c.number)).all()


def last_number(rows: Connection, review_id: str) -> int:
    """The number of a review's last row; 0 where there is none."""
    wanted = select(func.max(decision.c.number)).where(decision.c.review_id == review_id)
    return rows.execute(wanted).scalar() or 0


def append(rows: Connection, stored: Stored, draft: Draft, *, sealed: bytes, act_id: str, now: int) -> int:
    """Insert a decision of the review's coach; returns its number."""
    made = insert(decision).values(
        review_id=stored.id,
        kind=draft.kind,
        about=draft.about,
        body=sealed,
        undoes=draft.undoes,
        act_id=act_id,
        person_id=stored.coach_id,
        made_ms=now,
    )
    return int(rows.execute(made.returning(decision.c.number)).scalar_one())


def newest_scoring(rows: Connection, session_id: str) -> str | None:
    """The content key of a session's newest scoring."""
    kept = (artefact.c.session_id == session_id, artefact.c.stage == Document.SCORING)
    wanted = select(artefact.c.content_key).where(*kept).order_by(artefact.c.made_ms.desc(), artefact.c.blob_id)
    return rows.execute(wanted).scalar()


def documents(rows: Connection, session_id: str, content_key: str) -> dict[str, str]:
    """The blob ids of the coding and the scoring that were made together, by document."""
    wanted = select(artefact.c.stage, artefact.c.blob_id).where(
        artefact.c.session_id == session_id,
        artefact.c.content_key == content_key,
        artefact.c.stage.in_((Document.CODING, Document.SCORING)),
    )
    return {row.stage: row.blob_id for row in rows.execute(wanted)}


def feedback_confirmed(rows: Connection, session_id: str) -> bool:
    """Whether any feedback on a session is confirmed or released."""
    wanted = select(feedback.c.id).where(feedback.c.session_id == session_id, feedback.c.state.in_(_CONFIRMED))
    return rows.execute(wanted).first() is not None


def _reviews() -> Select[Any]:
    return select(review, session.c.setting).join(session, session.c.id == review.c.session_id)


def _all(rows: Connection, wanted: Select[Any]) -> tuple[Stored, ...]:
    return tuple(_stored(row) for row in rows.execute(wanted.order_by(review.c.begun_ms, review.c.id)))


def _stored(row: Row[Any]) -> Stored:
    words = {"kind": ReviewKind(row.kind), "state": ReviewState(row.state), "setting": Setting(row.setting)}
    return Stored(**dict(row._mapping) | words)
