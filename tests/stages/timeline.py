"""Small timelines as text, so that a test shows what it is about."""

from __future__ import annotations

from models.records.span import Span
from models.records.speech import Speech, Stretch, Timing, Turn, Turns, Word, Words


def said(text: str, start_ms: int = 0, *, each_ms: int = 300, probability: float | None = None) -> list[Word]:
    """Words one after the other; ``|500`` among them is a pause of 500 ms."""
    words: list[Word] = []
    now = start_ms
    for piece in text.split():
        if piece.startswith("|"):
            now += int(piece[1:])
            continue
        words.append(Word(start_ms=now, end_ms=now + each_ms, text=piece, probability=probability))
        now += each_ms
    return words


def words(*parts: list[Word], timing: Timing = Timing.MEASURED, stretches: tuple[Stretch, ...] = ()) -> Words:
    """All the parts in order of time."""
    together = sorted((word for part in parts for word in part), key=lambda word: word.start_ms)
    return Words(words=tuple(together), timing=timing, language="en", stretches=stretches)


def turns(*spans: tuple[str, int, int], exclusive: tuple[tuple[str, int, int], ...] | None = None) -> Turns:
    """Turns of voices named by a letter: A is SPEAKER_00."""
    return Turns(turns=_turns(spans), exclusive=_turns(spans if exclusive is None else exclusive))


def speech(*spans: tuple[int, int]) -> Speech:
    """Detected speech."""
    return Speech(spans=tuple(Span(start_ms=start, end_ms=end) for start, end in spans))


def voice(letter: str) -> str:
    """A is SPEAKER_00."""
    return f"SPEAKER_{ord(letter) - ord('A'):02d}"


def _turns(spans: tuple[tuple[str, int, int], ...]) -> tuple[Turn, ...]:
    return tuple(Turn(start_ms=start, end_ms=end, speaker=voice(letter)) for letter, start, end in spans)
