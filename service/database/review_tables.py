"""Tables of what people make of a session: corrections, reflection, reviews with their decisions, and feedback.

What a person did is a row that is never changed; what stands now is read from the rows in their order. ``act_id`` is
made where the act is, so an act that is sent again after a lost connection is kept once.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, String, Table, UniqueConstraint

from service.database.columns import METADATA, Long, among, count, id_key, number_key, refers, sealed, when, word
from service.database.words import (
    AmendmentKind,
    DecisionKind,
    FeedbackState,
    ReplyKind,
    ReviewKind,
    ReviewState,
)

amendment = Table(
    "amendment",
    METADATA,
    number_key(),
    refers("session_id", "session"),
    word("kind"),
    Column("about", String(64), nullable=False),  # an id of a voice or an utterance
    sealed("body"),
    Column("undoes", Long, nullable=True),  # the number of the amendment that this one takes back
    Column("act_id", String(32), nullable=False),
    refers("person_id", "person", index=False),
    when("made_ms"),
    UniqueConstraint("session_id", "act_id"),
    among("kind", AmendmentKind),
)

reflection = Table(
    "reflection",
    METADATA,
    id_key(),
    refers("session_id", "session"),
    refers("person_id", "person", index=False),
    sealed("body"),  # self-ratings, answers and notes
    count("version", 1),
    when("rated_ms", optional=True),  # the worker had rated themself, and was shown the suggestions from then on
    when("changed_ms"),
    UniqueConstraint("session_id"),
)

review = Table(
    "review",
    METADATA,
    id_key(),
    refers("session_id", "session"),
    refers("coach_id", "person"),
    word("state"),
    word("kind"),
    Column("scoring_key", String(64), nullable=False),  # the content key of the suggestions that were looked at
    when("begun_ms"),
    when("revealed_ms", optional=True),  # when the suggestions were first shown; what came before was blind
    when("finished_ms", optional=True),
    UniqueConstraint("session_id", "coach_id", "kind"),
    among("state", ReviewState),
    among("kind", ReviewKind),
)

decision = Table(
    "decision",
    METADATA,
    number_key(),
    refers("review_id", "review"),
    word("kind"),
    Column("about", String(64), nullable=False),  # an id of a flag, an element or an utterance
    sealed("body"),
    Column("undoes", Long, nullable=True),  # the number of the decision that this one takes back
    Column("act_id", String(32), nullable=False),
    refers("person_id", "person", index=False),
    when("made_ms"),
    UniqueConstraint("review_id", "act_id"),
    among("kind", DecisionKind),
)

confirmation = Table(
    "confirmation",
    METADATA,
    number_key(),
    refers("session_id", "session"),
    Column("feedback_id", String(32), nullable=False),  # no key of its own: the feedback refers to this row
    Column("body_hash", String(64), nullable=False),  # keyed, so that it tells nobody what the content is
    refers("person_id", "person", index=False),
    when("made_ms"),
    UniqueConstraint("feedback_id", "body_hash", "person_id"),
)

feedback = Table(
    "feedback",
    METADATA,
    id_key(),
    refers("session_id", "session"),
    refers("review_id", "review"),
    refers("author_id", "person"),
    refers("worker_id", "person", index=False),  # the session's worker, who may neither confirm nor release it
    word("state"),
    sealed("body"),
    count("version", 1),
    Column("body_hash", String(64), nullable=True),
    Column("confirmed_hash", String(64), nullable=True),
    refers("confirmed_by", "person", optional=True, index=False),
    refers("released_by", "person", optional=True, index=False),
    word("heard", optional=True),  # a conversation was recorded, or the worker waived it
    refers("heard_by", "person", optional=True, index=False),
    when("heard_ms", optional=True),
    when("changed_ms"),
    when("released_ms", optional=True),
    ForeignKeyConstraint(
        ("id", "confirmed_hash", "confirmed_by"),
        ("confirmation.feedback_id", "confirmation.body_hash", "confirmation.person_id"),
        name="confirmed_by_a_person",
    ),
    among("state", FeedbackState),
    CheckConstraint(
        "state NOT IN ('confirmed', 'released') OR (confirmed_by IS NOT NULL AND (body IS NULL OR ("
        "body_hash IS NOT NULL AND confirmed_hash IS NOT NULL AND confirmed_hash = body_hash)))",
        name="confirmed_as_it_is",
    ),
    CheckConstraint(
        "state <> 'released' OR (released_by IS NOT NULL AND released_ms IS NOT NULL AND heard IS NOT NULL)",
        name="released_by_someone",
    ),
    CheckConstraint("confirmed_by <> worker_id AND released_by <> worker_id", name="never_by_the_worker"),
    CheckConstraint(
        "heard IS NULL OR (heard IN ('conversation', 'waived') AND heard_by IS NOT NULL AND heard_ms IS NOT NULL)",
        name="heard_word",
    ),
    CheckConstraint("heard <> 'waived' OR heard_by = worker_id", name="waived_by_the_worker"),
    CheckConstraint("heard <> 'conversation' OR heard_by <> worker_id", name="recorded_by_another"),
)

reply = Table(
    "reply",
    METADATA,
    number_key(),
    refers("feedback_id", "feedback"),
    refers("session_id", "session"),
    word("kind"),
    Column("about", String(64), nullable=False),  # an element, or "whole"
    sealed("body"),
    Column("act_id", String(32), nullable=False),
    refers("person_id", "person", index=False),
    when("made_ms"),
    UniqueConstraint("feedback_id", "act_id"),
    among("kind", ReplyKind),
)
