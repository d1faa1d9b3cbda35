"""Where requests go, what waits and what is told: the token to its own service alone, every refusal one sentence."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.remote.address import Address, address_of, link_parts, plain_address
from service.remote.connection import PATIENCE_S, TRIES, Connection
from service.remote.errors import (
    AddressError,
    CertificateError,
    FailedThereError,
    RedirectedError,
    RefusedThereError,
    StrangeAnswerError,
    UnreachedError,
)
from service.remote.keeping import Account
from tests.service.remote.certificates import made_certificate
from tests.service.remote.conftest import Run
from tests.service.remote.fake_service import TOKEN, Answer, FakeService, problem, running

SESSIONS = ("GET", "/sessions")


@pytest.fixture
def connection(service: FakeService, waits: list[float]) -> Iterator[Connection]:
    with Connection(plain_address(service.origin), TOKEN) as made:
        yield made


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://practice.example.org", "https://practice.example.org"),
        ("practice.example.org/", "https://practice.example.org"),
        ("HTTPS://Practice.Example.org:443", "https://practice.example.org"),
        ("https://practice.example.org:8443", "https://practice.example.org:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("localhost:8000", "http://localhost:8000"),
        ("localhost.example.org:8000", "https://localhost.example.org:8000"),
    ],
)
def test_an_address_is_an_origin(typed: str, origin: str) -> None:
    assert plain_address(typed).origin == origin


@pytest.mark.parametrize(
    "typed",
    [
        "", "http://practice.example.org", "http://localhost.example.org", "http://127.0.0.1.example.org",
        "ftp://practice.example.org", "https://o.reed:secret@practice.example.org", "https://practice.example.org/a",
        "https://practice.example.org?a=b", "https://practice.example.org:port", "https://[::1", "file:///etc",
        "http://localhost@practice.example.org", "https://practice.example.org\n.evil.example",
    ],
)  # fmt: skip
def test_what_is_no_safe_address_is_refused(typed: str) -> None:
    with pytest.raises(AddressError):
        plain_address(typed)


def test_a_link_holds_a_service_and_a_secret() -> None:
    address, secret = link_parts("https://practice.example.org/welcome/AbC-_9\n")
    assert (address.origin, secret) == ("https://practice.example.org", "AbC-_9")
    for broken in (
        "https://practice.example.org/",
        "practice.example.org/welcome/a",
        "http://practice.example.org/w/a",
    ):
        with pytest.raises(AddressError):
            link_parts(broken)


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.example/api/v1/uploads/1", "//elsewhere.example/api/v1/uploads/1", "/api/v1/sessions/1",
        "/api/v1/uploads/../sessions", "/api/v1/uploads/1?a=b", "", "https://practice.example.org.evil/api/v1/uploads/1",
    ],
)  # fmt: skip
def test_a_location_outside_the_uploads_is_refused(location: str) -> None:
    with pytest.raises(RedirectedError):
        address_of("https://practice.example.org").own_path(location, "/uploads")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_refused_and_the_token_not_sent_there(
    service: FakeService, signed_in: Account, run: Run, status: int
) -> None:
    with running() as elsewhere:
        away = Answer(status, None, {"Location": f"{elsewhere.origin}/api/v1/sessions"})
        service.instead[SESSIONS] = [away]
        code, out, err = run("list")
        assert code == 2
        assert "sent this request on to another address" in err
        assert elsewhere.seen == []
        assert TOKEN not in out + err


def test_a_stream_that_is_sent_elsewhere_is_refused(service: FakeService, connection: Connection) -> None:
    with running() as elsewhere:
        service.instead[("GET", "/jobs/1/events")] = [Answer(307, None, {"Location": elsewhere.origin})]
        with pytest.raises(RedirectedError), connection.events("/jobs/1/events"):
            raise AssertionError("nothing is streamed")
        assert elsewhere.seen == []


def test_a_service_that_is_busy_is_waited_for_as_long_as_it_says(
    service: FakeService, connection: Connection, waits: list[float]
) -> None:
    service.instead[SESSIONS] = [Answer(429, None, {"Retry-After": "4"}), Answer(503, None, {"Retry-After": "600"})]
    connection.get("/sessions")
    assert waits == [4.0, 60.0]


@pytest.mark.parametrize("said", [{}, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, {"Retry-After": "0"}])
def test_a_wait_that_is_not_said_in_seconds_is_a_short_one(
    service: FakeService, connection: Connection, waits: list[float], said: dict[str, str]
) -> None:
    service.instead[SESSIONS] = [Answer(429, None, said)]
    connection.get("/sessions")
    assert len(waits) == 1
    assert 1.0 <= waits[0] <= 5.0


def test_patience_ends(service: FakeService, connection: Connection, waits: list[float]) -> None:
    busy = problem(429, "Too many requests.", "too-many")
    service.instead[SESSIONS] = [Answer(429, busy.body, {**busy.headers, "Retry-After": "60"})] * 99
    with pytest.raises(RefusedThereError, match="Too many requests"):
        connection.get("/sessions")
    assert PATIENCE_S <= sum(waits) < PATIENCE_S + 60


def test_a_problem_is_one_sentence_with_the_fields_that_are_wrong(service: FakeService, connection: Connection) -> None:
    faults = [{"field": "body.held_on", "fault": "missing"}]
    service.instead[SESSIONS] = [problem(422, "Correct the fields.", "invalid", fields=faults)]
    with pytest.raises(RefusedThereError) as refused:
        connection.get("/sessions")
    assert str(refused.value) == "Correct the fields. Fields: body.held_on."
    assert (refused.value.status, refused.value.slug, refused.value.exit_code) == (422, "invalid", 2)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, b"<html>Traceback: o.reed</html>", {"Content-Type": "text/html"}),
        Answer(500, b"{", {"Content-Type": "application/problem+json"}),
        Answer(500, [1], {"Content-Type": "application/problem+json"}),
        Answer(500, {"detail": None}, {"Content-Type": "application/json"}),
    ],
)
def test_a_failure_without_a_problem_is_told_by_its_number(
    service: FakeService, connection: Connection, answer: Answer
) -> None:
    service.instead[SESSIONS] = [answer]
    with pytest.raises(FailedThereError) as failed:
        connection.get("/sessions")
    assert str(failed.value) == "The service answered with status 500, without a reason."
    assert failed.value.exit_code == 4


def test_no_error_repeats_the_token_or_moves_the_cursor(service: FakeService, connection: Connection) -> None:
    service.instead[SESSIONS] = [problem(400, f"\x1b[2J{TOKEN} is no good\r\n" + "long " * 999)]
    with pytest.raises(RefusedThereError) as refused:
        connection.get("/sessions")
    assert TOKEN not in str(refused.value)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 700


@pytest.mark.parametrize("body", [b"[1]", b"no json", b'"text"'])
def test_an_answer_of_another_kind_is_said(service: FakeService, connection: Connection, body: bytes) -> None:
    service.instead[SESSIONS] = [Answer(200, body)]
    with pytest.raises(StrangeAnswerError):
        connection.get("/sessions")


@contextmanager
def silent() -> Iterator[tuple[Address, list[int]]]:
    """A port that hangs up on everybody, and how many came."""
    came: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            while True:
                try:
                    listening.accept()[0].close()
                except OSError:
                    return
                came.append(1)

        threading.Thread(target=hang_up, daemon=True).start()
        yield plain_address(f"http://127.0.0.1:{listening.getsockname()[1]}"), came
        listening.shutdown(socket.SHUT_RDWR)


def test_what_does_no_harm_is_asked_again_a_few_times(waits: list[float]) -> None:
    with silent() as (address, came), Connection(address) as connection:
        with pytest.raises(UnreachedError, match=r"127\.0\.0\.1 does not answer"):
            connection.make("/sessions", {})
        assert len(came) == TRIES
        assert len(waits) == TRIES - 1


def test_what_would_be_done_twice_is_sent_once(waits: list[float]) -> None:
    with silent() as (address, came), Connection(address) as connection:
        with pytest.raises(UnreachedError):
            connection.ask("POST", "/sign-in", json={})
        assert len(came) == 1


def test_making_something_is_sent_with_the_same_key_each_time(service: FakeService, connection: Connection) -> None:
    body = {"participants": ["practitioner"]}
    service.instead[("POST", "/sessions")] = [Answer(503, None, {"Retry-After": "1"})]
    connection.make("/sessions", body)
    connection.make("/sessions", body)
    first, again, other = (one.headers["idempotency-key"] for one in service.told("POST", "/sessions"))
    assert first == again != other


@contextmanager
def over_tls(folder: Path, **names: object) -> Iterator[tuple[Address, Path]]:
    """A port that shows a certificate, and the certificate's file."""
    certificate, key = made_certificate(folder, **names)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            while True:
                try:
                    came = listening.accept()[0]
                except OSError:
                    return
                try:
                    with context.wrap_socket(came, server_side=True) as talking:
                        talking.recv(65536)
                        talking.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
                except OSError:
                    came.close()

        threading.Thread(target=greet, daemon=True).start()
        yield plain_address(f"https://localhost:{listening.getsockname()[1]}"), certificate
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({}, "it is signed by itself"),
        ({"days": -1, "trusted": True}, "it is over"),
        ({"host": "elsewhere.example", "trusted": True}, "it is for another name"),
    ],
)
def test_a_certificate_that_is_not_trusted_is_told_plainly_and_nothing_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: list[float], names: dict[str, object], said: str
) -> None:
    trusted = names.get("trusted", False)
    made = {key: value for key, value in names.items() if key != "trusted"}
    with over_tls(tmp_path, **made) as (address, certificate):
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with Connection(address, TOKEN) as connection, pytest.raises(CertificateError) as refused:
            connection.get("/sessions")
    assert str(refused.value).startswith(f"The certificate of localhost is not one that this machine trusts: {said}.")
    assert waits == []


def test_a_council_can_add_its_own_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    with over_tls(tmp_path) as (address, certificate):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with Connection(address, TOKEN) as connection:
            assert connection.get("/sessions") == {}
