"""What the machine's owner decided, read once from the environment by the composition roots only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.errors import BadInputError

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModelSettings:
    """Which language model may be asked; none unless ``url`` or ``folder`` is named. docs/language-judge.md explains.

    ``context_tokens`` None: what the adapter takes by default. ``allow_public`` lets transcripts leave the network.
    """

    url: str | None = None
    model: str | None = None
    key: str | None = field(default=None, repr=False)
    folder: Path | None = None
    context_tokens: int | None = None
    allow_public: bool = False
    ca_file: str | None = None

    @classmethod
    def from_environment(cls, given: Mapping[str, str]) -> LanguageModelSettings:
        """Read ``PRACTICE_LLM_URL``, ``_MODEL``, ``_KEY``, ``_FOLDER``, ``_CONTEXT``, ``_ALLOW_PUBLIC``, ``_CA_FILE``.

        Raises BadInputError that names the variable, never its value.
        """
        folder = given.get("PRACTICE_LLM_FOLDER")
        return cls(
            url=given.get("PRACTICE_LLM_URL") or None,
            model=given.get("PRACTICE_LLM_MODEL") or None,
            key=given.get("PRACTICE_LLM_KEY") or None,
            folder=Path(folder) if folder else None,
            context_tokens=_tokens(given.get("PRACTICE_LLM_CONTEXT") or ""),
            allow_public=_yes_or_no("PRACTICE_LLM_ALLOW_PUBLIC", given),
            ca_file=given.get("PRACTICE_LLM_CA_FILE") or None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where weights lie (``PRACTICE_MODELS``) and on what they run (``PRACTICE_DEVICE``: auto, cpu or cuda)."""

    models_folder: Path
    device: str
    language_model: LanguageModelSettings = field(default_factory=LanguageModelSettings)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; every one has a default. Raises BadInputError where one cannot be meant."""
        given = os.environ if environment is None else environment
        home = Path(given.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
        return cls(
            models_folder=Path(given.get("PRACTICE_MODELS") or home / "practice" / "models"),
            device=given.get("PRACTICE_DEVICE") or "auto",
            language_model=LanguageModelSettings.from_environment(given),
        )


def _tokens(value: str) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 10**8):
        raise BadInputError("PRACTICE_LLM_CONTEXT must be the number of tokens that the model's context holds.")
    return int(value)


def _yes_or_no(name: str, given: Mapping[str, str]) -> bool:
    value = given.get(name, "").strip().lower()
    if value not in _YES | _NO:
        raise BadInputError(f"{name} must be 1 or 0.")
    return value in _YES
