"""The protocol as it goes over the wire: what is asked, what is answered, in which words and numbers."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from service.ingest import protocol
from service.ingest.usecases import Ingest
from tests.service.ingest.material import OTHER, SESSION, wave
from tests.service.ingest.server import app_for

SOUND = wave(120_000)
BODY = {"Content-Type": "application/offset+octet-stream"}
TUS = {"Tus-Resumable": "1.0.0"}


def encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def told(**changed: str) -> dict[str, str]:
    metadata = f"session {encoded(SESSION)},kind {encoded('sound')},filename {encoded('visit.wav')}"
    return TUS | {"Upload-Length": str(len(SOUND)), "Upload-Metadata": metadata} | changed


@pytest.fixture
def client(ingest: Ingest) -> Iterator[TestClient]:
    with TestClient(app_for(ingest), headers=TUS) as client:
        yield client


@pytest.fixture
def address(client: TestClient) -> str:
    begun = client.post("/api/v1/uploads", headers=told())
    assert begun.status_code == 201
    return str(begun.headers["location"])


def patch(client: TestClient, address: str, content: bytes, offset: int = 0, **more: str) -> tuple[int, str | None]:
    sent = client.patch(address, content=content, headers=BODY | {"Upload-Offset": str(offset)} | more)
    assert sent.headers["tus-resumable"] == "1.0.0"
    return sent.status_code, sent.headers.get("upload-offset")


def test_what_the_service_can_do_is_told_to_anyone(client: TestClient) -> None:
    answer = client.options("/api/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert "termination" in answer.headers["tus-extension"].split(",")
    assert answer.headers["tus-max-size"] == str(4096 * 1024 * 1024)


def test_an_upload_is_begun_sent_and_asked_for(client: TestClient, address: str) -> None:
    assert patch(client, address, SOUND[:50_000]) == (204, "50000")
    standing = client.head(address)
    assert (standing.status_code, standing.headers["upload-offset"]) == (200, "50000")
    assert standing.headers["upload-length"] == str(len(SOUND))
    assert standing.headers["cache-control"] == "no-store"
    assert standing.headers["upload-expires"].endswith("GMT")
    assert patch(client, address, SOUND[50_000:], 50_000) == (204, str(len(SOUND)))
    assert len(client.head(address).headers["recording-id"]) == 32


def test_the_files_name_is_never_told_back(client: TestClient, address: str) -> None:
    answered = protocol.metadata(client.head(address).headers["upload-metadata"])
    assert answered == {"session": SESSION, "kind": "sound"}


def test_the_first_bytes_may_come_with_the_beginning(client: TestClient) -> None:
    begun = client.post("/api/v1/uploads", headers=told() | BODY, content=SOUND)
    assert (begun.status_code, begun.headers["upload-offset"]) == (201, str(len(SOUND)))
    assert "recording-id" in begun.headers


def test_a_cancelled_upload_is_gone(client: TestClient, address: str) -> None:
    assert client.delete(address).status_code == 204
    assert client.head(address).status_code == 410
    assert patch(client, address, SOUND)[0] == 410


def test_a_method_can_be_named_in_a_header(client: TestClient, address: str) -> None:
    sent = client.post(
        address, content=SOUND[:10], headers=BODY | {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    )
    assert (sent.status_code, sent.headers["upload-offset"]) == (204, "10")
    assert client.post(address, headers={"X-HTTP-Method-Override": "GET"}).status_code == 400
    assert client.post(address, headers={"X-HTTP-Method-Override": "DELETE"}).status_code == 204


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE", "POST"])
def test_another_version_of_the_protocol_is_refused(client: TestClient, address: str, method: str) -> None:
    for version in ("0.2.2", ""):
        answer = client.request(method, address, headers={"Tus-Resumable": version} | BODY)
        assert answer.status_code == 412
        assert answer.headers["tus-version"] == "1.0.0"


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Upload-Length": ""}, 400),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "1e3"}, 400),
        ({"Upload-Length": "0"}, 400),
        ({"Upload-Length": "99999999999999"}, 413),
        ({"Upload-Length": "9" * 19}, 400),
        ({"Upload-Defer-Length": "1"}, 400),
        ({"Upload-Concat": "partial"}, 400),
        ({"Upload-Metadata": "session !!!"}, 400),
        ({"Upload-Metadata": f"session {encoded(SESSION)},session {encoded(SESSION)}"}, 400),
        ({"Upload-Metadata": "session " + base64.b64encode(b"\xff\xfe").decode()}, 400),
        ({"Upload-Metadata": "a " + "A" * 5000}, 400),
        ({"Upload-Metadata": f"session {encoded(SESSION)},kind {encoded('film')}"}, 400),
        ({"Upload-Metadata": f"session {encoded(SESSION)},filename {encoded('x' * 256)}"}, 400),
        ({"Upload-Metadata": f"session {encoded(SESSION)},filename {encoded('a' + chr(10))}"}, 400),
        ({"Upload-Metadata": f"session {encoded('7' * 32)}"}, 404),
        ({"Upload-Metadata": ""}, 404),
        ({"Upload-Metadata": f"session {encoded(SESSION)},kind {encoded('transcript')}"}, 415),
        ({"Idempotency-Key": "a b"}, 400),
    ],
)
def test_a_beginning_that_cannot_be_is_refused(client: TestClient, changed: dict[str, str], status: int) -> None:
    answer = client.post("/api/v1/uploads", headers=told(**changed))
    assert answer.status_code == status
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert answer.json()["detail"].endswith(".")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Offset": "7"}, 409),
        ({"Upload-Offset": "x"}, 400),
        ({"Upload-Offset": "0", "Content-Type": "audio/wav"}, 415),
        ({"Upload-Offset": "0", "Upload-Checksum": "md5 AAAA"}, 400),
        ({"Upload-Offset": "0", "Upload-Checksum": "sha1 !"}, 400),
        ({"Upload-Offset": "0", "Upload-Checksum": "sha1 AAAA"}, 460),
    ],
)
def test_bytes_that_cannot_be_taken_are_refused(
    client: TestClient, address: str, headers: dict[str, str], status: int
) -> None:
    assert client.patch(address, content=SOUND[:100], headers=BODY | headers).status_code == status
    assert client.head(address).headers["upload-offset"] == "0"


def test_bytes_with_their_checksum_are_taken(client: TestClient, address: str) -> None:
    digest = base64.b64encode(hashlib.sha1(SOUND[:100]).digest()).decode()
    assert patch(client, address, SOUND[:100], **{"Upload-Checksum": f"sha1 {digest}"}) == (204, "100")


def test_more_than_the_file_is_refused(client: TestClient, address: str) -> None:
    assert patch(client, address, SOUND + b"x")[0] == 413


def test_another_persons_upload_is_not_there(client: TestClient, address: str) -> None:
    other = {"X-Person": OTHER}
    nobodys = "/api/v1/uploads/" + "0" * 32
    for method in ("HEAD", "DELETE"):
        answers = [client.request(method, path, headers=other) for path in (address, nobodys, nobodys + "0")]
        assert [one.status_code for one in answers] == [404, 404, 404]
        assert len({one.text for one in answers}) == 1
    assert patch(client, address, SOUND, **other)[0] == 404


def test_what_is_no_recording_is_refused_in_words(client: TestClient, address: str) -> None:
    answer = client.patch(address, content=b"%PDF-1.7" + SOUND[8:], headers=BODY | {"Upload-Offset": "0"})
    assert answer.status_code == 415
    assert answer.json() == {"detail": "This file is a document, not a recording. Choose the recording itself."}


def test_the_same_key_with_other_facts_is_a_conflict(client: TestClient) -> None:
    first = client.post("/api/v1/uploads", headers=told(**{"Idempotency-Key": "k"}))
    again = client.post("/api/v1/uploads", headers=told(**{"Idempotency-Key": "k"}))
    other = client.post("/api/v1/uploads", headers=told(**{"Idempotency-Key": "k", "Upload-Length": "7"}))
    assert first.headers["location"] == again.headers["location"]
    assert other.status_code == 409


def test_every_error_of_uploads_has_a_status() -> None:
    from service.ingest import errors

    ours = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and kind.__module__ == "service.ingest.errors"
    ]
    assert len(ours) > 12
    for kind in ours:
        assert any(base in protocol.STATUSES for base in kind.__mro__), kind
        assert str(kind()).endswith("."), kind


def test_the_description_of_the_api_names_every_header(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    begin = paths["/api/v1/uploads"]["post"]
    assert {"Upload-Length", "Upload-Metadata", "Idempotency-Key"} <= {one["name"] for one in begin["parameters"]}
    assert set(paths["/api/v1/uploads/{upload_id}"]) == {"head", "patch", "delete", "post"}
    assert "460" in paths["/api/v1/uploads/{upload_id}"]["patch"]["responses"]
