"""What people do that writes something, each so that it can be tried again and be counted.

For tests that take the disk or the database away in the middle of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from httpx2 import Response
from sqlalchemy import Column, Table, delete, func, select, update

from service.database.tables import attempt, audit, erasure, job, person, recording, session, upload
from service.database.words import SessionState
from service.ids import new_id
from service.people.passwords import argon2_passwords
from tests.service.council import VISIT, Caller, Council, wav

PASSWORD = "kettle under nine ladders"
SOUND = wav(b"a-sentence-that-was-said-at-home" * 3_000)
HALF = len(SOUND) // 2
CLAIM_MS = 7_000
"""After so long a writer that could not say it had ended no longer keeps others away."""
_TUS = {"Tus-Resumable": "1.0.0"}


@dataclass(frozen=True, kw_only=True)
class Try:
    """One person's attempt at one act, which may take several requests."""

    council: Council
    session_id: str = ""
    path: str = ""
    body: Any = None
    key: str = field(default_factory=new_id)
    before: frozenset[Any] = frozenset()

    @property
    def worker(self) -> Caller:
        return self.council.worker

    def count(self, table: Table) -> int:
        """Rows of the session."""
        with self.council.parts.database.reading() as rows:
            its = select(func.count()).select_from(table).where(table.c.session_id == self.session_id)
            return int(rows.execute(its).scalar_one())


@dataclass(frozen=True, kw_only=True)
class Act:
    """``ready`` makes what comes before it, ``do`` does it or goes on with it, ``done`` says how often it was done."""

    name: str
    ready: Callable[[Council], Try]
    do: Callable[[Try], Response]
    done: Callable[[Try], int]

    def __repr__(self) -> str:
        return self.name


def agreed(council: Council) -> str:
    """A new session that everybody agreed to."""
    made: str = council.worker.done("POST", "/sessions", VISIT)["id"]
    council.agree(made, "reflection")
    return made


def _waiting(council: Council) -> str:
    """A session without a recording that everybody agreed to; there may be one."""
    known = _ids(council, session.c.id, SessionState.WAITING) - _ids(council, recording.c.session_id)
    return min(known) if known else agreed(council)


def _to_add(council: Council) -> Try:
    return Try(council=council, body={**VISIT, "title": new_id()}, before=_ids(council, session.c.id))


def _add(trying: Try) -> Response:
    return trying.worker.send("POST", "/sessions", trying.body, {"Idempotency-Key": trying.key})


def _added(trying: Try) -> int:
    """Sessions with what was written about them; of one that has nothing yet there is no second one."""
    made = _ids(trying.council, session.c.id) - trying.before
    assert len(made) <= 1
    told = [trying.worker.get(f"/sessions/{one}").json()["details"]["title"] for one in made]
    return told.count(trying.body["title"])


def _ids(council: Council, column: Column[Any], state: SessionState | None = None) -> frozenset[Any]:
    with council.parts.database.reading() as rows:
        wanted = select(column) if state is None else select(column).where(session.c.state == state)
        return frozenset(rows.execute(wanted).scalars())


def _to_begin(council: Council) -> Try:
    return Try(council=council, session_id=_waiting(council), before=_ids(council, upload.c.id))


def _begun(trying: Try) -> int:
    return len(_ids(trying.council, upload.c.id) - trying.before)


def _begin(trying: Try) -> Response:
    return trying.council.begin_upload(trying.session_id, len(SOUND), **{"Idempotency-Key": trying.key})


def _to_send(council: Council, session_id: str = "") -> Try:
    session_id = session_id or _waiting(council)
    begun = council.begin_upload(session_id, len(SOUND))
    assert begun.status_code == 201, begun.text
    return Try(council=council, session_id=session_id, path=begun.headers["Location"])


def _to_finish(council: Council) -> Try:
    trying = _to_send(council, agreed(council))
    assert _send(trying, HALF).status_code == 204
    return trying


def _send(trying: Try, until: int) -> Response:
    """What a client does: asks where it stands, and sends the rest."""
    headers = {**trying.worker.headers, **_TUS}
    stands = trying.council.client.head(trying.path, headers=headers)
    if stands.status_code != 200 or int(stands.headers["Upload-Offset"]) >= until:
        return stands
    at = stands.headers["Upload-Offset"]
    more = {"Upload-Offset": at, "Content-Type": "application/offset+octet-stream"}
    return trying.council.client.patch(trying.path, content=SOUND[int(at) : until], headers=headers | more)


def _half_there(trying: Try) -> int:
    """Whether the upload says that the half is there; once half of it is, it is more or less than once."""
    its = select(upload.c.received_bytes).where(upload.c.id == trying.path.rpartition("/")[2])
    with trying.council.parts.database.reading() as rows:
        received = rows.execute(its).scalar_one()
    return {0: 0, HALF: 1}.get(received, 2)


def _finished(trying: Try) -> int:
    assert trying.count(job) == trying.count(recording)
    return trying.count(recording)


def _to_sign_in(council: Council) -> Try:
    with council.parts.database.writing() as rows:
        rows.execute(delete(attempt))  # many attempts in a short time are refused
        row = person.c.id == council.worker.actor.person_id
        rows.execute(update(person).where(row).values(password_hash=_HASHED))
    return Try(council=council, body={"sign_in_name": council.worker.actor.person_id, "password": PASSWORD})


def _sign_in(trying: Try) -> Response:
    headers = {"Origin": trying.worker.headers["Origin"]}
    answer = trying.council.client.post("/api/v1/sign-in", json=trying.body, headers=headers)
    trying.council.client.cookies.clear()
    return answer


def _to_be_denied(council: Council) -> Try:
    return Try(council=council, session_id=_waiting(council), before=_ids(council, audit.c.sequence))


def _be_denied(trying: Try) -> Response:
    """The one request whose success is a refusal: nobody is told it before the audit has it."""
    answer = trying.council.callers["stranger"].get(f"/sessions/{trying.session_id}")
    return Response(204) if answer.status_code == 404 else answer


def _told(trying: Try) -> int:
    return min(1, len(_ids(trying.council, audit.c.sequence) - trying.before))


def _to_read(council: Council) -> Try:
    kept = _ids(council, session.c.id, SessionState.READY)
    return Try(council=council, session_id=min(kept) if kept else council.ready())


def _read(trying: Try) -> Response:
    return trying.worker.get(f"/sessions/{trying.session_id}/transcript")


def _to_withdraw(council: Council) -> Try:
    session_id = council.worker.done("POST", "/sessions", VISIT)["id"]
    one = council.worker.get(f"/sessions/{session_id}/participants").json()["items"][-1]
    council.answer(session_id, one, "reflection")
    path = f"/sessions/{session_id}/participants/{one['id']}/withdrawal"
    return Try(council=council, session_id=session_id, path=path)


def _withdraw(trying: Try) -> Response:
    return trying.worker.send("POST", trying.path, {})


def _once(_: Try) -> int:
    return 1


_HASHED = argon2_passwords().hash(PASSWORD)
ACTS = (
    Act(name="add a session", ready=_to_add, do=_add, done=_added),
    Act(name="begin an upload", ready=_to_begin, do=_begin, done=_begun),
    Act(name="send the first half", ready=_to_send, do=lambda trying: _send(trying, HALF), done=_half_there),
    Act(name="send the last half", ready=_to_finish, do=lambda trying: _send(trying, len(SOUND)), done=_finished),
    Act(name="sign in", ready=_to_sign_in, do=_sign_in, done=_once),
    Act(name="be refused", ready=_to_be_denied, do=_be_denied, done=_told),
    Act(name="read a transcript", ready=_to_read, do=_read, done=_once),
    Act(name="withdraw", ready=_to_withdraw, do=_withdraw, done=lambda trying: trying.count(erasure)),
)
