"""A whole installation in folders, as the commands open it, with sessions that went through the real use cases."""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import insert, select

from models.errors import EngineError
from models.records.coding import Setting
from models.records.speech import Role
from service.admin.canaries import Canary, ScanReport, scan, sound_canary, text_canary
from service.api.repeat import Answer, Repeat
from service.blobs.errors import BlobRefusedError
from service.blobs.reader import open_blob
from service.database.engine import open_database
from service.database.tables import job, person, recording, role_grant, session, upload
from service.database.words import (
    How,
    JobState,
    LawfulBasis,
    PermissionAnswer,
    PermissionPurpose,
    StaffRole,
)
from service.housekeeping import ingest_of
from service.ids import new_id
from service.ingest.finishing import file_name_field, upload_file_name_field
from service.ingest.records import Asked, UploadKind
from service.installation import Installation, epochs_folder, keystore_file, opened_installation
from service.jobs.records import RecordingKind
from service.jobs.runner import JobRunner
from service.jobs.scratch import Scratch
from service.keybroker.errors import KeyDestroyedError, NoSuchKeyError
from service.keybroker.fields import FieldCipher
from service.keybroker.keystore import open_keystore
from service.keybroker.ports import Actor
from service.permissions.usecases import record
from service.sessions.records import Details, NewSession
from service.sessions.usecases import Sessions
from service.settings_service import ServiceSettings
from tests.service.api.acting_once import answer_once
from tests.service.jobs.made import Transcriber, engines

STATEMENTS = {Role.PRACTITIONER: "worker-1", Role.PARENT_OR_CARER: "adult-1"}
QUIET_BYTES = 128_000
NOWHERE = frozenset({"repeat key", "request", "error text"})
"""Where canaries are planted that nothing may be kept of, sealed or not."""


@dataclass
class Told:
    """A session, and what was said in it. ``wrapped``: its key as it lies in the keystore."""

    session_id: str
    canaries: list[Canary] = field(default_factory=list)
    wrapped: bytes = b""

    def planted(self, where: str, kind: Callable[[str], Canary] = text_canary) -> Canary:
        self.canaries.append(kind(f"{self.session_id[:6]}-{where}"))
        return self.canaries[-1]

    @property
    def sealed(self) -> set[str]:
        """Names of those that are kept, sealed."""
        return {one.name for one in self.canaries if one.name.partition("-")[2] not in NOWHERE}


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The settings of an installation below a folder; ledger and anchors lie outside of its data."""
    return {
        "PRACTICE_DATA": str(folder / "data"),
        "PRACTICE_LEDGER": str(folder / "outside" / "ledger"),
        "PRACTICE_ANCHORS": str(folder / "outside" / "anchors"),
        **more,
    }


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder in memory where there is one: kill -9 loses as much there as on a disk, and syncing takes no time."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


class Installed:
    """Where an installation is; each act opens it anew, as a command does."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.environment = environment(folder, **more)
        self.settings = ServiceSettings.from_environment(self.environment)

    @contextmanager
    def opened(self, *, may_begin: bool = False) -> Iterator[Installation]:
        with opened_installation(self.settings, may_begin=may_begin) as installation:
            yield installation

    def worker(self) -> Actor:
        """A new practitioner; the installation is made where there is none."""
        made = Actor(person_id=new_id(), roles=frozenset({StaffRole.PRACTITIONER}), request_id=new_id())
        with self.opened(may_begin=True) as installation, installation.parts.database.writing() as rows:
            values = {"sign_in_name": made.person_id, "shown_name": "Worker", "state": "active"}
            rows.execute(insert(person).values(id=made.person_id, **values, created_ms=0, changed_ms=0))
            rows.execute(
                insert(role_grant).values(id=new_id(), person_id=made.person_id, role="practitioner", from_ms=0)
            )
        return made

    def session(self, worker: Actor, *, worked_on: bool = True, content: bytes | None = None) -> Told:
        """A session with details, permissions and a recording, and with what the stages of its job made.

        ``content``: a recording without canaries instead.
        """
        with self.opened() as installation:
            told = _added(installation, worker)
            _sent(installation, worker, told, content)
            if worked_on:
                _worked_on(installation, told)
                _repeated(installation, worker, told)
            told.wrapped = installation.destroyer.wrapped(told.session_id) or b""
        return told

    def scanned(self, canaries: list[Canary], *, keyed: bool = False, more: tuple[Path, ...] = ()) -> ScanReport:
        """Everything that is kept; ``keyed`` as a thief sees it who has every key that is there too."""
        folders = [self.settings.data, self.settings.ledger.parent, *more]
        if not keyed:
            return scan(folders, canaries)
        with closing(Thief(self.settings)) as thief:
            return scan(folders, canaries, unseal=thief.opened)


class Thief:
    """Opens whatever opens with any key of the installation's keystore; a column counts as part of its database."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._keystore = open_keystore(keystore_file(settings), epochs_folder(settings))
        self._database = open_database(settings.database_url)
        with self._database.reading() as rows:
            sessions = list(rows.scalars(select(session.c.id)))
        self._keys = {one: key for one in sessions if (key := self._key(one)) is not None}

    def close(self) -> None:
        """Let go of the database: processes that are forked afterwards must not share it."""
        self._database.close()

    def opened(self, path: Path) -> Iterator[bytes] | None:
        """See `canaries.Unseal`."""
        if path == keystore_file(self._settings):
            return self._columns()
        return self._blob(path) if path.parent.parent.name == "blobs" else None

    def _key(self, session_id: str) -> bytes | None:
        try:
            return self._keystore.unwrap(session_id)
        except (KeyDestroyedError, NoSuchKeyError):
            return None

    def _blob(self, path: Path) -> Iterator[bytes]:
        for session_id, key in self._keys.items():
            try:
                with open_blob(_File(path.read_bytes()), key, session_id=session_id, blob_id=path.name) as reader:
                    yield from reader.pieces(0, reader.size)
            except BlobRefusedError:
                continue

    def _columns(self) -> Iterator[bytes]:
        with self._database.reading() as rows:
            found = [(one.id, "session.details", one.details) for one in rows.execute(select(session))]
            found += [
                (one.session_id, file_name_field(one.id), one.file_name) for one in rows.execute(select(recording))
            ]
            for one in rows.execute(select(upload)):
                found.append((one.session_id, upload_file_name_field(one.id), one.file_name))
        for session_id, name, sealed in found:
            if sealed is not None and session_id in self._keys:
                yield FieldCipher(self._keys[session_id], session_id).unseal(name, sealed)


class _File:
    def __init__(self, data: bytes) -> None:
        self._data, self.size = data, len(data)

    def read_at(self, start: int, length: int) -> bytes:
        return self._data[start : start + length]

    def close(self) -> None:
        pass


def _added(installation: Installation, worker: Actor) -> Told:
    parts, told = installation.parts, Told(session_id="")
    sessions = Sessions(parts=parts, visible=lambda rows, actor: parts.broker.visible_sessions(rows, actor))  # type: ignore[attr-defined]
    new = NewSession(
        setting=Setting.DIRECT_PRACTICE, held_on="2026-11-20", lawful_basis=LawfulBasis.CONSENT,
        participants=tuple(STATEMENTS),
    )  # fmt: skip
    made = sessions.add(worker, new).facts
    told.session_id = made.id
    details = Details(
        title=str(told.planted("title").content), purpose=str(told.planted("purpose").content),
        change_goal=str(told.planted("goal").content), notes=str(told.planted("notes").content),
    )  # fmt: skip
    sessions.change(worker, made.id, details, version=made.version)
    now = parts.clock()
    for present in made.participants:
        record(
            parts, worker, made.id, present.id, PermissionPurpose.REFLECTION, PermissionAnswer.GIVEN, how=How.SPOKEN,
            statement=STATEMENTS[present.role], said_ms=now,
        )  # fmt: skip
    return told


def _sent(installation: Installation, worker: Actor, told: Told, given: bytes | None = None) -> None:
    """A wav file with canaries in its samples, in two parts."""
    ingest = ingest_of(installation)
    said = told.planted("recording", sound_canary).data * 3 + secrets.token_bytes(QUIET_BYTES)
    said += told.planted("recording end", sound_canary).data
    content = b"RIFF" + (36 + len(said)).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    content += bytes.fromhex("0100 0100 803e0000 007d0000 0200 1000") + b"data" + len(said).to_bytes(4, "little") + said
    content = given or content
    begun = ingest.begin(worker, Asked(
        session_id=told.session_id, length=len(content), kind=UploadKind.SOUND,
        file_name=f"{told.planted('file name').content}.wav",
    ))  # fmt: skip
    ingest.receive(worker, begun.id, 0, [content[:5000]])
    ingest.receive(worker, begun.id, 5000, [content[5000:]])


def _worked_on(installation: Installation, told: Told) -> None:
    """Every stage, with engines that only pretend; the first attempt fails with words of the recording."""
    parts = installation.parts
    with parts.database.reading() as rows:
        job_id = rows.execute(select(job.c.id).where(job.c.session_id == told.session_id)).scalar_one()
    said, failed = told.planted("transcript"), told.planted("error text")

    class Saying(Transcriber):
        def transcribe(self, audio, stretches, progress):  # type: ignore[no-untyped-def]
            self.runs += 1
            if self.runs == 1:
                raise EngineError(str(failed.content))
            from models.adapters.fakes import FakeTranscriber

            return FakeTranscriber(str(said.content)).transcribe(audio, stretches, progress)

    made = engines(Saying())
    with Scratch(None) as scratch:
        runner = JobRunner(
            parts, lambda: made, worker_id="one", scratch=scratch, stopping=threading.Event(), tell_every_s=0.0
        )
        with parts.database.writing() as rows:
            rows.execute(job.update().where(job.c.id == job_id).values(state=JobState.RUNNING))
        for stage in RecordingKind.SOUND.stages:
            if not runner.run(job_id, stage):
                with parts.database.writing() as rows:
                    rows.execute(job.update().where(job.c.id == job_id).values(state="running", not_before_ms=0))
                assert runner.run(job_id, stage), stage


def _repeated(installation: Installation, worker: Actor, told: Told) -> None:
    """A request that came twice; nobody but the sender knows key and words."""
    key, sent = told.planted("repeat key"), told.planted("request")
    once = Repeat(secret=installation.secret, key=str(key.content), path="POST /", sent=sent.data).by(worker)
    for _ in range(2):
        answer_once(
            installation.parts.database, installation.parts.clock, once,
            lambda rows: Answer(status=201, body={"id": told.session_id}),
        )  # fmt: skip
