"""The one table in which errors meet status codes, and the form of a problem (RFC 9457)."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from models.errors import (
    BadInputError,
    EngineError,
    MissingPartError,
    NoAnswerError,
    PracticeError,
    UnreadableRecordingError,
)
from service.admin import errors as admin
from service.api import errors as web
from service.audit import errors as audit
from service.blobs import errors as blobs
from service.database import errors as database
from service.erasure import errors as erasure
from service.feedback import errors as feedback
from service.ingest import errors as ingest
from service.jobs import errors as jobs
from service.keybroker import errors as keys
from service.people import errors as people
from service.permissions import errors as permissions
from service.reflection import errors as reflection
from service.reviews import errors as reviews
from service.sessions import errors as sessions
from service.subject_access import errors as copies
from service.transcripts import errors as transcripts

MEDIA_TYPE = "application/problem+json"
RETRY_S = 5
"""Seconds after which a database or a store that did not answer is asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What errors of one class become: the end of the problem's type, its title and its status.

    ``retry_after_s``: what Retry-After says, in seconds. Where ``plain`` is set, the error's own words stay inside.
    """

    slug: str
    title: str
    status: int
    retry_after_s: int | None = None
    plain: bool = False


_UNFORESEEN = Row(slug="unforeseen", title="Something went wrong", status=500, plain=True)
_DAMAGED = Row(slug="damaged", title="Something stored is damaged", status=500, plain=True)
_INPUT = Row(slug="bad-input", title="This cannot be used as it is", status=422)
_UNAVAILABLE = Row(slug="unavailable", title="A part did not answer", status=503, retry_after_s=RETRY_S, plain=True)
_NOT_SET_UP = Row(slug="not-set-up", title="A part is missing", status=503, retry_after_s=60, plain=True)
_FULL = Row(slug="full", title="There is no room left", status=507)
_NOTHING = Row(slug="nothing-here", title="There is nothing here", status=404)
_GONE = Row(slug="erased", title="This was erased", status=410)
_TAKEN = Row(slug="exists-already", title="This exists already", status=409)
_NOT_ALLOWED = Row(slug="not-allowed", title="You may not do this", status=403)
_NOT_FRESH = Row(slug="confirm-sign-in", title="Confirm your sign-in", status=403)
_ELSEWHERE = Row(slug="foreign-origin", title="This came from elsewhere", status=403)
_TOO_MANY = Row(slug="too-many", title="Too many attempts", status=429, retry_after_s=60)
_OTHER_STATE = Row(slug="other-state", title="This cannot be done as things stand", status=409)
_COUNCIL = Row(slug="council-sign-in-refused", title="The council's sign-in was not accepted", status=403)
_NOT_MADE = Row(slug="not-made-yet", title="This is not made yet", status=404)
_OVER = Row(slug="session-over", title="This session is over", status=410)
_ENDED = Row(slug="upload-ended", title="This upload was ended", status=410)
_UPLOAD = Row(slug="bad-request", title="This request is not understood", status=400)
_KIND = Row(slug="wrong-kind", title="This kind of content is not taken here", status=415)
_KEY_USED = Row(slug="key-used", title="This key was used before", status=409)
_TOO_LARGE = Row(slug="too-large", title="This is too large", status=413)

TABLE: dict[type[PracticeError], Row] = {
    PracticeError: _UNFORESEEN,
    BadInputError: _INPUT,
    MissingPartError: _NOT_SET_UP,
    EngineError: _UNFORESEEN,
    NoAnswerError: _UNAVAILABLE,
    web.NotSignedInError: Row(slug="not-signed-in", title="You are not signed in", status=401),
    web.NotAllowedError: _NOT_ALLOWED,
    web.NotFreshError: _NOT_FRESH,
    web.ForeignOriginError: _ELSEWHERE,
    web.TooLargeError: _TOO_LARGE,
    web.TooManyError: _TOO_MANY,
    web.VersionNeededError: Row(slug="version-needed", title="Say which version you saw", status=428),
    web.ChangedMeanwhileError: Row(slug="changed-meanwhile", title="This was changed meanwhile", status=412),
    web.RepeatConflictError: _KEY_USED,
    web.UndeclaredRouteError: _UNFORESEEN,
    web.ReadOnlyDatabaseError: _UNAVAILABLE,
    web.SilentWorkerError: _UNAVAILABLE,
    admin.BackupFailedError: _UNAVAILABLE,
    database.DatabaseUnavailableError: _UNAVAILABLE,
    database.DatabaseFullError: _FULL,
    database.NewerDatabaseError: _NOT_SET_UP,
    database.UpgradeFailedError: _NOT_SET_UP,
    database.DatabaseAddressError: _NOT_SET_UP,
    database.DatabaseEncodingError: _NOT_SET_UP,
    blobs.BlobRefusedError: _DAMAGED,
    blobs.NoSuchBlobError: _NOTHING,
    blobs.BlobExistsError: _TAKEN,
    blobs.StoreFullError: _FULL,
    blobs.StoreUnavailableError: _UNAVAILABLE,
    keys.RefusedError: _NOTHING,
    keys.NoSuchKeyError: _NOTHING,
    keys.KeyExistsError: _TAKEN,
    keys.KeyDestroyedError: _GONE,
    keys.KeyRefusedError: _DAMAGED,
    keys.PublicKeysError: _NOT_SET_UP,
    keys.KeystoreDamagedError: _DAMAGED,
    keys.KeystoreUnavailableError: _UNAVAILABLE,
    keys.KeystoreFullError: _FULL,
    keys.RemainsError: _UNAVAILABLE,
    keys.KeeperAwayError: _UNAVAILABLE,
    audit.AuditRefusedError: _UNFORESEEN,
    audit.AuditDatabaseError: _UNAVAILABLE,
    audit.NoTransactionError: _UNFORESEEN,
    audit.BrokenTailError: _DAMAGED,
    people.SignInRefusedError: Row(slug="sign-in-refused", title="This does not open an account", status=403),
    people.PasskeyRefusedError: Row(slug="passkey-refused", title="This passkey was not accepted", status=403),
    people.PasskeyNeededError: Row(slug="passkey-needed", title="A passkey is asked for", status=403),
    people.LastPasskeyError: _OTHER_STATE,
    people.NoPasskeysHereError: _OTHER_STATE,
    people.NotWaitingError: Row(slug="not-signed-in", title="You are not signed in", status=401),
    people.TooManyAttemptsError: _TOO_MANY,
    people.BusyError: Row(slug="busy", title="Many are signing in", status=503, retry_after_s=30, plain=True),
    people.LinkRefusedError: Row(slug="link-refused", title="This link opens nothing any more", status=404),
    people.NameTakenError: _TAKEN,
    people.LastAdministratorError: _OTHER_STATE,
    people.RolesApartError: _OTHER_STATE,
    people.WrongStateError: _OTHER_STATE,
    people.AlreadyAdministeredError: _OTHER_STATE,
    people.ProviderSettingsError: _NOT_SET_UP,
    people.ProviderUnavailableError: Row(
        slug="council-silent", title="The council's sign-in did not answer", status=503, retry_after_s=30, plain=True
    ),
    people.ProviderRefusedError: _COUNCIL,
    people.UnknownSubjectError: Row(slug="not-linked", title="Nobody here has this council account", status=403),
    UnreadableRecordingError: _KIND,
    sessions.NotYoursToAddError: _NOT_ALLOWED,
    sessions.ReviewBegunError: _OTHER_STATE,
    sessions.NothingToShareError: _OTHER_STATE,
    sessions.StillBlindError: _OTHER_STATE,
    sessions.NoDocumentError: _NOT_MADE,
    transcripts.TooManyChangesError: _FULL,
    transcripts.NothingToUndoError: _OTHER_STATE,
    transcripts.ActUsedError: _KEY_USED,
    transcripts.RolesOpenError: _OTHER_STATE,
    transcripts.SoundGoneError: _OTHER_STATE,
    transcripts.NotReadyToMarkError: _OTHER_STATE,
    reviews.OtherReviewError: _OTHER_STATE,
    reviews.ReviewFinishedError: Row(slug="review-finished", title="This review is finished", status=409),
    reviews.NotAllScoredError: Row(slug="not-all-scored", title="Some elements have no score yet", status=409),
    reviews.NotRevealedError: _OTHER_STATE,
    reviews.NotBothFinishedError: Row(slug="not-both-finished", title="Not both are finished", status=409),
    reviews.FeedbackConfirmedError: _OTHER_STATE,
    reviews.AdjudicationBegunError: _OTHER_STATE,
    reviews.EvidenceNotOpenedError: Row(slug="evidence-first", title="Look at the evidence first", status=409),
    reviews.NothingToUndoError: Row(slug="nothing-to-undo", title="Nothing to undo", status=409),
    reviews.NothingToRedoError: Row(slug="nothing-to-redo", title="Nothing to redo", status=409),
    reflection.RatingsMissingError: _OTHER_STATE,
    reflection.RatedAlreadyError: _OTHER_STATE,
    reflection.NotRatedYetError: _OTHER_STATE,
    reflection.NothingKeptError: _NOTHING,
    permissions.SessionOverError: _OVER,
    permissions.NoSuchParticipantError: _NOTHING,
    permissions.ParticipantExistsError: _TAKEN,
    permissions.VoiceKnownError: _OTHER_STATE,
    permissions.HoldTooLateError: _OTHER_STATE,
    copies.NoSuchCopyError: _NOTHING,
    copies.NotReadYetError: _OTHER_STATE,
    erasure.NoSuchErasureError: _NOTHING,
    erasure.RemainsFoundError: _UNAVAILABLE,
    erasure.StoreBusyError: _UNAVAILABLE,
    erasure.LedgerUnavailableError: _UNAVAILABLE,
    jobs.JobStoppedError: _OTHER_STATE,
    jobs.LostClaimError: _OTHER_STATE,
    jobs.NeedsHearingError: _OTHER_STATE,
    jobs.JobNotEndedError: _OTHER_STATE,
    ingest.UploadRequestError: _UPLOAD,
    ingest.EmptyUploadError: _UPLOAD,
    ingest.SlowUploadError: Row(slug="too-slow", title="Nothing arrived for too long", status=408),
    ingest.PermissionMissingError: Row(slug="permission-missing", title="A permission is missing", status=409),
    ingest.UploadOffsetError: Row(slug="wrong-offset", title="The upload stands elsewhere", status=409),
    ingest.AlreadyRecordedError: _OTHER_STATE,
    ingest.UploadEndedError: _ENDED,
    ingest.UploadVersionError: Row(slug="wrong-version", title="This version of tus is not spoken", status=412),
    ingest.UploadTooLongError: _TOO_LARGE,
    ingest.UploadBodyError: _KIND,
    ingest.TranscriptKindError: _KIND,
    ingest.UploadBusyError: Row(slug="being-written", title="Another request is writing", status=423, retry_after_s=2),
    ingest.TooManyUploadsError: Row(slug="too-many-uploads", title="Too many open uploads", status=429),
    ingest.ChecksumError: Row(slug="wrong-checksum", title="The bytes are not those that were sent", status=460),
    ingest.CrowdedError: _UNAVAILABLE,
    feedback.ReviewNotFinishedError: _OTHER_STATE,
    feedback.ReviewChangedError: _OTHER_STATE,
    feedback.FeedbackStateError: _OTHER_STATE,
    feedback.NotADraftError: _OTHER_STATE,
    feedback.OtherContentError: _OTHER_STATE,
    feedback.NotTalkedError: _OTHER_STATE,
    feedback.NotReadyToReleaseError: _OTHER_STATE,
    feedback.PdfFailedError: Row(slug="no-pdf", title="The PDF could not be written", status=503, plain=True),
}
"""For each class of error the row of its nearest ancestor holds; a test asks that no class of the service is left to
`PracticeError`'s own row by accident."""

BY_STATUS: dict[int, Row] = {
    400: Row(slug="bad-request", title="This request is not understood", status=400),
    401: TABLE[web.NotSignedInError],
    403: TABLE[web.NotAllowedError],
    404: _NOTHING,
    405: Row(slug="wrong-method", title="This address does not take that method", status=405),
    406: Row(slug="not-acceptable", title="There is no such form of this", status=406),
    413: TABLE[web.TooLargeError],
    415: Row(slug="wrong-kind", title="This kind of content is not taken here", status=415),
    416: Row(slug="out-of-range", title="There are no such bytes", status=416),
    422: Row(slug="invalid", title="Some fields cannot be used", status=422),
    429: TABLE[web.TooManyError],
    503: _UNAVAILABLE,
}
"""For errors that the framework raises, which have no class of ours."""

SAYING: dict[str, str] = {
    "nothing-here": str(keys.RefusedError()),
    "bad-request": "The request could not be read. Check its headers, and that its body is complete JSON in UTF-8.",
    "wrong-method": "Use one of the methods that the Allow header names.",
    "not-acceptable": "Ask for application/json.",
    "wrong-kind": "Send the body as application/json, and say so in Content-Type.",
    "out-of-range": "Ask for bytes before the end; Content-Range says how many there are.",
    "invalid": "Correct the fields that `fields` names, then send it again.",
    "unforeseen": "Something went wrong that was not foreseen, and it was logged. Please report it with this number.",
    "unavailable": "A part of this service did not answer, so this may not have been done. Look, and try again.",
    "not-set-up": "A part of this service is missing or not ready. Nothing of this was done; tell whoever runs it.",
    "busy": str(people.BusyError()),
    "no-pdf": str(feedback.PdfFailedError()),
    "council-silent": str(people.ProviderUnavailableError()),
    "damaged": "Something that is stored is damaged, and nothing of it is shown. Tell whoever runs this service.",
}
"""What is said where the error itself has no words for people, or keeps its own inside."""


class Fault(BaseModel):
    """One field that cannot be used: where it stands, and a word for what is wrong; never its value."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(examples=["body.held_on"])
    fault: str = Field(examples=["missing"])


class Problem(BaseModel):
    """What went wrong, as RFC 9457 says it. ``instance`` is the request's id, which the log has too."""

    model_config = ConfigDict(extra="forbid", title="Problem")

    type: str = Field(examples=["/problems/nothing-here"])
    title: str = Field(examples=["There is nothing here"])
    status: int = Field(ge=400, le=599, examples=[404])
    detail: str = Field(examples=[SAYING["nothing-here"]])
    instance: str = Field(pattern="^[0-9a-f]{32}$", examples=["5f2b8c1e9a7d4036b1c2d3e4f5a60718"])
    fields: list[Fault] | None = None


def row_of(kind: type[PracticeError]) -> Row:
    """The row for errors of a class."""
    for ancestor in kind.__mro__:
        if ancestor in TABLE:
            return TABLE[ancestor]
    return _UNFORESEEN


def row_of_status(status: int) -> Row:
    """The row for a status that the framework chose; an unknown one is told by its class alone."""
    if status in BY_STATUS:
        return BY_STATUS[status]
    return Row(slug="bad-request", title=BY_STATUS[400].title, status=status) if status < 500 else _UNFORESEEN


def problem_of(row: Row, request_id: str, own_words: str = "", fields: list[Fault] | None = None) -> Problem:
    """A problem; ``own_words`` are the error's, and are shown unless its row keeps them inside."""
    detail = SAYING.get(row.slug, "") if row.plain else own_words or SAYING.get(row.slug, "")
    return Problem(
        type=f"/problems/{row.slug}",
        title=row.title,
        status=row.status,
        detail=detail or row.title + ".",
        instance=request_id,
        fields=fields,
    )


def rows() -> dict[str, Row]:
    """Every kind of problem by its slug."""
    return {row.slug: row for row in (*TABLE.values(), *BY_STATUS.values())}
