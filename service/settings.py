"""What the machine's owner decided, read once from the environment by the composition roots only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where weights lie (``PRACTICE_MODELS``) and on what they run (``PRACTICE_DEVICE``: auto, cpu or cuda)."""

    models_folder: Path
    device: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; every one has a default."""
        given = os.environ if environment is None else environment
        home = Path(given.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
        return cls(
            models_folder=Path(given.get("PRACTICE_MODELS") or home / "practice" / "models"),
            device=given.get("PRACTICE_DEVICE") or "auto",
        )
