"""Tables of work on sessions: jobs and workers, and answers that are given once."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Float, LargeBinary, String, Table

from service.database.columns import METADATA, Long, among, count, id_key, refers, when, word
from service.database.words import JobFailure, JobState

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
