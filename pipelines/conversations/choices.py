"""What a person decides about the reading of one transcript."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.records.coding import Setting
from models.records.speech import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingChoices:
    """What is not in the file, or is to be read otherwise.

    ``setting`` None: as the file says, else direct practice. ``change_goal`` None: as the file says; "": none.
    ``roles`` maps a speaker, as the file calls them, to a role and goes before everything else.
    ``transcript`` names one transcript of a file that holds several.
    """

    setting: Setting | None = None
    change_goal: str | None = None
    roles: Mapping[str, Role] = field(default_factory=dict)
    transcript: str | None = None
