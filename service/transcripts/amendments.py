"""Corrections as records, and as they lie sealed in rows."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from models.records.speech import Role
from service.database.words import AmendmentKind

LONGEST_TEXT = 5_000
"""Characters of one utterance."""
HIDDEN = "-"
_PLAIN = re.compile(r"(SPEAKER_\d{2,4}|UNKNOWN|ADDED_\d{2,4}|[uc]\d{1,12}(\.\d{1,4})?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One correction. ``about`` is the id of an utterance, of a check where it was heard, or of a voice.

    role: ``role`` for a voice, or for utterances from ``about`` to ``last``. voice: ``speaker`` says those utterances,
    or all of the voice ``about``. words: ``text``. split: before the character ``at``; the second part is called
    ``other``. merge: with ``other``, the utterance after it. heard: nothing more.
    """

    kind: AmendmentKind
    about: str
    of_voice: bool = False
    last: str | None = None
    role: Role | None = None
    speaker: str | None = None
    text: str | None = None
    at: int | None = None
    other: str | None = None

    @property
    def shown_about(self) -> str:
        """What may stand in a plain column: an id that this program made. A transcript that was brought may use names
        as ids; those are sealed alone."""
        return self.about if _PLAIN.fullmatch(self.about) else HIDDEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a person does: a correction, or taking the amendment of number ``undoes`` back. ``act_id`` is theirs."""

    act_id: str
    change: Change | None = None
    undoes: int | None = None

    def __post_init__(self) -> None:
        if (self.change is None) == (self.undoes is None):
            raise ValueError("an act is a change, or takes one back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A correction that was made. ``group`` is the same for what was done in one go, and is undone in one go.

    ``change`` is None where it only takes back the amendment of number ``undoes``.
    """

    number: int
    group: str
    change: Change | None = None
    undoes: int | None = None


def packed(change: Change | None, group: str) -> bytes:
    """As JSON, to be sealed."""
    body: dict[str, Any] = {"group": group}
    if change is not None:
        body["change"] = {
            name: value for name, value in asdict(change).items() if value is not None and value is not False
        }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def unpacked(data: bytes) -> tuple[Change | None, str]:
    """What `packed` gave."""
    body = json.loads(data)
    told = body.get("change")
    if told is None:
        return None, body["group"]
    told["kind"] = AmendmentKind(told["kind"])
    if "role" in told:
        told["role"] = Role(told["role"])
    return Change(**told), body["group"]
