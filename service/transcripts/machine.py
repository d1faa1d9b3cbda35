"""What the machine read in a transcript that was brought, and what it suggested before people gave roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from models.records.speech import Role
from service.transcripts.records import Said, Standing, Voice

SURE = 0.5
"""From this confidence on a voice's role counts as known."""


class Line(Protocol):
    """What of an utterance a transcript that was brought has."""

    @property
    def id(self) -> str:
        """Its own in the transcript."""

    @property
    def speaker(self) -> str:
        """The voice's label."""

    @property
    def role(self) -> Role:
        """Of who speaks."""

    @property
    def text(self) -> str:
        """What is said."""


def of_lines(lines: Iterable[Line]) -> Standing:
    """A transcript that was brought: its lines are in the coding, without times."""
    said = tuple(
        Said(id=one.id, speaker=one.speaker, role=one.role, text=one.text, machine_text=one.text) for one in lines
    )
    roles: dict[str, Role] = {}
    for one in said:
        roles.setdefault(one.speaker, one.role)
    voices = tuple(
        Voice(speaker=speaker, role=role, suggested=role, confidence=float(role is not Role.UNKNOWN), reason=_READ)
        for speaker, role in roles.items()
    )
    return Standing(said=said, voices=voices, checks=(), coded=roles)


_READ = "As the transcript that was brought says, or what is said suggests."


def with_first_suggestions(newest: Standing, first: Standing) -> Standing:
    """The newest transcript with the roles that the machine suggested before people gave any."""
    suggested = {voice.speaker: voice for voice in first.voices}
    said = {one.id: one for one in first.said}
    return replace(
        newest,
        voices=tuple(suggested.get(voice.speaker, voice) for voice in newest.voices),
        said=tuple(_suggested(one, said, suggested) for one in newest.said),
    )


def _suggested(one: Said, first: Mapping[str, Said], voices: Mapping[str, Voice]) -> Said:
    before = first.get(one.id)
    if before is not None and before.speaker == one.speaker:
        return replace(one, role=before.role, role_sure=before.role_sure)
    voice = voices.get(one.speaker)
    return one if voice is None else replace(one, role=voice.role, role_sure=voice.confidence >= SURE)
