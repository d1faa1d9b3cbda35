"""Transcripts as a machine might have written them."""

from __future__ import annotations

from models.records.speech import Check, Role
from service.transcripts.amendments import Amendment, Change
from service.transcripts.records import Said, Standing, Voice

LINES = (
    ("SPEAKER_00", "How have the mornings been this week?"),
    ("SPEAKER_01", "Better I think he was not late"),
    ("SPEAKER_00", "Mm"),
    ("SPEAKER_01", "except on Tuesday when we all overslept"),
    ("SPEAKER_00", "What was different on the good days?"),
)


def machine(lines: tuple[tuple[str, str], ...] = LINES, *, timed: bool = True) -> Standing:
    """Utterances u1, u2 ... of two voices, two seconds each, and two passages to check."""
    said = tuple(
        Said(
            id=f"u{number}",
            speaker=speaker,
            role=_ROLES.get(speaker, Role.UNKNOWN),
            text=text,
            machine_text=text,
            start_ms=number * 2000 if timed else None,
            end_ms=number * 2000 + 1900 if timed else None,
            times=tuple(number * 2000 + 100 * place for place in range(len(text.split()))) if timed else (),
        )
        for number, (speaker, text) in enumerate(lines)
    )
    voices = tuple(
        Voice(speaker=speaker, role=role, suggested=role, confidence=0.9, reason="Asks more questions.")
        for speaker, role in _ROLES.items()
    )
    return Standing(said=said, voices=voices, checks=(_check("c1", 1, 2), _check("c2", 3, 4)))


def amended(*changes: Change | int) -> tuple[Amendment, ...]:
    """Amendments numbered from 1, each a group of its own; a number takes that one back."""
    return tuple(
        Amendment(number=number, group=f"g{number}", undoes=one)
        if isinstance(one, int)
        else Amendment(number=number, group=f"g{number}", change=one)
        for number, one in enumerate(changes, 1)
    )


_ROLES = {"SPEAKER_00": Role.PRACTITIONER, "SPEAKER_01": Role.PARENT_OR_CARER}


def _check(check_id: str, first: int, last: int) -> Check:
    return Check(
        id=check_id,
        rank=first,
        kinds=("negation",),
        reason="A 'not' may be missing.",
        utterances=tuple(f"u{number}" for number in range(first, last)),
        start_ms=first * 2000,
        end_ms=last * 2000,
    )
