"""A whole installation with real keys, broker, audit and policy, its web application, and people who are signed in."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import func, insert, select, update
from starlette.testclient import TestClient

from pipelines.execution.engine import InProcessEngine
from pipelines.session import Engines
from service.database.tables import audit, coaching, job, person, role_grant, upload
from service.database.words import JobState, StaffRole, UploadState
from service.housekeeping import eraser_of
from service.ids import new_id
from service.installation import Installation, opened_installation
from service.jobs.beats import Heartbeat
from service.jobs.dispatch import Dispatcher
from service.jobs.records import Queue
from service.jobs.runner import JobRunner
from service.jobs.scratch import Scratch
from service.keybroker.ports import Actor
from service.parts import Parts
from service.people import sign_in_rows
from service.people.principal import csrf_token, resolve_cookie
from service.settings_service import ServiceSettings
from service.web_process import people_parts, web_app
from tests.service.jobs.made import CANARY, engines
from tests.service.stand_ins import ToldClock

URL = "https://practice.example"
API = "/api/v1"
VISIT = {
    "setting": "direct_practice",
    "held_on": "2026-11-20",
    "lawful_basis": "public-task",
    "participants": ["practitioner", "parent_or_carer", "child"],
    "title": "Visit after the move",
    "change_goal": "Mornings without shouting",
}
STATEMENTS = {"practitioner": "worker-1", "supervisor": "worker-1", "child": "child-1"}


def wav(content: bytes = CANARY * 4_000) -> bytes:
    """A file that begins like a recording."""
    fmt = b"fmt " + (16).to_bytes(4, "little") + bytes.fromhex("01000100803e0000007d000002001000")
    data = b"data" + len(content).to_bytes(4, "little") + content
    return b"RIFF" + (4 + len(fmt) + len(data)).to_bytes(4, "little") + b"WAVE" + fmt + data


@dataclass
class Caller:
    """Somebody at a browser. Addresses are below /api/v1."""

    actor: Actor
    client: TestClient
    headers: dict[str, str]

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Response:
        return self.client.get(API + path, headers={**self.headers, **(headers or {})})

    def send(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Response:
        sent = {} if body is None else {"json": body}
        return self.client.request(method, API + path, headers={**self.headers, **(headers or {})}, **sent)

    def done(self, method: str, path: str, body: object = None) -> Any:
        """The answer to something that has to succeed."""
        response = self.send(method, path, body)
        assert response.status_code < 300, response.text
        return response.json() if response.content else None


@dataclass
class Council:
    """One installation. ``worker`` has a ``coach``; the ``stranger`` is a practitioner too."""

    installation: Installation
    app: FastAPI
    client: TestClient
    clock: ToldClock
    folder: Path
    callers: dict[str, Caller] = field(default_factory=dict)

    @property
    def parts(self) -> Parts:
        return self.installation.parts

    @property
    def worker(self) -> Caller:
        return self.callers["worker"]

    @property
    def coach(self) -> Caller:
        return self.callers["coach"]

    @property
    def administrator(self) -> Caller:
        return self.callers["administrator"]

    def person(self, name: str, *roles: StaffRole) -> Caller:
        """Somebody with these roles, signed in just now."""
        one, now = new_id(), self.clock()
        with self.parts.database.writing() as rows:
            rows.execute(insert(person).values(
                id=one, sign_in_name=one, shown_name="-", state="active", created_ms=0, changed_ms=0
            ))  # fmt: skip
            for role in roles:
                rows.execute(insert(role_grant).values(id=new_id(), person_id=one, role=role, from_ms=0))
            cookie = sign_in_rows.begin(rows, one, now, fresh_ms=now)
        return self._signed_in(name, cookie)

    def again(self, name: str) -> Caller:
        """The same person, signed in anew."""
        now = self.clock()
        with self.parts.database.writing() as rows:
            cookie = sign_in_rows.begin(rows, self.callers[name].actor.person_id, now, fresh_ms=now)
        return self._signed_in(name, cookie)

    def _signed_in(self, name: str, cookie: str) -> Caller:
        people = people_parts(self.installation)
        signed = resolve_cookie(people, cookie, new_id())
        assert signed is not None
        csrf = csrf_token(people, signed) or ""
        headers = {"Cookie": f"__Host-sid={cookie}", "Origin": URL, "X-CSRF": csrf}
        self.callers[name] = Caller(signed.actor, self.client, headers)
        return self.callers[name]

    def coaches(self, coach: Caller, worker: Caller) -> None:
        with self.parts.database.writing() as rows:
            rows.execute(insert(coaching).values(
                id=new_id(), coach_id=coach.actor.person_id, worker_id=worker.actor.person_id, from_ms=0
            ))  # fmt: skip

    def agree(self, session_id: str, *purposes: str, by: Caller | None = None) -> None:
        """Everybody in the session agrees to the purposes; to reflection and coaching where none is named."""
        who = by or self.worker
        for one in who.get(f"/sessions/{session_id}/participants").json()["items"]:
            for purpose in purposes or ("reflection", "coaching"):
                self.answer(session_id, one, purpose, by=who)

    def answer(self, session_id: str, one: dict[str, Any], purpose: str, *, by: Caller | None = None) -> Any:
        said = {
            "purpose": purpose, "answer": "given", "how": "spoken", "said_ms": self.clock(),
            "statement": STATEMENTS.get(one["role"], "adult-1"),
        }  # fmt: skip
        path = f"/sessions/{session_id}/participants/{one['id']}/permissions"
        return (by or self.worker).done("POST", path, said)

    def begin_upload(self, session_id: str, size: int, by: Caller | None = None, **more: str) -> Response:
        words = {"session": session_id, "kind": "sound", "filename": "visit.wav"}
        told = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in words.items())
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(size), "Upload-Metadata": told, **more}
        return (by or self.worker).send("POST", "/uploads", headers=headers)

    def upload(self, session_id: str, content: bytes | None = None, by: Caller | None = None) -> None:
        """Send a recording in two requests."""
        sound, who = content or wav(), by or self.worker
        begun = self.begin_upload(session_id, len(sound), who)
        assert begun.status_code == 201, begun.text
        half = len(sound) // 2
        for start, piece in ((0, sound[:half]), (half, sound[half:])):
            more = {
                "Tus-Resumable": "1.0.0",
                "Upload-Offset": str(start),
                "Content-Type": "application/offset+octet-stream",
            }
            response = self.client.patch(begun.headers["Location"], content=piece, headers={**who.headers, **more})
            assert response.status_code == 204, response.text

    def end_uploads(self) -> None:
        """Give up what is not finished: only so many may be open."""
        with self.parts.database.writing() as rows:
            rows.execute(update(upload).where(upload.c.state == UploadState.OPEN).values(state=UploadState.ENDED))

    def work(self, built: Engines | None = None) -> None:
        """Do every job whose turn has come, with engines that only pretend."""
        built = built or engines()
        with Scratch(self.folder / "scratch") as scratch:
            runner = JobRunner(
                self.parts, lambda: built, worker_id="one", scratch=scratch, stopping=threading.Event(),
                tell_every_s=0.0,
            )  # fmt: skip
            engine = InProcessEngine(runner.run, tuple(Queue))
            queues = tuple(Queue)
            beat = Heartbeat(self.parts, worker_id="one", version="1", queues=queues, every_s=60, silent_s=60)
            beat.beat()
            engine.start()
            dispatcher = Dispatcher(self.parts, engine, lost_after_ms=60_000, most_each=2)
            self._until_done(dispatcher)
            engine.close(5.0)
            beat.close()

    def ready(self, *purposes: str) -> str:
        """A session of the worker's whose recording was worked on."""
        session_id: str = self.worker.done("POST", "/sessions", VISIT)["id"]
        self.agree(session_id, *purposes)
        self.upload(session_id)
        self.work()
        return session_id

    def erase(self) -> int:
        """As housekeeping does."""
        return eraser_of(self.installation).run()

    def audited(self) -> int:
        """How many rows the audit has."""
        with self.parts.database.reading() as rows:
            return int(rows.execute(select(func.count()).select_from(audit)).scalar_one())

    def _until_done(self, dispatcher: Dispatcher) -> None:
        deadline = time.monotonic() + 60
        at_work = select(job.c.id).where(
            job.c.state.in_((JobState.QUEUED, JobState.RUNNING)), job.c.not_before_ms <= self.clock()
        )
        while True:
            dispatcher.dispatch()
            with self.parts.database.reading() as rows:
                if rows.execute(at_work).first() is None:
                    return
            assert time.monotonic() < deadline, "the jobs are stuck"
            time.sleep(0.02)


@contextmanager
def standing_council(folder: Path, url: str | None = None, **more: str) -> Iterator[Council]:
    """An installation begun in a folder, on SQLite unless a database is named. ``more`` are settings."""
    told = {"PRACTICE_DATA": str(folder / "data"), "PRACTICE_URL": URL, **more}
    settings = ServiceSettings.from_environment(told | ({"PRACTICE_DATABASE_URL": url} if url else {}))
    clock = ToldClock()
    with opened_installation(settings, may_begin=True, clock=clock) as installation:
        app = web_app(installation)
        with TestClient(app, base_url=URL, client=("203.0.113.7", 40000)) as client:
            council = Council(installation, app, client, clock, folder)
            council.person("worker", StaffRole.PRACTITIONER)
            council.person("stranger", StaffRole.PRACTITIONER)
            council.person("coach", StaffRole.COACH)
            council.person("administrator", StaffRole.ADMINISTRATOR)
            council.coaches(council.coach, council.worker)
            yield council
