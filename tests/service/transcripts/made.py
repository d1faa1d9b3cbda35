"""Transcripts as a machine might have written them."""

from __future__ import annotations

from sqlalchemy import insert

from models.records.session import Session
from models.records.speech import Check, Role
from pipelines.outputs.session_json import to_json
from service.audit.records import Action, Purpose
from service.blobs.identity import new_blob_id
from service.database.tables import artefact
from service.database.words import Content
from service.ids import new_id
from service.keybroker.ports import Actor
from service.transcripts.amendments import Amendment, Change
from service.transcripts.records import Said, Standing, Voice
from tests.service.council import Council

LINES = (
    ("SPEAKER_00", "How have the mornings been this week?"),
    ("SPEAKER_01", "Better I think he was not late"),
    ("SPEAKER_00", "Mm"),
    ("SPEAKER_01", "except on Tuesday when we all overslept"),
    ("SPEAKER_00", "What was different on the good days?"),
)


def machine(lines: tuple[tuple[str, str], ...] = LINES, *, timed: bool = True) -> Standing:
    """Utterances u1, u2 ... of two voices, two seconds each, and two passages to check."""
    said = tuple(
        Said(
            id=f"u{number}",
            speaker=speaker,
            role=_ROLES.get(speaker, Role.UNKNOWN),
            text=text,
            machine_text=text,
            start_ms=number * 2000 if timed else None,
            end_ms=number * 2000 + 1900 if timed else None,
            times=tuple(number * 2000 + 100 * place for place in range(len(text.split()))) if timed else (),
        )
        for number, (speaker, text) in enumerate(lines)
    )
    voices = tuple(
        Voice(speaker=speaker, role=role, suggested=role, confidence=0.9, reason="Asks more questions.")
        for speaker, role in _ROLES.items()
    )
    return Standing(said=said, voices=voices, checks=(_check("c1", 1, 2), _check("c2", 3, 4)))


def amended(*changes: Change | int) -> tuple[Amendment, ...]:
    """Amendments numbered from 1, each a group of its own; a number takes that one back."""
    return tuple(
        Amendment(number=number, group=f"g{number}", undoes=one)
        if isinstance(one, int)
        else Amendment(number=number, group=f"g{number}", change=one)
        for number, one in enumerate(changes, 1)
    )


_ROLES = {"SPEAKER_00": Role.PRACTITIONER, "SPEAKER_01": Role.PARENT_OR_CARER}


def _check(check_id: str, first: int, last: int) -> Check:
    return Check(
        id=check_id,
        rank=first,
        kinds=("negation",),
        reason="A 'not' may be missing.",
        utterances=tuple(f"u{number}" for number in range(first, last)),
        start_ms=first * 2000,
        end_ms=last * 2000,
    )


def held(council: Council, session: Session, *, more_ms: int = 1) -> str:
    """A session of the worker's whose recording a machine wrote down like this."""
    session_id = council.ready()
    keep(council, session_id, session, council.clock() + more_ms)
    return session_id


def keep(council: Council, session_id: str, session: Session, made_ms: int) -> None:
    """Keep a session's document as a job does."""
    parts, actor, body = council.parts, Actor.worker(new_id()), to_json(session).encode()
    blob_id = new_blob_id()
    with (
        parts.broker.open(
            actor, session_id, Content.TRANSCRIPT, purpose=Purpose.REFLECTION, action=Action.EDIT
        ) as opened,
        opened.write(blob_id) as writer,
    ):
        writer.write(body)
    values = {"stage": "session", "content": "transcript", "content_key": f"{made_ms:064x}", "permission_epoch": 1}
    with parts.database.writing() as rows:
        rows.execute(
            insert(artefact).values(
                blob_id=blob_id, session_id=session_id, made_ms=made_ms, size_bytes=len(body), **values
            )
        )
