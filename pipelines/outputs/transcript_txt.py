"""A session as plain text for reading, printing and pasting."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from models.records.session import Session, SessionUtterance
from pipelines.outputs.wording import (
    CHECK_ADVICE,
    MACHINE_NOTICE,
    certainty,
    clock,
    engine_lines,
    length,
    one_line,
    percent,
    role_name,
    speaker_name,
)

WIDTH = 88
INDENT = " " * 10


def to_text(session: Session) -> str:
    """The transcript with a header that says what it is, who spoke, and which passages to check first."""
    sections = (_header(session), _speakers(session), _checks(session), _dialogue(session))
    return "\n\n".join("\n".join(lines) for lines in (list(section) for section in sections) if lines) + "\n"


def _header(session: Session) -> Iterator[str]:
    yield "SESSION TRANSCRIPT"
    yield f"Length {length(session.recording.duration_ms)}. Session {one_line(session.id)}."
    yield from _wrapped(f"{MACHINE_NOTICE} {CHECK_ADVICE}")
    for line in engine_lines(session):
        yield from _wrapped(line)
    for advice in session.advice:
        yield from _wrapped(f"Sound: {advice.message}")


def _speakers(session: Session) -> Iterator[str]:
    if session.speakers:
        yield "WHO SPOKE"
    for speaker in session.speakers:
        name = f"{speaker_name(speaker.speaker)}, {role_name(speaker.role)} ({certainty(speaker)})"
        yield from _wrapped(f"{name}: {percent(speaker.share)} of the speech, {length(speaker.speech_ms)}.")


def _checks(session: Session) -> Iterator[str]:
    if session.checks:
        yield "PLEASE CHECK, MOST IMPORTANT FIRST"
    for check in sorted(session.checks, key=lambda c: c.rank):
        heard = f" “{one_line(check.heard)}”" if check.heard else ""
        yield from _entry(clock(check.start_ms), f"{one_line(check.reason)}{heard}")


def _dialogue(session: Session) -> Iterator[str]:
    yield "DIALOGUE"
    speaker = None
    for utterance in sorted(session.utterances, key=lambda u: (u.start_ms, u.end_ms)):
        if utterance.speaker != speaker:
            speaker = utterance.speaker
            yield ""
            yield f"{speaker_name(speaker)}, {role_name(utterance.role)}"
        yield from _entry(clock(utterance.start_ms), _spoken(utterance))
    if speaker is None:
        yield "No words were found in this recording."


def _spoken(utterance: SessionUtterance) -> str:
    marks = ("[over another voice] " if utterance.overlap else "") + ("[please check] " if utterance.checks else "")
    return marks + one_line(utterance.text)


def _entry(when: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=f"{when:>8}  ", subsequent_indent=INDENT) or [when]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(one_line(text), WIDTH)
