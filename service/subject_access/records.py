"""What is put together for one participant, and what of it is handed out: JSON documents. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from models.records.speech import Role
from service.audit.records import AuditEvent
from service.permissions.records import Answer, Participant
from service.sessions.records import Details
from service.subject_access.errors import KeptChoiceError, NotTheWorkerError, RequestReferenceError, VoiceChoiceError
from service.transcripts.records import Said, Standing

Document = dict[str, Any]
DRAFT_FORM = "practice-subject-access-draft-1"
FORM = "practice-subject-access-1"
LEFT_OUT = "left out: another voice"
WORKERS = (Role.PRACTITIONER, Role.SUPERVISOR)
"""Roles whom scores and feedback can be about."""
LOGIC = (
    "A program of the council wrote down what was said, marked moments of practice and suggested scores for the "
    "worker. They count once a person has confirmed or changed them. Nothing was decided about you by it."
)
NOT_HERE = (
    "The sound of the recording, and what the worker thought about the session in private, are not in this copy. Ask "
    "the council if you want to hear the recording. What other people said, and what the worker wrote about the "
    "session, is left out, unless somebody at the council decided that it can be in your copy."
)
_REFERENCE = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9/-]{1,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for: the participant and their voices in the transcript.

    ``about_worker``: the participant is the session's worker, so scores and feedback are in the copy too.
    ``reference``: the council's own for the request. It names nobody.
    """

    participant_id: str
    voices: tuple[str, ...]
    reference: str
    about_worker: bool = False

    def __post_init__(self) -> None:
        if _REFERENCE.fullmatch(self.reference) is None:
            raise RequestReferenceError

    def check(self, participant: Participant, known: Collection[str]) -> None:
        """Raises VoiceChoiceError, NotTheWorkerError."""
        if len(set(self.voices)) != len(self.voices) or not set(self.voices) <= set(known):
            raise VoiceChoiceError
        if self.about_worker and participant.role not in WORKERS:
            raise NotTheWorkerError


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One copy, without its content. Times are ms since 1970, UTC. ``ready``: somebody read it, and it can be taken."""

    id: str
    session_id: str
    participant_id: str
    made_ms: int
    until_ms: int
    ready: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceLine:
    """A voice to choose from: its role, whether a person confirmed that, and its share of what is said in [0, 1]."""

    label: str
    role: Role
    confirmed: bool
    share: float


def iso(when_ms: int) -> str:
    """A moment in ms since 1970 as 2026-11-22T10:05:00.000Z."""
    return f"{datetime.fromtimestamp(when_ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{when_ms % 1000:03d}Z"


def permission_history(answers: Iterable[Answer], participant_id: str) -> list[Document]:
    """What this participant answered, oldest first."""
    return [
        {
            "purpose": one.purpose.value, "answer": one.answer.value, "how": one.how.value,
            "statement": one.statement, "said": iso(one.said_ms),
            "until": None if one.until_ms is None else iso(one.until_ms),
        }
        for one in answers
        if one.participant_id == participant_id
    ]  # fmt: skip


def access(event: AuditEvent) -> Document:
    """Who did what, by role and id; whoever hands the copy out may look up to whom an id belongs."""
    return {
        "when": iso(event.when_ms), "who": event.actor_id, "role": event.role.value, "action": event.action.value,
        "what": event.kind.value, "purpose": event.purpose.value, "outcome": event.outcome.value,
    }  # fmt: skip


def voice_lines(stands: Standing) -> tuple[VoiceLine, ...]:
    """The voices of a transcript, without a word of theirs."""
    return tuple(
        VoiceLine(label=one.speaker, role=one.role, confirmed=one.confirmed, share=one.share) for one in stands.voices
    )


def transcript(stands: Standing, voices: Collection[str]) -> list[Document]:
    """Every utterance, marked whether it is the participant's own.

    One that stands under their voice but was given to another role, by a person or a program that is sure of it, is
    not their own.
    """
    roles = {one.speaker: one.role for one in stands.voices}
    return [
        {
            "id": one.id, "start_ms": one.start_ms, "end_ms": one.end_ms, "voice": one.speaker,
            "role": one.role.value, "own": one.speaker in voices and not _anothers(one, roles), "text": one.text,
        }
        for one in stands.said
    ]  # fmt: skip


def written_of(request: Request, details: Details) -> list[Document]:
    """What the worker wrote about the session, each text by itself; the worker's own where the copy is for them."""
    return [
        {"id": written_id(name), "what": name, "own": request.about_worker, "text": text}
        for name, text in asdict(details).items()
        if text.strip()
    ]


def written_id(name: str) -> str:
    """What such a text is called among what is kept; no utterance is called so."""
    return f"written:{name}"


def draft(
    request: Request,
    participant: Participant,
    *,
    made_ms: int,
    proof: str,
    permissions: Sequence[Document],
    accesses: Sequence[Document],
    written: Sequence[Document],
    transcript: Sequence[Document],
    worker: Document | None,
) -> Document:
    """Everything, with all that others wrote and said; somebody reads it before anything of it is handed out."""
    return {
        "form": DRAFT_FORM,
        "made": iso(made_ms),
        "reference": request.reference,
        "proof": proof,
        "participant": {"role": participant.role.value, "place": participant.place},
        "permissions": list(permissions),
        "accesses": list(accesses),
        "written": list(written),
        "transcript": list(transcript),
        "worker": worker,
    }


def ready(drafted: Mapping[str, Any], kept: Collection[str]) -> Document:
    """What is handed out: of others only the utterances and texts that are ``kept``. Raises KeptChoiceError."""
    others, texts = _others(drafted["transcript"]), _others(drafted["written"])
    if not set(kept) <= others | texts:
        raise KeptChoiceError
    shown = {one["id"] for one in drafted["transcript"]} - (others - set(kept))
    worker = drafted["worker"]
    if worker is not None:
        worker = {**worker, "feedback": [_quoted(one, shown) for one in worker["feedback"]]}
    return {
        **{name: drafted[name] for name in ("made", "reference", "proof", "participant", "permissions", "accesses")},
        "form": FORM,
        "written": [
            {name: one[name] for name in ("what", "text")}
            for one in drafted["written"]
            if one["own"] or one["id"] in kept
        ],
        "written_left_out": len(texts - set(kept)),
        "transcript": list(_handed_out(drafted["transcript"], shown)),
        "left_out": len(others - set(kept)),
        "worker": worker,
        "logic": LOGIC,
        "not_here": NOT_HERE,
    }  # fmt: skip


def kept_in(handed_out: Mapping[str, Any]) -> frozenset[str]:
    """The utterances of other voices, and the worker's texts, that stayed in a copy."""
    said = {one["id"] for one in handed_out["transcript"] if one.get("whose") == "another"}
    return frozenset(said | {written_id(one["what"]) for one in handed_out["written"]})


def commitment(reference: str, proof: str) -> str:
    """What the audit holds of a reference: whoever has the copy can show that it is the one."""
    return sha256(f"{proof}|{reference}".encode("ascii")).hexdigest()


def packed(document: Document) -> bytes:
    """As JSON in UTF-8."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True).encode("utf-8")


def _others(found: Iterable[Mapping[str, Any]]) -> set[str]:
    return {one["id"] for one in found if not one["own"]}


def _anothers(one: Said, roles: Mapping[str, Role]) -> bool:
    return one.role_sure and one.role is not roles.get(one.speaker, one.role) and one.role is not Role.UNKNOWN


def _handed_out(said: Iterable[Mapping[str, Any]], shown: Collection[str]) -> Iterator[Document]:
    """What is left out stands as a number: how many utterances there were, and nothing else of them."""
    missing = 0
    for one in said:
        if one["id"] not in shown:
            missing += 1
            continue
        if missing:
            yield {"left_out": missing}
            missing = 0
        line = {name: one[name] for name in ("id", "start_ms", "end_ms", "text")}
        yield line | ({"whose": "own"} if one["own"] else {"whose": "another", "role": one["role"]})
    if missing:
        yield {"left_out": missing}


def _quoted(feedback: Mapping[str, Any], shown: Collection[str]) -> Document:
    """Feedback whose quotes are those of utterances that are handed out."""
    return {**feedback, "strengths": [{
        **one, "moments": [m if m["utterance"] in shown else {**m, "quote": LEFT_OUT} for m in one["moments"]],
    } for one in feedback["strengths"]]}  # fmt: skip
