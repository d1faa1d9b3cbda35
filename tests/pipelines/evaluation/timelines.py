"""Small annotations drawn as text: one character is a second."""

from __future__ import annotations

from itertools import groupby

from models.records.span import Span
from models.records.speech import Role, Word
from pipelines.evaluation.annotation import Said

SECOND = 1000


def timeline(*rows: str) -> list[tuple[str, Span]]:
    """Voices and spans of rows such as ``"AAA..BB"``; a dot is silence."""
    turns: list[tuple[str, Span]] = []
    for row in rows:
        place = 0
        for voice, run in groupby(row):
            length = len(list(run))
            if voice != ".":
                turns.append((voice, Span(start_ms=place * SECOND, end_ms=(place + length) * SECOND)))
            place += length
    return turns


def said(start_s: int, speaker: str, text: str, role: Role | None = None, *, timed: bool = True) -> Said:
    """An utterance that starts at ``start_s`` and takes a second a word."""
    tokens = text.split()
    words = tuple(
        Word(start_ms=(start_s + i) * SECOND, end_ms=(start_s + i + 1) * SECOND, text=token)
        for i, token in enumerate(tokens)
    )
    return Said(
        id=f"u{start_s}",
        start_ms=start_s * SECOND,
        end_ms=(start_s + len(tokens)) * SECOND,
        speaker=speaker,
        role=role,
        text=text,
        words=words if timed else (),
    )
