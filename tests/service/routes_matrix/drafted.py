"""A draft of feedback, for routes of feedback to act on: written down as its author would have sealed it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Insert, insert

from models.records.coding import Setting
from service.database.tables import feedback
from service.database.words import FeedbackState
from service.feedback.acting import FIELD
from service.feedback.records import Body, Changed, MadeBy
from service.ids import new_id
from service.keybroker.fields import FieldCipher
from service.keybroker.keystore import Keystore
from service.keybroker.starting import KeyCare

_EMPTY = Body(
    strengths=(),
    scores=(),
    next_steps=(),
    made_by=MadeBy(coder="coder 1", judge="judge 1", rubric="rubric 1"),
    changed=Changed(),
    setting=Setting.DIRECT_PRACTICE,
    review_number=0,
)


def draft_of(keys: KeyCare, session_id: str, **values: Any) -> Insert:
    """The row of a draft in which nothing is written yet."""
    assert isinstance(keys, Keystore)
    cipher = FieldCipher(keys.unwrap(session_id), session_id)
    return (
        insert(feedback)
        .values(
            id=new_id(),
            session_id=session_id,
            state=FeedbackState.DRAFT,
            version=1,
            body=cipher.seal(FIELD, _EMPTY.packed()),
            body_hash=cipher.digest(FIELD, _EMPTY.sha256),
            changed_ms=0,
        )
        .values(**values)
    )
