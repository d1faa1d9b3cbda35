"""Something said, as a transcript tells it: before roles are decided."""

from __future__ import annotations

from dataclasses import dataclass

from models.records.coding import Setting
from models.records.span import Span
from models.records.speech import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What one speaker said. ``speaker`` is None where the file names nobody.

    ``role`` is None where the file does not speak of roles, UNKNOWN where it says that nobody knows.
    ``turn`` and ``id`` are None where the file does not count, ``span`` where it has no times.
    """

    speaker: str | None
    text: str
    role: Role | None = None
    role_sure: bool = True
    turn: int | None = None
    id: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One transcript as its file tells it; setting and goal are None where the file does not state them."""

    spoken: tuple[Spoken, ...]
    setting: Setting | None = None
    change_goal: str | None = None
