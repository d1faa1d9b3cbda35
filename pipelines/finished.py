"""What a finished plan says of a recording, put together as one session."""

from __future__ import annotations

from models.records.audio import Audio
from models.records.session import Session
from pipelines.execution.local import Outcome
from pipelines.session import Choices, Engines
from pipelines.stages.assemble import assemble


def session_of(outcome: Outcome, engines: Engines, choices: Choices) -> Session:
    """The whole session of a plan that began with sound."""
    made = outcome.records
    audio: Audio = made["decode"]
    return assemble(
        audio,
        made["detect"],
        made["diarize"],
        made["transcribe"],
        made["attribute"],
        engines=engines.provenance(audio),
        seconds=outcome.seconds,
        given=choices.roles,
    )
