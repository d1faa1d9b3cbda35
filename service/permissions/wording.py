"""The statements that are read out before somebody answers: versioned files, never edited once they were used."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.records.speech import Role
from service.database.words import How
from service.permissions.errors import StatementError

_FOLDER = Path(__file__).parent / "statements"


class Audience(StrEnum):
    """Whom a statement is written for."""

    ADULT = "adult"
    CHILD = "child"
    WORKER = "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Words that are read out. ``name``: audience and version, as ``adult-1``; ``sha256``: of the file's bytes."""

    name: str
    audience: Audience
    words: str
    sha256: str

    @property
    def kept_as(self) -> str:
        """What a row of permission says: name and digest, at most 80 characters."""
        return f"{self.name} {self.sha256}"


def statements() -> dict[str, Statement]:
    """Every statement that this version knows, by name."""
    return {one.name: one for one in map(_read, sorted(_FOLDER.glob("*.md")))}


def statement_for(name: str, role: Role, how: How) -> Statement:
    """The statement of that name. Raises StatementError where there is none, or it is for somebody else.

    A child hears the child's words; whoever answers for a child hears the adult's.
    """
    found = statements().get(name)
    if found is None or found.audience not in _audiences(role, how):
        raise StatementError
    return found


def _audiences(role: Role, how: How) -> frozenset[Audience]:
    if role is Role.CHILD and how is not How.THROUGH_PARENT:
        return frozenset({Audience.CHILD})
    if role in (Role.PRACTITIONER, Role.SUPERVISOR):
        return frozenset({Audience.WORKER, Audience.ADULT})
    return frozenset({Audience.ADULT})


def _read(path: Path) -> Statement:
    data = path.read_bytes()
    audience = Audience(path.stem.rpartition("-")[0])
    digest = hashlib.sha256(data).hexdigest()
    return Statement(name=path.stem, audience=audience, words=data.decode("utf-8"), sha256=digest)
