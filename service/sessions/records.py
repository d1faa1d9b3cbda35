"""What is known of a session: facts that are rows, and details that are content."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import date

from models.records.coding import Setting
from models.records.speech import Role
from service.database.words import LawfulBasis, SessionState
from service.sessions.errors import SessionDetailsError

MOST_TITLE = 200
MOST_TEXT = 4_000
MOST_PARTICIPANTS = 20
_LEGAL = re.compile(r"[a-z0-9-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the worker wrote about a session. Content: it is only ever stored sealed."""

    title: str = ""
    purpose: str = ""
    change_goal: str = ""
    notes: str = ""

    def __post_init__(self) -> None:
        fits = len(self.title) <= MOST_TITLE and all(
            len(text) <= MOST_TEXT for text in (self.purpose, self.change_goal, self.notes)
        )
        if not fits or any("\0" in text for text in (self.title, self.purpose, self.change_goal, self.notes)):
            raise SessionDetailsError(
                f"A title holds up to {MOST_TITLE} characters, a purpose, a goal and notes up to {MOST_TEXT}."
            )

    def packed(self) -> bytes:
        """As JSON, to be sealed."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def unpacked(cls, data: bytes) -> Details:
        """What `packed` gave."""
        return cls(**json.loads(data))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """What a worker says of a session that is to be added; ``participants`` are roles, one for each person present."""

    setting: Setting
    held_on: str
    lawful_basis: LawfulBasis
    participants: tuple[Role, ...]
    legal_status: str | None = None
    details: Details = Details()

    def __post_init__(self) -> None:
        try:
            day = date.fromisoformat(self.held_on)
        except ValueError:
            raise SessionDetailsError("The day of a session is written like 2026-11-22.") from None
        if day.isoformat() != self.held_on or day.year < 2000:
            raise SessionDetailsError("The day of a session is written like 2026-11-22.")
        if not 1 <= len(self.participants) <= MOST_PARTICIPANTS:
            raise SessionDetailsError(f"A session has 1 to {MOST_PARTICIPANTS} participants. Name the role of each.")
        if self.setting.scored_role not in self.participants:
            raise SessionDetailsError(
                f"Somebody present is the {self.setting.scored_role.value.replace('_', ' ')}: add that participant."
            )
        if self.legal_status is not None and not _LEGAL.fullmatch(self.legal_status):
            raise SessionDetailsError("A legal status is one word of the list, in lower case.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """One participant: an id, a role, and which one of that role, from 1. Never a name."""

    id: str
    role: Role
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFacts:
    """A session without its content. Times are ms since 1970; ``version`` grows with every change."""

    id: str
    worker_id: str
    team_id: str | None
    setting: Setting
    state: SessionState
    lawful_basis: LawfulBasis
    legal_status: str | None
    held_on: str
    version: int
    permission_epoch: int
    created_ms: int
    shared_ms: int | None
    review_begun_ms: int | None
    participants: tuple[Present, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPage:
    """Some sessions of a list, and the cursor of the next page; None on the last."""

    items: tuple[SessionFacts, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session with what its worker wrote about it."""

    facts: SessionFacts
    details: Details
