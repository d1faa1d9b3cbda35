"""What is known of a job, of the stages it has, and of a worker's claim on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.database.words import Content, JobFailure, JobState, SessionState

MOST_ATTEMPTS = 3
"""So often one stage is begun; then the job fails."""
BACKOFF_MS = (5_000, 30_000)
"""So long a failed stage waits before its second and its third attempt."""
WAIT_MS = 30_000
"""So long a stage waits after it found no room in the database or the store, or no key keeper; that is no attempt."""
DOCUMENTS = "documents"
"""The last stage of every job: what people read is made from what the stages found."""
WORKABLE = (SessionState.WAITING, SessionState.PROCESSING, SessionState.READY, SessionState.FAILED)
"""States of a session in which its jobs may run."""


class Queue(StrEnum):
    """What a job needs: a machine that hears, or only one that reads."""

    SPEECH = "speech"
    LIGHT = "light"


class RecordingKind(StrEnum):
    """What was handed in."""

    SOUND = "sound"
    TRANSCRIPT = "transcript"

    @property
    def queue(self) -> Queue:
        """The queue that its jobs wait in."""
        return Queue.SPEECH if self is RecordingKind.SOUND else Queue.LIGHT

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages of its jobs in order."""
        if self is RecordingKind.TRANSCRIPT:
            return ("read", "classify", "score", DOCUMENTS)
        return ("decode", "detect", "diarize", "transcribe", "attribute", "classify", "score", DOCUMENTS)

    def stages_from(self, stage: str | None) -> tuple[str, ...]:
        """The stages from the one that was begun last: those before it are done."""
        return self.stages[self.stages.index(stage) :] if stage in self.stages else self.stages


class Document(StrEnum):
    """What a finished job leaves to be read, each an artefact whose stage is this word."""

    SESSION = "session"
    CODING = "coding"
    SCORING = "scoring"
    LISTENING = "listening"
    PEAKS = "peaks"


OF_SOUND = (Document.LISTENING, Document.PEAKS)
"""Documents that are made of the decoded sound alone."""
CONTENTS: dict[str, Content] = {
    "decode": Content.RECORDING,
    "detect": Content.RECORDING,
    "diarize": Content.RECORDING,
    "transcribe": Content.TRANSCRIPT,
    "attribute": Content.TRANSCRIPT,
    "read": Content.TRANSCRIPT,
    "classify": Content.CODING,
    "score": Content.CODING,
    DOCUMENTS: Content.CODING,
    Document.SESSION: Content.TRANSCRIPT,
    Document.CODING: Content.CODING,
    Document.SCORING: Content.CODING,
    Document.LISTENING: Content.RECORDING,
    Document.PEAKS: Content.RECORDING,
}
"""What kind of content each stage and each document is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One worker's right to do one stage of a job, until somebody claims it with a higher ``fence``."""

    job_id: str
    session_id: str
    recording_id: str
    stage: str
    fence: int
    permission_epoch: int
    attempt: int
    audio_ms: int | None
    queue: Queue = Queue.SPEECH


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job as it is shown. ``fraction`` is of the stage; ``ends_ms`` an estimate, None where nothing is known.

    ``sentence`` says what to do where it failed, and why a job that was put back waits.
    """

    id: str
    session_id: str
    recording_id: str
    state: JobState
    stages: tuple[str, ...]
    stage: str | None
    fraction: float
    reason: JobFailure | None
    sentence: str | None
    created_ms: int
    started_ms: int | None
    ended_ms: int | None
    ends_ms: int | None
