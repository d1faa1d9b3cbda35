"""Tables of sessions: who took part, what they agreed to, what was recorded and what was made of it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, String, Table, UniqueConstraint

from models.records.coding import Setting
from models.records.speech import Role
from service.database.columns import METADATA, Long, among, count, id_key, number_key, refers, sealed, when, word
from service.database.words import (
    Content,
    ErasureState,
    ErasureTrigger,
    How,
    LawfulBasis,
    PermissionAnswer,
    PermissionPurpose,
    SessionState,
    UploadPartState,
    UploadState,
)

session = Table(
    "session",
    METADATA,
    id_key(),
    refers("worker_id", "person"),
    refers("team_id", "team", optional=True),
    word("setting"),
    word("state"),
    word("lawful_basis"),
    word("legal_status", optional=True),
    Column("held_on", String(10), nullable=False),  # the day, as 2026-11-22
    sealed("details"),  # title, change goal, notes: JSON under the session's key
    count("permission_epoch", 1),
    count("version", 1),  # what an ETag is made of
    when("created_ms"),
    when("shared_ms", optional=True),  # since when the worker's coach may see it
    when("review_begun_ms", optional=True),  # sharing cannot be undone from here
    when("confirmed_ms", optional=True),  # retention counts from here
    when("erased_ms", optional=True),
    among("setting", Setting),
    among("state", SessionState),
    among("lawful_basis", LawfulBasis),
)

participant = Table(
    "participant",
    METADATA,
    id_key(),
    refers("session_id", "session"),
    word("role"),
    count("place"),  # the first child, the second child: roles, never names
    UniqueConstraint("session_id", "role", "place"),
    among("role", Role),
)

permission = Table(
    "permission",
    METADATA,
    number_key(),
    refers("session_id", "session"),
    refers("participant_id", "participant"),
    word("purpose"),
    word("answer"),
    word("how"),
    Column("statement", String(80), nullable=False),  # version and digest of the words that were read out
    refers("recorded_by", "person", index=False, optional=True),
    when("said_ms"),
    when("until_ms", optional=True),
    when("recorded_ms"),
    among("purpose", PermissionPurpose),
    among("answer", PermissionAnswer),
    among("how", How),
)

recording = Table(
    "recording",
    METADATA,
    id_key(),
    refers("session_id", "session"),
    word("kind"),  # sound, or a transcript that was brought
    Column("blob_id", String(32), nullable=False, unique=True),
    Column("content_mac", String(64), nullable=False),  # keyed, so that it tells nobody what the content is
    Column("size_bytes", Long, nullable=False),
    sealed("file_name"),
    when("received_ms"),
    when("deleted_ms", optional=True),  # its blob is gone, by retention; the row says that it was there
    UniqueConstraint("session_id", "content_mac"),
    among("kind", ("sound", "transcript")),
)

upload = Table(
    "upload",
    METADATA,
    id_key(),
    refers("session_id", "session"),
    refers("person_id", "person"),
    word("state"),
    word("kind"),
    Column("length_bytes", Long, nullable=False),
    Column("received_bytes", Long, nullable=False, default=0),
    sealed("file_name"),
    Column("repeat_key", String(64), nullable=True),  # keyed hash of the Idempotency-Key
    refers("recording_id", "recording", optional=True, index=False),
    when("created_ms"),
    when("seen_ms"),
    when("until_ms"),
    count("fence"),  # grows with each writer; only the last one may add to the upload
    when("claimed_until_ms", optional=True),  # so long the last writer is taken to be alive
    UniqueConstraint("person_id", "repeat_key"),
    among("state", UploadState),
    among("kind", ("sound", "transcript")),
    CheckConstraint("received_bytes >= 0 AND received_bytes <= length_bytes", name="received_within"),
)

upload_part = Table(
    "upload_part",
    METADATA,
    Column("blob_id", String(32), primary_key=True),  # named here before a byte of it is written, so none is ever lost
    refers("upload_id", "upload"),
    word("state"),
    Column("start_byte", Long, nullable=False),
    Column("size_bytes", Long, nullable=False),
    count("fence"),  # the writer that it belongs to
    among("state", UploadPartState),
)

artefact = Table(
    "artefact",
    METADATA,
    Column("blob_id", String(32), primary_key=True),
    refers("session_id", "session"),
    word("stage"),
    word("content"),
    Column("content_key", String(64), nullable=False),
    Column("size_bytes", Long, nullable=False),
    count("permission_epoch"),
    when("made_ms"),
    UniqueConstraint("session_id", "stage", "content_key"),
    among("content", Content),
)

hold = Table(
    "hold",
    METADATA,
    id_key(),
    refers("session_id", "session"),
    refers("owner_id", "person", index=False),
    word("reason"),
    when("from_ms"),
    when("until_ms"),
    when("ended_ms", optional=True),
    among("reason", ("court", "complaint", "safeguarding", "regulator")),
)

erasure = Table(
    "erasure",
    METADATA,
    id_key(),
    Column("session_id", String(32), nullable=False, unique=True),
    word("state"),
    word("cause"),
    Column("requested_by", String(32), nullable=False),
    Column("request_id", String(32), nullable=False),
    when("requested_ms"),
    when("changed_ms"),
    count("scans"),
    Column("note", LargeBinary, nullable=True),  # when each state began, and the ids of the blobs to remove: JSON
    Column("certificate", LargeBinary, nullable=True),
    among("state", ErasureState),
    among("cause", ErasureTrigger),
)

Index("ix_session_queue", session.c.worker_id, session.c.created_ms)

_IS_STORED = upload_part.c.state == "stored"
Index(
    "uq_upload_part_stored",
    upload_part.c.upload_id,
    upload_part.c.start_byte,
    unique=True,
    sqlite_where=_IS_STORED,
    postgresql_where=_IS_STORED,
)
