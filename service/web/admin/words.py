"""What the administration pages call the words of closed lists, and what they say of what was just done."""

from __future__ import annotations

from service.audit.records import Action, ActorRole, Kind, Outcome
from service.database.words import (
    ErasureState,
    ErasureTrigger,
    How,
    LawfulBasis,
    PermissionPurpose,
    PersonState,
    SessionState,
)
from service.jobs.records import Queue
from service.permissions.records import Standing
from service.retention import schedule
from service.web.words import PRESENT_WORDS, ROLE_WORDS, SETTING_WORDS, STATE_WORDS

PERSON_STATES: dict[str, str] = {
    PersonState.INVITED: "Invited, not here yet",
    PersonState.ACTIVE: "Can sign in",
    PersonState.DISABLED: "Cannot sign in",
}
PERSON_COLOURS: dict[str, str] = {
    PersonState.INVITED: "yellow",
    PersonState.ACTIVE: "green",
    PersonState.DISABLED: "grey",
}
STATE_COLOURS: dict[str, str] = {
    SessionState.DRAFT: "grey",
    SessionState.WAITING: "blue",
    SessionState.PROCESSING: "blue",
    SessionState.READY: "green",
    SessionState.FAILED: "red",
    SessionState.QUARANTINED: "yellow",
    SessionState.WITHDRAWN: "orange",
    SessionState.ERASED: "grey",
}
PURPOSES: dict[str, str] = {
    PermissionPurpose.REFLECTION: "Reflection",
    PermissionPurpose.COACHING: "Coaching",
    PermissionPurpose.RESEARCH: "Research",
    PermissionPurpose.MODEL_IMPROVEMENT: "Improving the tools",
}
STANDINGS: dict[str, str] = {
    Standing.GIVEN: "Given",
    Standing.MISSING: "Not asked yet",
    Standing.REFUSED: "Refused",
    Standing.WITHDRAWN: "Withdrawn",
    Standing.OVER: "Run out",
}
STANDING_COLOURS: dict[str, str] = {
    Standing.GIVEN: "green",
    Standing.MISSING: "yellow",
    Standing.REFUSED: "red",
    Standing.WITHDRAWN: "red",
    Standing.OVER: "yellow",
}
HOWS: dict[str, str] = {
    How.SPOKEN: "They said it",
    How.WRITTEN: "They wrote it",
    How.RECORDED: "It can be heard in the recording",
    How.THROUGH_PARENT: "A parent or carer said it for a child",
}
BASES: dict[str, str] = {
    LawfulBasis.CONSENT: "Consent",
    LawfulBasis.PUBLIC_TASK: "Public task",
    LawfulBasis.LEGAL_OBLIGATION: "Legal obligation",
    LawfulBasis.LEGITIMATE_INTERESTS: "Legitimate interests",
}
HOLD_REASONS: dict[str, str] = {
    "court": "Court proceedings",
    "complaint": "A complaint",
    "safeguarding": "Safeguarding",
    "regulator": "A regulator asks for it",
}
ERASURE_STATES: dict[str, str] = {
    ErasureState.REQUESTED: "Asked for",
    ErasureState.FENCED: "Nobody can open it",
    ErasureState.KEY_DESTROYED: "Key destroyed",
    ErasureState.BLOBS_UNLINKED: "Files removed",
    ErasureState.ROWS_SCRUBBED: "Rows emptied",
    ErasureState.STORE_COMPACTED: "Database tidied",
    ErasureState.CACHES_REVOKED: "Copies let go of",
    ErasureState.VERIFIED: "Checked that nothing is left",
    ErasureState.CERTIFIED: "Finished, with a certificate",
}
ERASURE_CAUSES: dict[str, str] = {
    ErasureTrigger.WITHDRAWAL: "Somebody withdrew",
    ErasureTrigger.RETENTION: "Its time to be kept was over",
    ErasureTrigger.REQUEST: "The worker asked for it",
    ErasureTrigger.UNUSED: "No coach ever confirmed it",
}
KEPT_KINDS: dict[str, str] = {
    schedule.Kind.SOUND: "The sound",
    schedule.Kind.TRANSCRIPT: "Transcript, codes and reflection",
    schedule.Kind.FEEDBACK: "Reviews, feedback and replies",
    schedule.Kind.UNREVIEWED: "Sessions that no coach confirmed",
    schedule.Kind.COPIES: "Copies for people who asked",
}
KEPT_FROM: dict[str, str] = {
    schedule.Kind.SOUND: "from the day a coach confirms the session",
    schedule.Kind.TRANSCRIPT: "from the day a coach confirms the session",
    schedule.Kind.FEEDBACK: "from the day the feedback is released",
    schedule.Kind.UNREVIEWED: "from the day the session is added",
    schedule.Kind.COPIES: "from the day the copy is made",
}
ACTIONS: dict[str, str] = {
    Action.VIEW: "Looked at",
    Action.PLAY: "Played",
    Action.EDIT: "Changed",
    Action.EXPORT: "Exported",
    Action.RELEASE: "Released",
    Action.DENIAL: "Turned away",
    Action.PERMISSION: "Permission",
    Action.WITHDRAWAL: "Withdrawal",
    Action.ERASURE: "Erasure",
    Action.KEY: "Key",
    Action.SIGN_IN: "Signing in",
    Action.ADMINISTRATION: "Administration",
}
KINDS: dict[str, str] = {
    Kind.SESSION: "a session",
    Kind.RECORDING: "a recording",
    Kind.ARTEFACT: "what was made of a recording",
    Kind.PARTICIPANT: "a participant",
    Kind.PERMISSION: "the permissions of a session",
    Kind.REVIEW: "a review",
    Kind.FEEDBACK: "feedback",
    Kind.JOB: "a job",
    Kind.PERSON: "a person",
    Kind.PASSKEY: "a passkey",
    Kind.TEAM: "a team",
    Kind.KEY: "a key",
    Kind.EXPORT: "an export",
    Kind.INSTALLATION: "the installation",
}
OUTCOMES: dict[str, str] = {Outcome.DONE: "Done", Outcome.DENIED: "Turned away", Outcome.FAILED: "Failed"}
ACTORS: dict[str, str] = {
    **ROLE_WORDS,
    ActorRole.SYSTEM: "The service itself",
    ActorRole.NOBODY: "Nobody who may",
}
QUEUES: dict[str, str] = {Queue.SPEECH: "Recordings", Queue.LIGHT: "Transcripts that were brought"}
PARTS: dict[str, str] = {"database": "Database", "blobs": "Store of files", "worker": "Worker process"}

ADMIN_NOTICES: dict[str, str] = {
    "admin-role-given": "The role is given. The person signs in again to use it.",
    "admin-role-ended": "The role is taken away, and the person is signed out.",
    "admin-disabled": "Nobody can sign in as this person any more.",
    "admin-enabled": "This person can sign in again.",
    "admin-signed-out": "This person is signed out everywhere.",
    "admin-team-made": "The team is made.",
    "admin-member-added": "The person is in the team.",
    "admin-member-removed": "The person is out of the team.",
    "admin-coaching-begun": "The coaching relationship is set.",
    "admin-coaching-ended": "The coaching relationship has ended.",
    "admin-withdrawn": "The permission is withdrawn for what you named.",
    "admin-erasing": "The session is withdrawn. Nobody can open it, and its key is being destroyed.",
    "admin-copy-made": "The copy is put together. Read it before you hand it out.",
    "admin-copy-ready": "The copy is ready to be downloaded.",
    "admin-copy-deleted": "The copy is deleted.",
    "admin-held": "The hold is set. Nothing of this session is deleted until it ends.",
    "admin-hold-ended": "The hold has ended.",
    "admin-kept": "The time to keep is changed.",
    "admin-clock": "The clock is confirmed. Deleting goes on.",
    "admin-deleted": "What was due is deleted. Whole sessions are in the list of erasures.",
}
"""By the words that a notice's cookie holds."""

WORDS: dict[str, object] = {
    "person_states": PERSON_STATES,
    "person_colours": PERSON_COLOURS,
    "state_words": STATE_WORDS,
    "state_colours": STATE_COLOURS,
    "setting_words": SETTING_WORDS,
    "present_words": PRESENT_WORDS,
    "purposes": PURPOSES,
    "standings": STANDINGS,
    "standing_colours": STANDING_COLOURS,
    "hows": HOWS,
    "bases": BASES,
    "hold_reasons": HOLD_REASONS,
    "erasure_states": ERASURE_STATES,
    "erasure_causes": ERASURE_CAUSES,
    "kept_kinds": KEPT_KINDS,
    "kept_from": KEPT_FROM,
    "actions": ACTIONS,
    "kinds": KINDS,
    "outcomes": OUTCOMES,
    "actors": ACTORS,
    "queues": QUEUES,
    "parts_words": PARTS,
}
"""What every template of administration may call on."""
