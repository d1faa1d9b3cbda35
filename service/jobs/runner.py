"""Does one stage of one job: claims it, opens the session, computes, keeps the result, or says why not."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from models.records.coding import Conversation
from models.records.speech import Speech, Words
from pipelines.execution.plan import Plan
from pipelines.execution.stepwise import all_made, keys_of, made_by
from pipelines.session import Engines
from service.audit.records import Action, Purpose
from service.barriers import barrier
from service.blobs.errors import StoreFullError
from service.database.errors import DatabaseFullError, DatabaseUnavailableError
from service.jobs.claims import Claims
from service.jobs.errors import JobStoppedError, LostClaimError, NeedsHearingError, NoSpeechError
from service.jobs.held import InHand
from service.jobs.plans import documents_keys, documents_of, plan_for, told
from service.jobs.reasons import reason_of
from service.jobs.records import CONTENTS, DOCUMENTS, WAIT_MS, Claim, Queue
from service.jobs.scratch import Scratch
from service.jobs.sealed_artefacts import SealedArtefacts
from service.keybroker.errors import KeeperAwayError, UnknownMachineError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.transcripts.given import roles_given

PURPOSE = Purpose.REFLECTION
"""What a session is worked on for: everyone in it agreed at least to the worker's own reflection."""
ACTION = Action.EDIT
"""Working on a session adds to what is known of it."""
_AWAITED = (DatabaseFullError, StoreFullError, KeeperAwayError)
"""What is over as soon as somebody sees to it, and has nothing to do with the recording: no room, or no key keeper."""
_log = logging.getLogger("practice.jobs")


@dataclass(slots=True, kw_only=True)
class Watch:
    """Progress of one stage, stored at most once in ``every_s`` seconds; and how it learns that it must stop."""

    claims: Claims
    claim: Claim
    stopping: threading.Event
    every_s: float
    stopped: bool = False
    _next: float = field(default=0.0)

    def __call__(self, fraction: float) -> None:
        """Tell how far the stage is. Raises JobStoppedError where it is not to go on."""
        if self.stopping.is_set():
            self._stop()
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self.every_s
        try:
            self.claims.tell(self.claim, fraction)
        except JobStoppedError:
            self._stop()
        except (DatabaseUnavailableError, DatabaseFullError):
            _log.warning("job %s: its progress could not be stored", self.claim.job_id)

    def _stop(self) -> None:
        self.stopped = True  # an engine may turn the error that now rises through it into one of its own
        raise JobStoppedError


class JobRunner:
    """Does stages of jobs in this process; `run` is what the durable engine calls."""

    def __init__(
        self,
        parts: Parts,
        engines: Callable[[], Engines],
        *,
        worker_id: str,
        scratch: Scratch,
        stopping: threading.Event,
        tell_every_s: float = 1.0,
        in_hand: InHand | None = None,
    ) -> None:
        self._parts = parts
        self._engines = engines
        self._claims = Claims(parts, worker_id)
        self._scratch = scratch
        self._stopping = stopping
        self._tell_every_s = tell_every_s
        self._in_hand = in_hand or InHand()
        self._outlived: dict[str, int] = {}

    def run(self, job_id: str, stage: str) -> bool:
        """Do a stage; whether the job goes on to the next. What went wrong stands in the job's row, by a word."""
        claim = self._claims.take(job_id, stage, outlived=self._outlived.get(job_id))
        self._outlived.pop(job_id, None)
        if claim is None:
            return False
        barrier("job.claimed")
        watch = Watch(claims=self._claims, claim=claim, stopping=self._stopping, every_s=self._tell_every_s)
        try:
            with self._in_hand.holding(claim):
                self._stage(claim, watch)
        except Exception as error:  # whatever an engine raises is the job's end or its next attempt, never the worker's
            self._outlived[job_id] = claim.fence
            self._failed(claim, watch, error)
            del self._outlived[job_id]
            return False
        if stage != DOCUMENTS:
            self._outlived[job_id] = claim.fence
        return True

    def _stage(self, claim: Claim, watch: Watch) -> None:
        actor = Actor.worker(claim.job_id)
        content = CONTENTS[claim.stage]
        watch(0.0)
        roles = roles_given(self._parts, actor, claim.session_id)
        with (
            self._parts.broker.open(actor, claim.session_id, content, purpose=PURPOSE, action=ACTION) as opened,
            self._scratch.folder() as folder,
        ):
            if opened.permission_epoch != claim.permission_epoch:
                raise LostClaimError
            with self._parts.database.reading() as rows:
                known = told(rows, claim.recording_id)
            store = SealedArtefacts(self._parts, self._claims, claim, opened, folder=folder, source_blob=known.blob_id)
            plan, choices = plan_for(known, opened, self._engines(), store.source, roles)
            if claim.queue is Queue.LIGHT and not _heard(plan, store):
                raise NeedsHearingError
            if claim.stage != DOCUMENTS:
                _refuse_silence(made_by(plan, claim.stage, store, watch).record)
                return
            outcome = all_made(plan, store, watch)
            store.put_documents(documents_keys(plan), documents_of(outcome, self._engines(), choices))
        barrier("job.finished")

    def _failed(self, claim: Claim, watch: Watch, error: Exception) -> None:
        if isinstance(error, NeedsHearingError):
            self._claims.give_to(claim, Queue.SPEECH)
            return
        if watch.stopped or isinstance(error, JobStoppedError | LostClaimError | UnknownMachineError):
            _log.info("job %s: stage %s was stopped", claim.job_id, claim.stage)
            self._claims.hand_back(claim)
            return
        if isinstance(error, _AWAITED):
            _log.warning("job %s: stage %s waits: %s", claim.job_id, claim.stage, type(error).__name__)
            self._claims.hand_back(claim, wait_ms=WAIT_MS)
            return
        reason, useless = reason_of(error, claim.stage)
        kind = type(error).__name__  # never its message, which may quote what was said
        _log.warning("job %s: stage %s failed with %s (%s)", claim.job_id, claim.stage, kind, reason)
        self._claims.give_up(claim, reason, useless=useless)


def _heard(plan: Plan, store: SealedArtefacts) -> bool:
    """Whether the words that the plan would have written are there already; a plan without sound needs none."""
    key = keys_of(plan).get("transcribe")
    return key is None or store.holds("transcribe", key)


def _refuse_silence(record: object) -> None:
    """A recording without a word is a failure that a person is told of, not an empty result. Raises NoSpeechError."""
    empty = (
        (isinstance(record, Speech) and not record.spans)
        or (isinstance(record, Words) and not record.words)
        or (isinstance(record, Conversation) and not record.lines)
    )
    if empty:
        raise NoSpeechError
