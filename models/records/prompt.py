"""What a language model is asked about one element."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRef:
    """Which prompt was used: ``version`` counts the files it is made of, ``digest`` is the SHA-256 of their bytes.

    It says nothing of the rubric or the transcript that were filled in; these have digests of their own.
    """

    id: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The whole text for a model, and the JSON Schema (2020-12) that its answer has to fulfil."""

    text: str
    schema: dict[str, Any]
    ref: PromptRef
