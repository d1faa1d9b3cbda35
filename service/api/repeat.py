"""Requests that arrive twice: with an Idempotency-Key the second one gets the first one's answer, and nothing more."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Header, Request
from sqlalchemy import Connection, delete, insert, select
from starlette.responses import JSONResponse

from service.api.errors import RepeatConflictError, RepeatKeyError
from service.database.engine import Database
from service.database.tables import answer as answers
from service.keybroker.ports import Actor

KEPT_MS = 7 * 24 * 3_600_000
"""So long an answer is kept at least."""
REPEATED = "Idempotency-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{8,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an act was answered with: ids and states, never content. ``repeated``: it was done before."""

    status: int
    body: Mapping[str, Any]
    repeated: bool = False

    def response(self, headers: Mapping[str, str] | None = None) -> JSONResponse:
        """As a response, which says whether it is a repeated one."""
        more = {REPEATED: "true"} if self.repeated else {}
        return JSONResponse(dict(self.body), self.status, headers={**(headers or {}), **more})


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """One person's act under one key. Both are keyed hashes: they tell nobody what was sent."""

    repeat_key: str
    request_hash: str

    def earlier(self, rows: Connection) -> Answer | None:
        """The answer that was given before. Raises RepeatConflictError where the key was used for something else."""
        found = rows.execute(select(answers).where(answers.c.repeat_key == self.repeat_key)).mappings().one_or_none()
        if found is None:
            return None
        if not hmac.compare_digest(str(found["request_hash"]), self.request_hash):
            raise RepeatConflictError
        return Answer(status=found["status"], body=json.loads(found["body"]), repeated=True)

    def keep(self, rows: Connection, given: Answer, now_ms: int) -> None:
        """Keep an answer, in the transaction of the act that it answers."""
        body = json.dumps(dict(given.body), separators=(",", ":")).encode()
        kept = {"status": given.status, "body": body, "made_ms": now_ms}
        rows.execute(insert(answers).values(repeat_key=self.repeat_key, request_hash=self.request_hash, **kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A request with an Idempotency-Key, before it is known whose it is."""

    secret: bytes = field(repr=False)
    key: str = field(repr=False)
    path: str = field(repr=False)
    sent: bytes = field(repr=False)

    def by(self, actor: Actor) -> Once:
        """The act of this person: equal keys of two people have nothing to do with each other."""
        return Once(
            repeat_key=self._hash(b"key", actor.person_id.encode(), self.path.encode(), self.key.encode()),
            request_hash=self._hash(b"request", self.sent),
        )

    def _hash(self, *parts: bytes) -> str:
        packed = b"".join(len(part).to_bytes(8, "big") + part for part in (b"practice-repeat-1", *parts))
        return hmac.new(self.secret, packed, "sha256").hexdigest()


async def repeat_of(
    request: Request,
    idempotency_key: Annotated[str | None, Header(description="The same for each attempt at one act")] = None,
) -> Repeat | None:
    """A dependency of every route that makes something. None where no key was sent. Raises RepeatKeyError."""
    if idempotency_key is None:
        return None
    if _KEY.fullmatch(idempotency_key) is None or len(request.headers.getlist("idempotency-key")) > 1:
        raise RepeatKeyError
    query = request.url.query.encode("utf-8", "surrogatepass")
    sent = len(query).to_bytes(8, "big") + query + await request.body()
    path = f"{request.method} {request.url.path}"
    return Repeat(secret=request.app.state.repeat_secret, key=idempotency_key, path=path, sent=sent)


def once_by(repeat: Repeat | None, actor: Actor) -> Once | None:
    """The act of this person, where the request named a key."""
    return repeat.by(actor) if repeat else None


def told_before(database: Database, once: Once | None) -> dict[str, str]:
    """The header that says that an act was done before; nothing for a new one. Raises RepeatConflictError."""
    if once is None:
        return {}
    with database.reading() as rows:
        return {REPEATED: "true"} if once.earlier(rows) is not None else {}


def forget_answers(database: Database, before_ms: int) -> int:
    """Delete answers that are older; returns how many there were."""
    with database.writing() as rows:
        return rows.execute(delete(answers).where(answers.c.made_ms < before_ms)).rowcount
