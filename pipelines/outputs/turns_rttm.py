"""A session's turns as RTTM, the format that diarization tools read."""

from __future__ import annotations

import re

from models.records.session import Session


def to_rttm(session: Session) -> str:
    """One SPEAKER line for each turn: file name (the session's id), channel 1, start and length in seconds, voice.

    RTTM separates fields by blanks, so blanks in a name become ``_``.
    """
    turns = sorted(session.turns, key=lambda turn: (turn.start_ms, turn.end_ms, turn.speaker))
    return "".join(
        f"SPEAKER {_field(session.id)} 1 {turn.start_ms / 1000:.3f} {turn.duration_ms / 1000:.3f} "
        f"<NA> <NA> {_field(turn.speaker)} <NA> <NA>\n"
        for turn in turns
    )


def _field(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", "_", text.strip()) or "_"
