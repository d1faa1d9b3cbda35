"""Tables of work on sessions: jobs and workers, reviews, feedback, and answers that are given once."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Float, LargeBinary, String, Table

from service.database.columns import METADATA, Long, among, count, id_key, number_key, refers, sealed, when, word
from service.database.words import FeedbackState, JobFailure, JobState

job = Table(
    "job",
    METADATA,
    id_key(),
    refers("session_id", "session"),
    refers("recording_id", "recording"),
    refers("person_id", "person"),
    word("state"),
    word("queue"),  # kept here because cancelling clears it in the engine's own tables
    word("stage", optional=True),
    Column("fraction", Float, nullable=False, default=0.0),  # of the stage, 0 to 1
    word("reason", optional=True),  # why it failed; a word that docs and pages explain
    count("attempts"),
    count("fence"),  # a worker may only commit with the number that it claimed with
    count("permission_epoch"),
    Column("worker_id", String(100), nullable=True, index=True),
    when("created_ms"),
    when("started_ms", optional=True),
    when("stage_started_ms", optional=True),
    when("ended_ms", optional=True),
    Column("asked_to_stop_ms", Long, nullable=True),
    Column("not_before_ms", Long, nullable=False, default=0),  # a failed attempt is not repeated at once
    Column("audio_ms", Long, nullable=True),  # how long the recording is, once it is decoded
    among("state", JobState),
    among("reason", JobFailure),
    CheckConstraint("fraction >= 0 AND fraction <= 1", name="fraction_within"),
)

worker = Table(
    "worker",
    METADATA,
    Column("id", String(100), primary_key=True),  # host, role and number: the same after a restart
    word("version"),
    Column("queues", String(200), nullable=False),
    when("started_ms"),
    when("seen_ms"),  # by the database's clock
)

pace = Table(
    "pace",
    METADATA,
    Column("stage", String(40), primary_key=True),
    count("audio_ms"),  # so much sound went through the stage lately
    count("spent_ms"),  # and took so long
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
    when("finished_ms", optional=True),
    among("state", ("open", "finished")),
    among("kind", ("open", "blind", "second", "adjudication")),
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
    refers("person_id", "person", index=False),
    when("made_ms"),
    among("kind", ("flag", "score", "correction", "note")),
)

feedback = Table(
    "feedback",
    METADATA,
    id_key(),
    refers("session_id", "session"),
    refers("review_id", "review"),
    refers("author_id", "person"),
    word("state"),
    sealed("body"),
    Column("body_hash", String(64), nullable=True),
    Column("confirmed_hash", String(64), nullable=True),
    refers("confirmed_by", "person", optional=True, index=False),
    refers("released_by", "person", optional=True, index=False),
    word("heard", optional=True),  # a conversation was recorded, or the worker waived it
    when("changed_ms"),
    when("released_ms", optional=True),
    among("state", FeedbackState),
    CheckConstraint(
        "state NOT IN ('confirmed', 'released') OR (confirmed_by IS NOT NULL AND confirmed_hash = body_hash)",
        name="confirmed_as_it_is",
    ),
    CheckConstraint(
        "state <> 'released' OR (released_by IS NOT NULL AND released_ms IS NOT NULL AND heard IS NOT NULL)",
        name="released_by_someone",
    ),
    CheckConstraint("heard IS NULL OR heard IN ('conversation', 'waived')", name="heard_word"),
)

answer = Table(
    "answer",
    METADATA,
    Column("repeat_key", String(64), primary_key=True),  # keyed hash of person, route and Idempotency-Key
    Column("request_hash", String(64), nullable=False),
    Column("status", Long, nullable=False),
    Column("body", LargeBinary, nullable=True),  # ids and states, never content
    when("made_ms"),
)

setting = Table(
    "setting",
    METADATA,
    Column("name", String(60), primary_key=True),
    Column("value", String(2000), nullable=False),
)
