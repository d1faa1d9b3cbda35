"""From a transcript to what the coder reads: lines with roles and times, and nothing that leads back to the sound."""

from __future__ import annotations

from itertools import pairwise

from models.records.coding import Conversation, Line, Setting
from models.records.span import Span
from models.records.speech import Role, Transcript, Utterance
from pipelines.stages.roles import SURE


def transcript_conversation(transcript: Transcript, setting: Setting, change_goal: str | None) -> Conversation:
    """A line for each utterance, with its time; the turn changes with the speaker.

    A role under the threshold of the roles stage, or not known, is unsure.
    """
    turns = [1]
    for before, after in pairwise(transcript.utterances):
        turns.append(turns[-1] + (before.speaker != after.speaker))
    return Conversation(
        setting=setting,
        change_goal=change_goal,
        lines=tuple(
            _line(utterance, turn, transcript) for utterance, turn in zip(transcript.utterances, turns, strict=False)
        ),
    )


def _line(utterance: Utterance, turn: int, transcript: Transcript) -> Line:
    role = transcript.role_of(utterance.speaker)
    return Line(
        id=utterance.id,
        turn=turn,
        speaker=utterance.speaker,
        role=role.role,
        text=utterance.text,
        role_sure=role.role is not Role.UNKNOWN and role.confidence >= SURE,
        span=Span(start_ms=utterance.start_ms, end_ms=utterance.end_ms),
    )
