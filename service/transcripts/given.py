"""The roles that people gave to voices, for whoever works on a session again."""

from __future__ import annotations

from collections.abc import Mapping

from models.records.speech import Role
from service.audit.records import Action, Purpose
from service.database.words import Content
from service.keybroker.ports import Actor
from service.parts import Parts
from service.transcripts import store
from service.transcripts.standing import given_roles


def roles_given(parts: Parts, actor: Actor, session_id: str) -> Mapping[str, Role]:
    """By the machine's label of each voice; empty where nobody said who is who. Raises RefusedError.

    The session is only opened where there is something to look at.
    """
    with parts.database.reading() as rows:
        if not store.anybody_gave_roles(rows, session_id):
            return {}
        sealed = store.kept(rows, session_id)
    with parts.broker.open(
        actor, session_id, Content.TRANSCRIPT, purpose=Purpose.REFLECTION, action=Action.VIEW
    ) as opened:
        return given_roles(store.opened_amendments(opened, sealed))
