"""Triggers of the table of feedback: how it comes to be released, whoever writes to the database.

What the constraints of a row cannot say is said here: that a row begins as a draft of the session's worker, goes one
step at a time, keeps the content that was confirmed, and stays as it was released until its session is erased.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.database.columns import SEALED
from service.database.review_tables import feedback
from service.database.words import FeedbackState

_STEPS = (
    (FeedbackState.DRAFT, FeedbackState.IN_REVIEW),
    (FeedbackState.IN_REVIEW, FeedbackState.CONFIRMED),
    (FeedbackState.CONFIRMED, FeedbackState.RELEASED),
    (FeedbackState.IN_REVIEW, FeedbackState.DRAFT),
    (FeedbackState.CONFIRMED, FeedbackState.DRAFT),
)
_FIXED = ("id", "session_id", "review_id", "author_id", "worker_id")
_MAY_GO = ("body_hash", "confirmed_hash")
"""Erasing takes these away together with the sealed content; both are made from it."""
_LATER = ("confirmed_hash", "confirmed_by", "released_by", "released_ms")
_DONE = f"('{FeedbackState.CONFIRMED}', '{FeedbackState.RELEASED}')"
_OF_THE_WORKER = "feedback is of the worker of its session"
_WORKER_FUNCTION = f"""\
CREATE FUNCTION practice_feedback_worker() RETURNS trigger LANGUAGE plpgsql AS $worker$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM session WHERE id = NEW.session_id AND worker_id = NEW.worker_id) THEN
        RAISE EXCEPTION USING MESSAGE = '{_OF_THE_WORKER}', ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$worker$;
"""  # noqa: S608 - our own names


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """When the database refuses, and what it says."""

    name: str
    event: str
    refused_when: str
    saying: str


def feedback_guards(dialect: str) -> Iterator[str]:
    """The triggers for ``sqlite`` or ``postgresql``, one statement each; a statement has no empty line."""
    if dialect == "sqlite":
        yield from (_in_sqlite(rule) for rule in (*_rules("IS"), *_only_sqlite()))
        return
    yield _WORKER_FUNCTION
    yield (
        "CREATE TRIGGER feedback_of_the_worker BEFORE INSERT ON feedback\n"
        "FOR EACH ROW EXECUTE FUNCTION practice_feedback_worker();\n"
    )
    yield from (_in_postgresql(rule) for rule in _rules("IS NOT DISTINCT FROM"))
    yield (
        "CREATE TRIGGER feedback_never_emptied BEFORE TRUNCATE ON feedback\n"
        "FOR EACH STATEMENT EXECUTE FUNCTION practice_refuse('released feedback is never deleted');\n"
    )


def _rules(same: str) -> tuple[_Rule, ...]:
    """``same``: how the database says that two values are equal or both nothing."""
    steps = " OR ".join(f"(OLD.state = '{before}' AND NEW.state = '{after}')" for before, after in _STEPS)
    early = " OR ".join(f"NEW.{name} IS NOT NULL" for name in _LATER)
    fixed = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in _FIXED)
    kept = " AND ".join(_kept(name, same) for name in ("body", "body_hash"))
    unread = " OR ".join(f"NEW.{name} IS NULL" for name in ("body", "body_hash", "confirmed_hash", "confirmed_by"))
    whole = "\n    AND ".join(_kept(column.name, same) for column in feedback.columns)
    return (
        _Rule(
            name="feedback_begins_as_draft",
            event="INSERT",
            refused_when=f"NEW.state <> '{FeedbackState.DRAFT}' OR {early}",
            saying="feedback begins as a draft",
        ),
        _Rule(
            name="feedback_stays_released",
            event="UPDATE",
            refused_when=f"OLD.state = '{FeedbackState.RELEASED}' AND NOT (\n    {whole}\n)",
            saying="released feedback is never changed",
        ),
        _Rule(
            name="feedback_of_the_same",
            event="UPDATE",
            refused_when=f"NOT ({fixed})",
            saying="feedback stays with its session, review, author and worker",
        ),
        _Rule(
            name="feedback_one_step",
            event="UPDATE",
            refused_when=f"NEW.state <> OLD.state AND NOT ({steps})",
            saying="feedback goes one step at a time",
        ),
        _Rule(
            name="feedback_read_before",
            event="UPDATE",
            refused_when=f"NEW.state IN {_DONE} AND NEW.state <> OLD.state AND ({unread})",
            saying="feedback is confirmed by a person who read it",
        ),
        _Rule(
            name="feedback_as_confirmed",
            event="UPDATE",
            refused_when=f"NEW.state IN {_DONE} AND NOT ({kept})",
            saying="confirmed feedback keeps its content",
        ),
        _Rule(
            name="feedback_never_deleted",
            event="DELETE",
            refused_when=f"OLD.state = '{FeedbackState.RELEASED}'",
            saying="released feedback is never deleted",
        ),
    )


def _only_sqlite() -> tuple[_Rule, ...]:
    """A condition may ask the tables here; and INSERT OR REPLACE deletes without firing a trigger for that."""
    asked = "SELECT 1 FROM session WHERE id = NEW.session_id AND worker_id = NEW.worker_id"
    return (
        _Rule(
            name="feedback_of_the_worker",
            event="INSERT",
            refused_when=f"NOT EXISTS ({asked})",
            saying=_OF_THE_WORKER,
        ),
        _Rule(
            name="feedback_never_replaced",
            event="INSERT",
            refused_when="NEW.id IN (SELECT id FROM feedback)",
            saying="feedback is never replaced",
        ),
    )


def _kept(name: str, same: str) -> str:
    """A column is as it was; of content, or has gone."""
    line = f"NEW.{name} {same} OLD.{name}"
    goes = name in _MAY_GO or SEALED in feedback.c[name].info
    return f"({line} OR NEW.{name} IS NULL)" if goes else line


def _in_sqlite(rule: _Rule) -> str:
    return (
        f"CREATE TRIGGER {rule.name} BEFORE {rule.event} ON feedback\n"
        f"WHEN {rule.refused_when}\n"
        f"BEGIN SELECT RAISE(ABORT, '{rule.saying}'); END;\n"
    )


def _in_postgresql(rule: _Rule) -> str:
    return (
        f"CREATE TRIGGER {rule.name} BEFORE {rule.event} ON feedback\n"
        f"FOR EACH ROW WHEN ({rule.refused_when})\n"
        f"EXECUTE FUNCTION practice_refuse('{rule.saying}');\n"
    )
