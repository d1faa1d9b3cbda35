"""The package: JSON for machines, text for people, the same content. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from service.audit.reading import utc
from service.audit.records import AuditEvent
from service.permissions.records import Answer, Participant
from service.subject_access.ports import Said

TO_REVIEW = "to be reviewed for redaction"
LOGIC = (
    "A computer of the council wrote down what was said and suggested moments of practice and scores for the worker. "
    "A person confirmed or changed them. Nothing was decided about you by it."
)


def permission_history(answers: Iterable[Answer], participant_id: str) -> list[dict[str, Any]]:
    """What this participant answered, oldest first."""
    return [
        {
            "purpose": one.purpose.value, "answer": one.answer.value, "how": one.how.value,
            "statement": one.statement, "said": utc(one.said_ms),
            "until": None if one.until_ms is None else utc(one.until_ms),
        }
        for one in answers
        if one.participant_id == participant_id
    ]  # fmt: skip


def accesses(events: Iterable[AuditEvent]) -> list[dict[str, str]]:
    """Who did what, by role and id; whoever hands the package out may look up to whom an id belongs."""
    return [
        {
            "when": utc(one.when_ms), "who": one.actor_id, "role": one.role.value, "action": one.action.value,
            "purpose": one.purpose.value, "outcome": one.outcome.value,
        }
        for one in events
    ]  # fmt: skip


def transcript(said: Iterable[Said], voices: Collection[str]) -> list[dict[str, Any]]:
    """Every utterance; those of other voices carry a mark, and a person decides about each before it is handed out."""
    return [
        {
            "start_ms": one.start_ms, "end_ms": one.end_ms, "own": one.voice in voices, "text": one.text,
            "redaction": None if one.voice in voices else TO_REVIEW,
        }
        for one in said
    ]  # fmt: skip


def package(
    participant: Participant,
    *,
    made_ms: int,
    permissions: Sequence[dict[str, Any]],
    accesses: Sequence[dict[str, str]],
    transcript: Sequence[dict[str, Any]],
    scores: dict[str, Any] | None,
) -> dict[str, Any]:
    """All of it as one JSON document, with a text form in which other voices are left out."""
    document: dict[str, Any] = {
        "form": "practice-subject-access-1",
        "made": utc(made_ms),
        "participant": {"id": participant.id, "role": participant.role.value, "place": participant.place},
        "permissions": list(permissions),
        "accesses": list(accesses),
        "transcript": list(transcript),
        "scores": scores,
        "logic": LOGIC,
    }
    return {**document, "text": _text(document)}


def packed(document: dict[str, Any]) -> bytes:
    """As JSON in UTF-8."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True).encode("utf-8")


def _text(document: dict[str, Any]) -> str:
    lines = ["What is kept about you in this session", "", LOGIC, "", "What you agreed to"]
    lines += [f"- {one['said']}: {one['purpose']}, {one['answer']}" for one in document["permissions"]]
    lines += ["", "Who looked, and what for"]
    lines += [f"- {one['when']}: {one['role']}, {one['action']}, {one['purpose']}" for one in document["accesses"]]
    lines += ["", "What you said"]
    lines += [
        f"- {one['start_ms'] // 1000} s: {one['text'] if one['own'] else f'[another voice: {TO_REVIEW}]'}"
        for one in document["transcript"]
    ]
    return "\n".join([*lines, ""])
