"""Sessions with recordings to work on, engines that only pretend, and a worker in a process of its own."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import insert, select

from models.adapters.channel_diarizer import ChannelDiarizer
from models.adapters.fakes import FakeCoder, FakeDiarizer, FakeSpeechDetector, FakeTranscriber
from models.ports import Progress, no_progress
from models.records.audio import Audio, Recording
from models.records.provenance import Engine
from models.records.span import Span
from models.records.speech import Role, Words
from pipelines.judges.transparent import TransparentJudge
from pipelines.session import Engines
from service import barriers
from service.audit.records import Purpose
from service.blobs.local_store import LocalBlobStore
from service.clock import now_ms
from service.database.engine import Database, open_database
from service.database.tables import METADATA, artefact, job, participant, person, recording, session
from service.database.words import Content
from service.ids import new_id
from service.jobs.queueing import Queueing
from service.keybroker.ports import Actor
from service.parts import Parts
from tests.service.stand_ins import OpenHandedBroker, RememberingTrail

CANARY = b"a-sentence-that-was-said-at-home"
SOUND = CANARY * 4_000
TRANSCRIPT = (
    b"WEBVTT\n\n00:00.000 --> 00:02.000\n<v Social worker>How are you?\n\n00:02.000 --> 00:04.000\n<v Mum>Fine.\n"
)


class CopyingDecoder:
    """The recording's bytes as samples, and again as the copy for listening."""

    engine = Engine(name="copying-decoder", version="1")

    def decode(self, source: Path, into: Path, progress: Progress = no_progress) -> Audio:
        content = source.read_bytes()
        (into / "audio.s16").write_bytes(content)
        (into / "playback.m4a").write_bytes(content)
        progress(1.0)
        frames = len(content) // 2
        made = Recording(
            sha256="0" * 64, size_bytes=len(content), container="c", codec="c", channels=1,
            sample_rate_hz=16_000, duration_ms=frames // 16,
        )  # fmt: skip
        return Audio(
            recording=made, pcm=into / "audio.s16", channels=1, frames=frames, gain_db=0.0, separate_channels=False,
            advice=(), playback=into / "playback.m4a",
        )  # fmt: skip


@dataclass
class Transcriber:
    """Writes the canary; before that it does whatever it was told to, and tells its progress in between."""

    meanwhile: Callable[[Progress], None] = no_progress  # type: ignore[assignment]
    longest_ms: int = 15_000
    engine: Engine = field(default_factory=lambda: Engine(name="fake-transcriber", version="1"))
    runs: int = 0

    def transcribe(self, audio: Audio, stretches: tuple[Span, ...], progress: Progress = no_progress) -> Words:
        self.runs += 1
        if self.meanwhile is not no_progress:
            self.meanwhile(progress)
        return FakeTranscriber(CANARY.decode()).transcribe(audio, stretches, progress)


def engines(transcriber: Transcriber | None = None, *, silent: bool = False) -> Engines:
    """Fakes that hear two voices for three seconds, or nobody."""
    detector = FakeSpeechDetector() if silent else FakeSpeechDetector((0, 1500), (1600, 3000))
    return Engines(
        decoder=CopyingDecoder(),
        detector=detector,
        diarizer=FakeDiarizer(),
        channel_diarizer=ChannelDiarizer(lambda audio, channel: detector.detect(audio), detector.engine),
        transcriber=transcriber or Transcriber(),
        coder=FakeCoder("canary"),
        judge=TransparentJudge(),
    )


class EverybodysBroker(OpenHandedBroker):
    """Knows every session that the database knows, so that processes agree without talking; and their epochs."""

    def __init__(self, blobs: LocalBlobStore, database: Database) -> None:
        super().__init__(blobs=blobs)
        self._database = database

    def open(self, actor: Actor, session_id: str, content: Content, *, purpose: Purpose, action=None):  # type: ignore[no-untyped-def]
        with self._database.reading() as rows:
            found = rows.execute(select(session.c.permission_epoch).where(session.c.id == session_id)).scalar_one()
        self.known.add(session_id)
        self.epochs[session_id] = found
        return super().open(actor, session_id, content, purpose=purpose, action=action)


def parts_at(folder: Path, url: str | None = None) -> Parts:
    """The service's parts in a folder, as every process of a test opens them."""
    database = open_database(url or f"sqlite:///{folder / 'service.sqlite3'}")
    blobs = LocalBlobStore(folder / "blobs")
    return Parts(
        database=database,
        blobs=blobs,
        broker=EverybodysBroker(blobs, database),
        trail=RememberingTrail(),
        clock=now_ms,
    )


def fresh(folder: Path, url: str | None = None) -> Parts:
    """The same with empty tables."""
    parts = parts_at(folder, url)
    METADATA.drop_all(parts.database.engine)
    METADATA.create_all(parts.database.engine)
    return parts


def a_person(parts: Parts) -> str:
    made = new_id()
    values = {"id": made, "sign_in_name": made, "shown_name": "Worker", "state": "active"}
    with parts.database.writing() as rows:
        rows.execute(insert(person).values(**values, created_ms=0, changed_ms=0))
    return made


def a_session(parts: Parts, person_id: str) -> str:
    made = new_id()
    values = {"setting": "direct_practice", "state": "waiting", "lawful_basis": "public-task", "held_on": "2026-11-22"}
    with parts.database.writing() as rows:
        rows.execute(insert(session).values(id=made, worker_id=person_id, created_ms=0, **values))
        for role in (Role.PRACTITIONER, Role.PARENT_OR_CARER):
            rows.execute(insert(participant).values(id=new_id(), session_id=made, role=role, place=1))
    return made


def a_recording(parts: Parts, session_id: str, content: bytes = SOUND, kind: str = "sound") -> str:
    made, blob = new_id(), new_id()
    opened = parts.broker.open(Actor.worker(made), session_id, Content.RECORDING, purpose=Purpose.REFLECTION)
    with opened.write(blob) as writer:
        writer.write(content)
    values = {"blob_id": blob, "content_mac": blob + made, "size_bytes": len(content), "received_ms": 0}
    with parts.database.writing() as rows:
        rows.execute(insert(recording).values(id=made, session_id=session_id, kind=kind, **values))
    return made


def a_job(parts: Parts, person_id: str | None = None, content: bytes = SOUND, kind: str = "sound") -> str:
    """A job of a new session, queued as an upload queues it."""
    who = person_id or a_person(parts)
    session_id = a_session(parts, who)
    recording_id = a_recording(parts, session_id, content, kind)
    with parts.database.writing() as rows:
        return Queueing(parts.clock)(rows, session_id, recording_id, who)


def row_of(parts: Parts, job_id: str):  # type: ignore[no-untyped-def]
    with parts.database.reading() as rows:
        wanted = select(job, session.c.state.label("session_state")).join(session).where(job.c.id == job_id)
        return rows.execute(wanted).one()


def kept_of(parts: Parts, job_id: str) -> list[str]:
    """The stages of what is kept for a job's session, one for each row."""
    session_id = row_of(parts, job_id).session_id
    with parts.database.reading() as rows:
        its = select(artefact.c.stage).where(artefact.c.session_id == session_id)
        return sorted(rows.execute(its).scalars())


def until(what: Callable[[], bool], seconds: float = 150.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


class WorkerProcess:
    """A worker in a process of its own, forked from this one; killed at the end of the ``with`` block if it lives."""

    def __init__(self, folder: Path, *, worker_id: str = "one", **told: str) -> None:
        self.log = folder / f"{worker_id}.log"
        self.ready = folder / f"{worker_id}.ready"
        self.number = os.fork()
        if self.number == 0:
            self._be_it(folder, {"WORKER_ID": worker_id, **told})

    def __enter__(self) -> WorkerProcess:
        return self

    def __exit__(self, *error: object) -> None:
        if self._ended is None:
            os.kill(self.number, signal.SIGKILL)
            self.ended(20)

    _ended: int | None = None

    def send(self, number: signal.Signals) -> None:
        """A signal, once the process is ready for it."""
        until(lambda: self.ready.exists() and self.ready.read_text() == str(self.number))
        os.kill(self.number, number)

    def ended(self, seconds: float) -> int | None:
        """How it ended within so many seconds, as subprocess says it; None where it lives."""
        deadline = time.monotonic() + seconds
        while self._ended is None:
            number, status = os.waitpid(self.number, os.WNOHANG)
            if number:
                self._ended = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > deadline:
                return None
            else:
                time.sleep(0.02)
        return self._ended

    def killed(self, seconds: float = 150.0) -> bool:
        """Whether it ended by SIGKILL within so many seconds."""
        return self.ended(seconds) == -signal.SIGKILL

    def _be_it(self, folder: Path, told: dict[str, str]) -> None:
        try:
            from tests.service.jobs.worker_process import work

            with self.log.open("ab") as log:
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
            barriers.arm(told)
            work(folder, told)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
