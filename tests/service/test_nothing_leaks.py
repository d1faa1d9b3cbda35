"""What people write, say, are called and sign in with comes out nowhere but where it was asked for (SECURITY S7)."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from service.api.logs import set_up_logs
from service.keybroker.broker import KeyBroker
from tests.service.council import URL, VISIT, Caller, Council, standing_council

SECRETS = 50
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
KINDS = ("title", "goal", "note", "file", "speech", "phrase", "token", "cookie", "name", "team")
ANSWERED = "practice.access"


def planted() -> dict[str, list[str]]:
    """Five of each kind, that nothing else has in it."""
    each = SECRETS // len(KINDS)
    return {kind: [f"{kind}-{_made(f'{kind} {number}')}" for number in range(each)] for kind in KINDS}


def _made(of: str) -> str:
    """Sixteen letters that look like chance, and are the same each time."""
    return hashlib.sha256(of.encode()).digest().hex()[:16].translate(str.maketrans("0123456789", "ghijklmnop"))


@dataclass
class Told:
    """Everything that came out where no secret may be: logs, problems, and the headers of every answer."""

    log: io.StringIO
    answers: int = 0
    failures: int = 0
    heard: list[str] = field(default_factory=list)

    def keep(self, response: Response) -> Response:
        self.answers += 1
        self.heard.append(str(dict(response.headers)))
        if response.status_code >= 400:
            self.failures += 1
            self.heard.append(response.text)
        return response


@pytest.fixture
def council(tmp_path: Path) -> Iterator[Council]:
    with standing_council(tmp_path) as made:
        yield made


@pytest.fixture
def told() -> Iterator[Told]:
    """The logs of the whole process, as the service writes them."""
    before, written = logging.getLogger().handlers[:], io.StringIO()
    set_up_logs(written)
    yield Told(written)
    logging.getLogger().handlers[:] = before


def test_nothing_of_50_secrets_comes_out_on_any_way_through_the_application(
    council: Council, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = planted()
    session_id = _goes_well(council, told, secrets)
    _breaks(council, told, secrets, session_id, monkeypatch)
    _goes_wrong(council, told, secrets, session_id)
    operator = TestClient(council.app, base_url=URL, client=("127.0.0.1", 40000))
    told.heard += [operator.get(path).text for path in ("/metrics", "/healthz", "/readyz")]
    heard = ("".join(told.heard) + told.log.getvalue()).lower()
    assert told.failures > 300
    assert heard.count('"event": "failure"') >= SECRETS
    assert "practice_requests_total" in heard
    every = [secret for kind in secrets.values() for secret in kind]
    assert len(every) == SECRETS
    assert [secret for secret in every for form in _forms(secret) if form in heard] == []


def test_nothing_of_a_session_stands_in_a_file_as_it_was_written(council: Council, told: Told) -> None:
    secrets = planted()
    _goes_well(council, told, secrets)
    files = [path for path in council.folder.rglob("*") if path.is_file()]
    stored = b"".join(path.read_bytes() for path in files)
    hidden = ("title", "goal", "note", "file", "speech", "phrase")
    assert len(stored) > 100_000
    assert [secret for kind in hidden for secret in secrets[kind] if secret.encode() in stored] == []


def _goes_well(council: Council, told: Told, secrets: dict[str, list[str]]) -> str:
    """Sessions with secrets in all their fields, recorded, read and erased; people and teams with secret names."""
    worker, lead, last = council.worker, council.administrator, ""
    every = zip(*(secrets[kind] for kind in KINDS), strict=True)
    for title, goal, note, file, speech, phrase, _, _, name, team in every:
        visit = {**VISIT, "title": title, "change_goal": goal, "notes": note, "purpose": note}
        last = told.keep(worker.send("POST", "/sessions", visit)).json()["id"]
        council.agree(last)
        told.keep(_transcript_sent(worker, last, file, speech))
        told.keep(lead.send("POST", "/teams", {"name": team}))
        person = {"sign_in_name": name, "shown_name": name, "roles": ["practitioner"]}
        link = told.keep(lead.send("POST", "/people", person)).json()["link"]
        taken = {"secret": link.rsplit("/", 1)[1], "password": f"{phrase} and ladders"}
        assert told.keep(worker.send("POST", "/links/accept", taken)).status_code == 201
        entered = {"sign_in_name": name, "password": taken["password"]}
        assert (
            told.keep(council.client.post("/api/v1/sign-in", json=entered, headers={"Origin": URL})).status_code == 200
        )
    council.work()
    documents = ("", "/documents/coding", "/documents/session", "/documents/scoring", "/jobs")
    read = [told.keep(worker.get(f"/sessions/{last}{path}")) for path in documents]
    assert secrets["speech"][-1] in read[1].text
    return last


def _transcript_sent(worker: Caller, session_id: str, file: str, speech: str) -> Response:
    content = f"WEBVTT\n\n00:00.000 --> 00:02.000\n<v Social worker>{speech}\n\n00:02.000 --> 00:04.000\n<v Mum>Fine.\n"
    words = {"session": session_id, "kind": "transcript", "filename": f"{file}.vtt"}
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in words.items())
    tus = {"Tus-Resumable": "1.0.0"}
    begun = worker.send(
        "POST", "/uploads", headers={**tus, "Upload-Length": str(len(content)), "Upload-Metadata": metadata}
    )
    assert begun.status_code == 201, begun.text
    sent = {**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream", **worker.headers}
    response: Response = worker.client.patch(begun.headers["Location"], content=content.encode(), headers=sent)
    assert response.status_code == 204, response.text
    return response


def _goes_wrong(council: Council, told: Told, secrets: dict[str, list[str]], session_id: str) -> None:
    """Every route is sent secrets where it expects none, by somebody who may ask it, and by nobody."""
    every = [secret for kind in secrets.values() for secret in kind]
    number = 0
    for path, operations in council.app.openapi()["paths"].items():
        for method in METHODS:
            if method in operations and not path.endswith("/sign-out"):
                for who in ({"Origin": URL}, council.worker.headers, council.administrator.headers):
                    number += 1
                    ten = [every[(10 * number + step) % SECRETS] for step in range(10)]
                    for response in _wrongly(council, method, path, session_id, ten, who):
                        told.keep(response)


def _wrongly(
    council: Council, method: str, path: str, session_id: str, ten: list[str], who: dict[str, str]
) -> Iterator[Response]:
    mixed = "-".join(ten)
    real = path.replace("{session_id}", session_id)
    for parameter in ("session_id", "participant_id", "job_id", "upload_id", "person_id", "team_id"):
        real = real.replace(f"{{{parameter}}}", "0" * 32)
    filled = "".join(quote(mixed) if part.startswith("{") else part for part in _split(path))
    query = f"cursor={quote(mixed)}&limit={quote(ten[0])}&purpose={quote(ten[1])}&session={quote(ten[2])}"
    strange = {"Idempotency-Key": f"{mixed} ", "If-Match": f'"{ten[3]}"', "Upload-Metadata": f"filename {ten[4]}"}
    many: Any = {ten[number]: ten[number + 1] for number in range(0, 10, 2)}
    usual = dict.fromkeys(("title", "password", "sign_in_name", "secret", "name", "label", "statement"), mixed)
    ask = council.client.request
    yield ask(method.upper(), filled, headers=who)
    yield ask(method.upper(), f"{real}?{query}", headers={**who, **strange}, json=many)
    yield ask(method.upper(), real, headers={**who, "Cookie": f"__Host-sid={mixed[:300]}"}, json=usual)
    yield ask(
        method.upper(), real, headers={**who, "Authorization": f"Bearer {mixed[:300]}"}, content=json.dumps(many)[:-3]
    )


def _split(path: str) -> list[str]:
    return path.replace("{", "\0{").replace("}", "}\0").split("\0")


def _breaks(
    council: Council, told: Told, secrets: dict[str, list[str]], session_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors that nobody foresaw, with secrets in their own words, in those of their causes and in their locals."""
    for secret in (secret for kind in secrets.values() for secret in kind):

        def opened(*_: object, kept: str = secret, **__: object) -> None:
            local = kept
            try:
                raise ValueError(local)
            except ValueError as cause:
                raise RuntimeError(f"{kept}\n{kept}") from cause

        with monkeypatch.context() as patched:
            patched.setattr(KeyBroker, "open", opened)
            response = told.keep(council.worker.get(f"/sessions/{session_id}/documents/session"))
            assert response.status_code == 500


def _forms(secret: str) -> tuple[str, ...]:
    """A secret as it is, and as it looks where somebody only wrote it another way."""
    lower = secret.lower()
    coded = base64.b64encode(secret.encode()).decode().rstrip("=")
    return lower, quote(lower), coded[: len(coded) - 2].lower(), secret.encode().hex()
