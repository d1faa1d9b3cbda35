"""What an audit row says: ids, a time and words of closed lists; never content, never a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from service.audit.errors import AuditRefusedError
from service.audit.packing import number, number_in, packed, unpacked

EVENT = b"practice-audit-event-1"
GENESIS = b"practice-audit-genesis-1"
NOBODY = "0" * 32
"""The actor where nobody is known: the system itself, or a sign-in that failed."""

_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_COMMITMENT = re.compile(r"[0-9a-f]{64}")


class Action(StrEnum):
    """What was done."""

    VIEW = "view"
    PLAY = "play"
    EDIT = "edit"
    EXPORT = "export"
    RELEASE = "release"
    DENIAL = "denial"
    PERMISSION = "permission"
    WITHDRAWAL = "withdrawal"
    ERASURE = "erasure"
    KEY = "key"
    SIGN_IN = "sign-in"
    ADMINISTRATION = "administration"


class ActorRole(StrEnum):
    """What the actor was at that moment."""

    PRACTITIONER = "practitioner"
    COACH = "coach"
    MANAGER = "manager"
    RESEARCHER = "researcher"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"
    NOBODY = "nobody"


class Kind(StrEnum):
    """What kind of thing it was done to."""

    SESSION = "session"
    RECORDING = "recording"
    ARTEFACT = "artefact"
    PARTICIPANT = "participant"
    PERMISSION = "permission"
    REVIEW = "review"
    FEEDBACK = "feedback"
    JOB = "job"
    PERSON = "person"
    PASSKEY = "passkey"
    TEAM = "team"
    KEY = "key"
    EXPORT = "export"
    INSTALLATION = "installation"


class Purpose(StrEnum):
    """What it was done for; ``operation`` is running the service, without content."""

    REFLECTION = "reflection"
    COACHING = "coaching"
    RESEARCH = "research"
    MODEL_IMPROVEMENT = "model-improvement"
    SUBJECT_ACCESS = "subject-access"
    SUPPORT = "support"
    OPERATION = "operation"


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    DENIED = "denied"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One thing that was done, or refused.

    ``when_ms`` is milliseconds since 1970 in UTC. Ids are 32 hexadecimal digits in lower case, or a UUID: a form that
    no name and no speech fits into. ``session_id`` is the session that it concerns, where there is one; ``commitment``
    a salted SHA-256 of details that are sealed under the session's key. Anything else raises AuditRefusedError.
    """

    when_ms: int
    actor_id: str
    role: ActorRole
    action: Action
    kind: Kind
    object_id: str
    purpose: Purpose
    outcome: Outcome
    request_id: str
    session_id: str | None = None
    commitment: str | None = None

    def __post_init__(self) -> None:
        if type(self.when_ms) is not int or not 0 <= self.when_ms < 1 << 63:
            raise AuditRefusedError("The time of an audit event is not milliseconds since 1970. Nothing was recorded.")
        for name in ("actor_id", "object_id", "request_id", "session_id"):
            _fits(name, getattr(self, name), _ID, optional=name == "session_id")
        _fits("commitment", self.commitment, _COMMITMENT, optional=True)
        for name, words in _WORDS.items():
            if not isinstance(getattr(self, name), words):
                raise AuditRefusedError(f"The field {name} of an audit event is no known word. Nothing was recorded.")

    def canonical(self) -> bytes:
        """The event's only form in bytes; equal events and no others have equal bytes. See docs/audit-chain.md."""
        words = (
            self.actor_id, self.role, self.action, self.kind, self.object_id, self.purpose, self.outcome,
            self.request_id, self.session_id or "", self.commitment or "",
        )  # fmt: skip
        return packed(EVENT, number(self.when_ms), *(word.encode("ascii") for word in words))

    @classmethod
    def parse(cls, data: bytes) -> AuditEvent:
        """The event that these canonical bytes hold. Raises ValueError or AuditRefusedError where they hold none."""
        tag, when, *rest = unpacked(data, 12)
        if tag != EVENT:
            raise ValueError("these bytes hold no event of version 1")
        actor, role, action, kind, thing, purpose, outcome, request, session, commitment = (
            field.decode("ascii") for field in rest
        )
        return cls(
            when_ms=number_in(when), actor_id=actor, role=ActorRole(role), action=Action(action), kind=Kind(kind),
            object_id=thing, purpose=Purpose(purpose), outcome=Outcome(outcome), request_id=request,
            session_id=session or None, commitment=commitment or None,
        )  # fmt: skip


_WORDS: dict[str, type[StrEnum]] = {
    "role": ActorRole,
    "action": Action,
    "kind": Kind,
    "purpose": Purpose,
    "outcome": Outcome,
}


def genesis_body(when_ms: int) -> bytes:
    """What a chain's first row says: when the chain was begun."""
    return packed(GENESIS, number(when_ms))


def when_in(body: bytes) -> int:
    """The time in a row's body, of any version: it is always the second field. Raises ValueError without one."""
    start = 4 + int.from_bytes(body[:4], "big")
    return number_in(body[start + 4 : start + 4 + int.from_bytes(body[start : start + 4], "big")])


def is_id(text: str) -> bool:
    """Whether the text has the form of an id."""
    return _ID.fullmatch(text) is not None


def _fits(name: str, value: object, form: re.Pattern[str], *, optional: bool) -> None:
    if value is None and optional:
        return
    if type(value) is not str or not form.fullmatch(value):
        raise AuditRefusedError(f"The field {name} of an audit event does not hold an id. Nothing was recorded.")
