"""What one participant said about one purpose, and what follows from all of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from models.records.speech import Role
from service.database.words import How, PermissionAnswer, PermissionPurpose


class Standing(StrEnum):
    """How a participant stands to one purpose; only ``given`` lets anything be done for it."""

    GIVEN = "given"
    MISSING = "missing"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A person who was there, by role; the ``place`` tells the first child from the second. Never a name."""

    id: str
    session_id: str
    role: Role
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One row of permission. Times are ms since 1970, UTC; ``statement`` is name and digest of what was read out."""

    number: int
    participant_id: str
    purpose: PermissionPurpose
    answer: PermissionAnswer
    how: How
    statement: str
    recorded_by: str | None
    said_ms: int
    until_ms: int | None
    recorded_ms: int

    def holds(self, now: int) -> bool:
        """Whether it is a yes that is not over at ``now``."""
        return self.answer is PermissionAnswer.GIVEN and (self.until_ms is None or now < self.until_ms)


Voice = tuple[str, PermissionPurpose, bool]
"""Whose answer about what, and whether somebody answered for them: a parent's yes does not undo a child's no."""


def standing(answers: Iterable[Answer]) -> dict[Voice, Answer]:
    """The latest answer of each voice: later rows take the place of earlier ones."""
    return {
        (one.participant_id, one.purpose, one.how is How.THROUGH_PARENT): one
        for one in sorted(answers, key=lambda one: one.number)
    }


def agreed(participant_id: str, purpose: PermissionPurpose, answers: Iterable[Answer], now: int) -> bool:
    """Whether this participant's permission for the purpose is given: somebody said yes, and nobody says otherwise."""
    said = [answer for voice, answer in standing(answers).items() if voice[0] == participant_id and voice[1] is purpose]
    return bool(said) and all(one.holds(now) for one in said)


def standing_to(participant_id: str, purpose: PermissionPurpose, answers: Iterable[Answer], now: int) -> Standing:
    """How a participant stands to a purpose; where two voices differ, the one that says no."""
    voices = standing(answers).items()
    said = [answer for voice, answer in voices if voice[0] == participant_id and voice[1] is purpose]
    against = [one for one in said if not one.holds(now)]
    if not said:
        return Standing.MISSING
    if not against:
        return Standing.GIVEN
    latest = max(against, key=lambda one: one.number).answer
    return Standing.OVER if latest is PermissionAnswer.GIVEN else Standing(latest.value)


def all_agreed(participant_ids: Iterable[str], purpose: PermissionPurpose, answers: Iterable[Answer], now: int) -> bool:
    """Whether everybody who was there agreed; False where nobody was named."""
    people, known = list(participant_ids), list(answers)
    return bool(people) and all(agreed(one, purpose, known, now) for one in people)
