"""The closed lists of words that rows are made of. What is shown to people is written elsewhere."""

from __future__ import annotations

from enum import StrEnum

from service.audit.records import Purpose

__all__ = ["Purpose"]


class PersonState(StrEnum):
    """Whether a person can sign in."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


class StaffRole(StrEnum):
    """What a person may be given; one may have several."""

    PRACTITIONER = "practitioner"
    COACH = "coach"
    MANAGER = "manager"
    RESEARCHER = "researcher"
    ADMINISTRATOR = "administrator"


class PasskeyUse(StrEnum):
    """What a challenge was made for; it is good for nothing else."""

    SIGN_IN = "sign-in"
    SECOND = "second"
    AGAIN = "again"
    ADD = "add"


class SessionState(StrEnum):
    """Where a session stands. ``quarantined``: somebody's permission is missing, refused or over."""

    DRAFT = "draft"
    WAITING = "waiting"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class PermissionPurpose(StrEnum):
    """What a participant can agree to, each apart from the others."""

    REFLECTION = "reflection"
    COACHING = "coaching"
    RESEARCH = "research"
    MODEL_IMPROVEMENT = "model-improvement"


class PermissionAnswer(StrEnum):
    """What a participant said."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class How(StrEnum):
    """In what way a permission was given."""

    SPOKEN = "spoken"
    WRITTEN = "written"
    RECORDED = "recorded"
    THROUGH_PARENT = "through-parent"


class LawfulBasis(StrEnum):
    """What the council relies on, chosen by the council; separate from permission. UK GDPR article 6(1)."""

    CONSENT = "consent"
    PUBLIC_TASK = "public-task"
    LEGAL_OBLIGATION = "legal-obligation"
    LEGITIMATE_INTERESTS = "legitimate-interests"


class Content(StrEnum):
    """Kinds of content, each a row of the policy. ``details``: title, goal, notes on the session itself.

    ``reply``: what the worker answers to feedback, or contests of it, and what the coach says to that.
    """

    DETAILS = "details"
    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    CODING = "coding"
    REFLECTION = "reflection"
    REVIEW = "review"
    FEEDBACK = "feedback"
    REPLY = "reply"


class CopyStage(StrEnum):
    """Stages of artefacts that are a copy for somebody who asked what is kept about them: to be read, and ready."""

    DRAFT = "subject-access-draft"
    READY = "subject-access"


class UploadState(StrEnum):
    """Where an upload stands."""

    OPEN = "open"
    COMPLETE = "complete"
    ENDED = "ended"


class UploadPartState(StrEnum):
    """What a blob of an upload is. ``intended``: it may be there or not; ``joined``: to become the recording."""

    INTENDED = "intended"
    STORED = "stored"
    JOINED = "joined"


class JobState(StrEnum):
    """Where a job stands; the last three are ends."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobFailure(StrEnum):
    """Why a job failed; service/jobs/reasons.py has the sentence for each."""

    UNREADABLE_RECORDING = "unreadable-recording"
    UNREADABLE_TRANSCRIPT = "unreadable-transcript"
    NO_SPEECH = "no-speech"
    TOO_LONG = "too-long"
    DAMAGED_FILE = "damaged-file"
    ENGINE_FAILED = "engine-failed"
    NOT_INSTALLED = "not-installed"
    MACHINE_FULL = "machine-full"
    PERMISSION_OVER = "permission-over"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    WORKER_LOST = "worker-lost"


class ErasureState(StrEnum):
    """The states of an erasure, in their order; each is stored before its action starts."""

    REQUESTED = "requested"
    FENCED = "fenced"
    KEY_DESTROYED = "key-destroyed"
    BLOBS_UNLINKED = "blobs-unlinked"
    ROWS_SCRUBBED = "rows-scrubbed"
    STORE_COMPACTED = "store-compacted"
    CACHES_REVOKED = "caches-revoked"
    VERIFIED = "verified"
    CERTIFIED = "certified"


class ErasureTrigger(StrEnum):
    """Why a session is erased."""

    WITHDRAWAL = "withdrawal"
    RETENTION = "retention"
    REQUEST = "request"
    UNUSED = "unused"


class FeedbackState(StrEnum):
    """The states of feedback, in their order."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    CONFIRMED = "confirmed"
    RELEASED = "released"


class AmendmentKind(StrEnum):
    """How a person corrected a transcript. ``heard``: listened to it, and it is right as it stands."""

    ROLE = "role"
    VOICE = "voice"
    WORDS = "words"
    SPLIT = "split"
    MERGE = "merge"
    HEARD = "heard"


class ReviewKind(StrEnum):
    """How a coach looks at a session. ``blind``: scores first, then sees what the machine suggests."""

    OPEN = "open"
    BLIND = "blind"
    SECOND = "second"
    ADJUDICATION = "adjudication"


class ReviewState(StrEnum):
    """Whether a review takes decisions."""

    OPEN = "open"
    FINISHED = "finished"


class DecisionKind(StrEnum):
    """What a coach did. ``opened``: opened or played the evidence of an element."""

    FLAG = "flag"
    SCORE = "score"
    CORRECTION = "correction"
    NOTE = "note"
    OPENED = "opened"


class ReplyKind(StrEnum):
    """What was said after a release: the worker's answer, what they contest, and what the coach says to that."""

    ANSWER = "answer"
    CONTEST = "contest"
    RESPONSE = "response"
