"""One stage at a time, in this process: what is kept, what a person is told, and what stops a stage."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from models.adapters.media_refusals import TooLongError
from models.errors import EngineError
from models.ports import Progress
from service.audit.records import Purpose
from service.database.tables import artefact, job, pace, session
from service.database.words import Content
from service.jobs.claims import Claims
from service.jobs.errors import ForeignJobError, JobNotEndedError, LostClaimError
from service.jobs.queueing import Jobs, view_of
from service.jobs.reasons import SENTENCES
from service.jobs.records import BACKOFF_MS, RecordingKind
from service.jobs.runner import JobRunner
from service.jobs.scratch import Scratch
from service.keybroker.ports import Actor
from service.parts import Parts
from tests.service.jobs.made import (
    CANARY,
    SOUND,
    TRANSCRIPT,
    Transcriber,
    a_job,
    a_person,
    engines,
    fresh,
    kept_of,
    row_of,
)
from tests.service.stand_ins import RememberingTrail, ToldClock

STAGES = RecordingKind.SOUND.stages
DOCUMENTS = ["coding", "listening", "peaks", "scoring", "session"]


@pytest.fixture
def clock() -> ToldClock:
    return ToldClock()


@pytest.fixture
def parts(tmp_path: Path, clock: ToldClock) -> Iterator[Parts]:
    made = replace(fresh(tmp_path), clock=clock)
    yield made
    made.database.close()


@pytest.fixture
def transcriber() -> Transcriber:
    return Transcriber()


@pytest.fixture
def stopping() -> threading.Event:
    return threading.Event()


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Scratch]:
    with Scratch(tmp_path / "scratch") as made:
        yield made


@pytest.fixture
def runner(parts: Parts, transcriber: Transcriber, scratch: Scratch, stopping: threading.Event) -> JobRunner:
    built = engines(transcriber)
    return JobRunner(parts, lambda: built, worker_id="one", scratch=scratch, stopping=stopping, tell_every_s=0.0)


def begin(parts: Parts, job_id: str) -> str:
    """As the dispatcher does."""
    with parts.database.writing() as rows:
        rows.execute(update(job).where(job.c.id == job_id).values(state="running", started_ms=1, stage_started_ms=1))
    return job_id


def work(runner: JobRunner, job_id: str, stages: tuple[str, ...] | None = None) -> list[str]:
    """The stages that went on, as the engine runs them from where the job stands."""
    if stages is None:
        stages = RecordingKind.SOUND.stages_from(row_of(runner._parts, job_id).stage)
    done = []
    for stage in stages:
        if not runner.run(job_id, stage):
            break
        done.append(stage)
    return done


def test_a_recording_becomes_documents_and_its_session_is_ready(parts: Parts, runner: JobRunner) -> None:
    job_id = begin(parts, a_job(parts))
    assert work(runner, job_id) == list(STAGES)
    row = row_of(parts, job_id)
    assert (row.state, row.session_state, row.audio_ms) == ("done", "ready", len(SOUND) // 2 // 16)
    assert kept_of(parts, job_id) == sorted([*STAGES[:-1], *DOCUMENTS])


def document(parts: Parts, job_id: str, stage: str) -> bytes:
    session_id = row_of(parts, job_id).session_id
    with parts.database.reading() as rows:
        blob = rows.execute(select(artefact.c.blob_id).where(artefact.c.stage == stage)).scalar_one()
    opened = parts.broker.open(Actor.worker(job_id), session_id, Content.TRANSCRIPT, purpose=Purpose.REFLECTION)
    with opened.read(blob) as content:
        return content.readall()


def test_documents_are_those_that_an_analysis_writes(parts: Parts, runner: JobRunner) -> None:
    job_id = begin(parts, a_job(parts))
    work(runner, job_id)
    assert json.loads(document(parts, job_id, "session"))["schema_version"] == "1.0"
    assert CANARY.decode() in document(parts, job_id, "session").decode()
    assert json.loads(document(parts, job_id, "scoring"))["suggestions"]
    assert document(parts, job_id, "listening") == SOUND


def test_a_transcript_that_was_brought_is_coded_and_scored(parts: Parts, runner: JobRunner) -> None:
    job_id = begin(parts, a_job(parts, content=TRANSCRIPT, kind="transcript"))
    stages = RecordingKind.TRANSCRIPT.stages
    assert work(runner, job_id, stages) == list(stages)
    assert row_of(parts, job_id).queue == "light"
    assert kept_of(parts, job_id) == ["classify", "coding", "read", "score", "scoring"]


def test_no_plaintext_is_left_anywhere(parts: Parts, runner: JobRunner, tmp_path: Path) -> None:
    job_id = begin(parts, a_job(parts))
    work(runner, job_id)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > len(STAGES)
    assert [path.name for path in files if CANARY in path.read_bytes()] == []


def test_the_recording_lies_in_the_private_folder_while_it_is_decoded(
    parts: Parts, runner: JobRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Path] = []
    decode = type(runner._engines().decoder).decode

    def look(self: object, source: Path, into: Path, progress: Progress) -> object:
        seen.extend([source, into])
        return decode(self, source, into, progress)  # type: ignore[arg-type]

    monkeypatch.setattr(type(runner._engines().decoder), "decode", look)
    work(runner, begin(parts, a_job(parts)), ("decode",))
    assert [path.is_relative_to(tmp_path / "scratch") for path in seen] == [True, True]
    assert not any(path.exists() for path in seen)


def test_a_finished_stage_is_not_repeated(parts: Parts, runner: JobRunner, transcriber: Transcriber) -> None:
    job_id = begin(parts, a_job(parts))
    work(runner, job_id)
    with parts.database.writing() as rows:
        rows.execute(update(job).values(state="running", stage=None))
    assert work(runner, job_id) == list(STAGES)
    assert transcriber.runs == 1
    assert len(kept_of(parts, job_id)) == len(set(kept_of(parts, job_id)))


@pytest.mark.parametrize(
    ("error", "reason", "state"),
    [
        (TooLongError(), "too-long", "failed"),
        (EngineError("a sentence that was said"), None, "queued"),
        (MemoryError(), None, "queued"),
        (OSError(28, "no space"), None, "queued"),
    ],
)
def test_what_would_fail_again_fails_at_once_and_the_rest_waits(
    parts: Parts, runner: JobRunner, transcriber: Transcriber, error: Exception, reason: str | None, state: str
) -> None:
    transcriber.meanwhile = raising(error)
    job_id = begin(parts, a_job(parts))
    work(runner, job_id)
    row = row_of(parts, job_id)
    assert (row.state, row.reason) == (state, reason)
    assert row.not_before_ms == (0 if reason else parts.clock() + BACKOFF_MS[0])


def raising(error: Exception) -> Callable[[Progress], None]:
    def fail(progress: Progress) -> None:
        raise error

    return fail


def test_a_stage_is_begun_three_times_and_then_fails(parts: Parts, runner: JobRunner, transcriber: Transcriber) -> None:
    transcriber.meanwhile = raising(EngineError())
    job_id = a_job(parts)
    for _ in range(5):
        if row_of(parts, job_id).state == "queued":
            work(runner, begin(parts, job_id))
    row = row_of(parts, job_id)
    assert (transcriber.runs, row.state, row.reason, row.session_state) == (3, "failed", "engine-failed", "failed")


def test_a_stage_that_never_came_back_three_times_is_a_lost_worker(parts: Parts, runner: JobRunner) -> None:
    job_id, claims = begin(parts, a_job(parts)), Claims(parts, "killed")
    assert [claims.take(job_id, "decode") is not None for _ in range(3)] == [True, True, True]
    assert not runner.run(job_id, "decode")
    assert (row_of(parts, job_id).state, row_of(parts, job_id).reason) == ("failed", "worker-lost")


def test_silence_is_a_failure(parts: Parts, scratch: Scratch, stopping: threading.Event) -> None:
    built = engines(silent=True)
    job_id = begin(parts, a_job(parts))
    work(JobRunner(parts, lambda: built, worker_id="one", scratch=scratch, stopping=stopping), job_id)
    assert (row_of(parts, job_id).state, row_of(parts, job_id).reason) == ("failed", "no-speech")


def during(act: Callable[[], object]) -> Callable[[Progress], None]:
    def do(progress: Progress) -> None:
        progress(0.4)
        act()
        progress(0.5)
        raise AssertionError("the stage was not stopped")

    return do


def test_a_cancel_stops_the_running_stage_and_nothing_of_it_is_kept(
    parts: Parts, runner: JobRunner, transcriber: Transcriber
) -> None:
    who = a_person(parts)
    job_id = begin(parts, a_job(parts, who))
    asking = Actor(person_id=who, roles=frozenset(), request_id="0" * 32)
    transcriber.meanwhile = during(lambda: Jobs(parts).cancel(asking, job_id))
    assert work(runner, job_id) == ["decode", "detect", "diarize"]
    row = row_of(parts, job_id)
    assert (row.state, row.reason, row.session_state) == ("cancelled", "cancelled", "waiting")
    assert kept_of(parts, job_id) == ["decode", "detect", "diarize"]


def withdraw(parts: Parts, state: str) -> None:
    with parts.database.writing() as rows:
        rows.execute(update(session).values(permission_epoch=session.c.permission_epoch + 1, state=state))


@pytest.mark.parametrize(("state", "reason"), [("withdrawn", "withdrawn"), ("quarantined", "permission-over")])
def test_after_a_withdrawal_nothing_is_kept(
    parts: Parts, runner: JobRunner, transcriber: Transcriber, state: str, reason: str
) -> None:
    job_id = begin(parts, a_job(parts))
    transcriber.meanwhile = during(lambda: withdraw(parts, state))
    work(runner, job_id)
    row = row_of(parts, job_id)
    assert (row.state, row.reason, row.session_state) == ("failed", reason, state)
    assert kept_of(parts, job_id) == ["decode", "detect", "diarize"]


def test_a_withdrawal_right_before_the_commit_keeps_nothing(
    parts: Parts, runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = begin(parts, a_job(parts))
    keep = Claims.keep

    def late(self: Claims, *given: object, **named: object) -> None:
        withdraw(parts, "withdrawn")
        keep(self, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Claims, "keep", late)
    blobs = set(parts.blobs.ids())
    assert work(runner, job_id) == []
    assert (kept_of(parts, job_id), set(parts.blobs.ids())) == ([], blobs)


def test_a_new_epoch_with_permission_begins_the_stage_again(
    parts: Parts, runner: JobRunner, transcriber: Transcriber
) -> None:
    job_id = begin(parts, a_job(parts))
    transcriber.meanwhile = during(lambda: withdraw(parts, "processing"))
    work(runner, job_id)
    assert (row_of(parts, job_id).state, row_of(parts, job_id).attempts) == ("queued", 0)
    transcriber.meanwhile = lambda progress: None
    assert work(runner, begin(parts, job_id)) == list(STAGES[3:])


def test_a_stale_fence_commits_nothing(parts: Parts, runner: JobRunner, transcriber: Transcriber) -> None:
    job_id = begin(parts, a_job(parts))
    other = Claims(parts, "other")
    transcriber.meanwhile = lambda progress: other.take(job_id, "transcribe") and None  # type: ignore[func-returns-value]
    work(runner, job_id)
    assert kept_of(parts, job_id) == ["decode", "detect", "diarize"]
    assert (row_of(parts, job_id).state, row_of(parts, job_id).worker_id) == ("running", "other")


def test_a_claim_that_another_took_can_neither_keep_nor_end_the_job(parts: Parts) -> None:
    job_id = begin(parts, a_job(parts))
    stale = Claims(parts, "one").take(job_id, "decode")
    fresh_one = Claims(parts, "two").take(job_id, "decode")
    assert stale is not None
    assert fresh_one is not None
    with pytest.raises(LostClaimError):
        Claims(parts, "one").keep(stale, lambda rows: None)
    Claims(parts, "one").hand_back(stale)
    assert row_of(parts, job_id).state == "running"
    Claims(parts, "two").keep(fresh_one, lambda rows: None)


def test_a_worker_that_stops_hands_its_stage_back_without_counting_it(
    parts: Parts, runner: JobRunner, transcriber: Transcriber, stopping: threading.Event
) -> None:
    job_id = begin(parts, a_job(parts))
    transcriber.meanwhile = during(stopping.set)
    work(runner, job_id)
    row = row_of(parts, job_id)
    assert (row.state, row.attempts, row.not_before_ms) == ("queued", 0, 0)


def test_someone_elses_job_looks_like_none_and_the_question_is_in_the_audit(parts: Parts) -> None:
    job_id = a_job(parts)
    foreign = Actor(person_id=a_person(parts), roles=frozenset(), request_id="0" * 32)
    said = set()
    for asked in (job_id, "0" * 32):
        with pytest.raises(ForeignJobError) as refused:
            Jobs(parts).cancel(foreign, asked)
        said.add(str(refused.value))
    assert len(said) == 1
    assert row_of(parts, job_id).state == "queued"
    with pytest.raises(ForeignJobError):
        Jobs(parts).of_session(foreign, "0" * 32)
    assert isinstance(parts.trail, RememberingTrail)
    assert [one.action for one in parts.trail.events] == ["denial"] * 3


def test_a_job_that_waits_is_cancelled_at_once_and_can_be_tried_again(parts: Parts, runner: JobRunner) -> None:
    who = a_person(parts)
    asking = Actor(person_id=who, roles=frozenset(), request_id="0" * 32)
    job_id = a_job(parts, who)
    with pytest.raises(JobNotEndedError):
        Jobs(parts).try_again(asking, job_id)
    Jobs(parts).cancel(asking, job_id)
    seen = Jobs(parts).view(asking, job_id)
    assert (seen.state, seen.sentence) == ("cancelled", SENTENCES[seen.reason] if seen.reason else None)
    again = Jobs(parts).try_again(asking, job_id)
    assert work(runner, begin(parts, again)) == list(STAGES)


def test_the_end_is_estimated_from_earlier_recordings(parts: Parts, runner: JobRunner, clock: ToldClock) -> None:
    work(runner, begin(parts, a_job(parts)))
    with parts.database.writing() as rows:
        rows.execute(update(pace).values(audio_ms=1000, spent_ms=500))
    job_id = begin(parts, a_job(parts))
    work(runner, job_id, STAGES[:3])
    claim = Claims(parts, "one").take(job_id, "transcribe")
    assert claim is not None
    Claims(parts, "one").tell(claim, 0.5)
    clock.pass_ms(2_000)
    with parts.database.writing() as rows:
        rows.execute(pace.insert().values(stage="documents", audio_ms=1000, spent_ms=0))
    audio_ms = len(SOUND) // 2 // 16
    with parts.database.reading() as rows:
        seen = view_of(rows, job_id, clock())
    assert seen.ends_ms == clock() + 2_000 + 3 * (audio_ms // 2)  # half done in 2 s; three stages at half speed
