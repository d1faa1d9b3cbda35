"""Every table of the database. Import tables from here; the migrations make what stands in `METADATA`."""

from __future__ import annotations

from service.database.audit_tables import audit, audit_head
from service.database.columns import METADATA
from service.database.people_tables import (
    attempt,
    challenge,
    coaching,
    membership,
    one_time_link,
    passkey,
    person,
    role_grant,
    sign_in,
    team,
    token,
    waiting_sign_in,
)
from service.database.review_tables import amendment, confirmation, decision, feedback, reflection, reply, review
from service.database.session_tables import (
    artefact,
    erasure,
    hold,
    participant,
    permission,
    recording,
    session,
    upload,
    upload_part,
)
from service.database.work_tables import answer, job, pace, setting, worker

APPEND_ONLY = (permission, amendment, decision, confirmation, reply)
"""The database refuses to change or to delete their rows; content columns may become NULL when a session is erased."""

__all__ = [
    "APPEND_ONLY", "METADATA", "amendment", "answer", "artefact", "attempt", "audit", "audit_head", "challenge",
    "coaching", "confirmation", "decision", "erasure", "feedback", "hold", "job", "membership", "one_time_link",
    "pace", "participant", "passkey", "permission", "person", "recording", "reflection", "reply", "review",
    "role_grant", "session", "setting", "sign_in", "team", "token", "upload", "upload_part", "waiting_sign_in",
    "worker",
]  # fmt: skip
