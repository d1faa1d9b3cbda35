"""The way between a worker elsewhere and the key keeper: who is let on to it, and what is never seen of it."""

from __future__ import annotations

import http.client
import io
import json
import logging
import socket
import ssl
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from service.api.logs import JsonLines
from service.database.errors import DatabaseUnavailableError
from service.ids import new_id
from service.keeper.app import LONGEST_BODY
from service.keeper.asking import KeeperLine
from service.keeper.certificate import kept_certificate
from service.keeper.errors import (
    CertificateNamesError,
    KeeperFilesError,
    MachineFolderError,
    MachineFolderUnreadError,
    MachineKnownError,
    MachineNameError,
    NoSuchMachineError,
)
from service.keeper.machines import Machines, read_folder, write_folder
from service.keeper.pace import HOUR_S, Pace
from service.keeper.usecases import add_machine
from service.keybroker.errors import KeeperAwayError, KeeperCertificateError, UnknownMachineError
from service.keybroker.lender import Lender
from tests.service.keeper.places import Kept, far_keys, served, wanted


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile by this process, the keeper's thread included, at every level."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    plain = logging.StreamHandler(text)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    root.addHandler(plain)
    yield text
    root.removeHandler(handler)
    root.removeHandler(plain)
    root.setLevel(before)


def test_a_machine_that_was_added_is_known(place: Kept) -> None:
    place.line(place.machine()).check()


def test_a_machine_with_another_token_is_not_known(place: Kept) -> None:
    with pytest.raises(UnknownMachineError):
        place.line(replace(place.machine(), token="0" * 64)).check()


def test_the_keepers_certificate_is_taken_and_no_other_one(place: Kept, tmp_path: Path) -> None:
    carried = place.machine()
    another = kept_certificate(tmp_path / "another", place.settings.names).certificate.read_text()
    place.line(carried, "localhost").check()
    with pytest.raises(KeeperCertificateError):
        place.line(replace(carried, certificate=another)).check()


def test_the_keepers_name_is_looked_at(place: Kept) -> None:
    """127.0.0.2 leads to this machine too, and the certificate does not name it."""
    with socket.create_server(("127.0.0.2", 0)) as held:
        port = held.getsockname()[1]
    carried, settings = place.machine(), replace(place.settings, port=port, host="127.0.0.2")
    with served(place.installation, settings), pytest.raises(KeeperCertificateError):
        KeeperLine("127.0.0.2", port, carried).check()


def test_what_is_not_tls_is_not_answered(place: Kept) -> None:
    plain = http.client.HTTPConnection("127.0.0.1", place.settings.port, timeout=10)
    with pytest.raises((http.client.HTTPException, OSError)):
        plain.request("GET", "/healthz") or plain.getresponse()
    plain.close()


def test_an_older_tls_is_not_spoken(place: Kept) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection(("127.0.0.1", place.settings.port), 10) as bare,
        pytest.raises((ssl.SSLError, OSError)),
    ):
        context.wrap_socket(bare)


def test_a_keeper_that_is_away_is_said_to_be(place: Kept) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    with pytest.raises(KeeperAwayError) as away:
        KeeperLine("127.0.0.1", port, place.machine()).check()
    assert "practice keeper" in str(away.value)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b"\xff", b"{" * LONGEST_BODY, b" " * (LONGEST_BODY + 1),
        json.dumps({"job": "0" * 32, "session": "0" * 32, "fence": "1", "worker": "x"}).encode(),
        json.dumps({"job": "0" * 32, "session": "0" * 31 + "\n", "fence": 1, "worker": "x"}).encode(),
        json.dumps({"job": "0" * 32, "session": "0" * 32, "fence": -1, "worker": "x"}).encode(),
        json.dumps({"job": "0" * 32, "session": "0" * 32, "fence": 1, "worker": "x", "more": 1}).encode(),
    ],
)  # fmt: skip
def test_what_is_no_request_for_a_key_is_refused_without_repeating_it(place: Kept, body: bytes) -> None:
    line = place.line(place.machine())
    assert line._asked("POST", "/keys/open", body) == (400, {"detail": "This is no request for a key."})


@pytest.mark.parametrize("asked", ["GET /keys/open", "POST /healthz", "GET /", "GET /keys"])
def test_there_is_nothing_else(place: Kept, asked: str) -> None:
    method, path = asked.split()
    assert place.line(place.machine())._asked(method, path, None)[0] == 404


def test_a_stranger_hears_of_no_route_what_is_behind_it(place: Kept) -> None:
    stranger = place.line(replace(place.machine(), token="0" * 64))
    for body in (b"", b"{}"):
        with pytest.raises(UnknownMachineError):
            stranger._asked("POST", "/keys/open", body)


def test_neither_token_nor_key_is_in_any_log_or_error(place: Kept, told: io.StringIO, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    carried = place.machine()
    worker_id = f"{carried.name}/0"
    claim = place.claimed(place.session(), worker_id)
    with far_keys(place.line(carried), claim, worker_id) as keys:
        key = keys.unwrap(claim.session_id)
        said = [repr(keys), repr(keys._line), repr(carried)]

        def broken(*_: object) -> bytes:
            raise DatabaseUnavailableError(f"{key.hex()} {carried.token}")

        monkeypatch.setattr(Lender, "lend", broken)
        with pytest.raises(KeeperAwayError) as failed:
            keys.unwrap(claim.session_id)
        said += [str(failed.value), repr(failed.value)]
    with pytest.raises(UnknownMachineError) as unknown:
        place.line(replace(carried, token=carried.token[::-1])).check()
    said += [str(unknown.value), "\n".join(line for line in told.getvalue().splitlines())]
    assert "DatabaseUnavailableError" in said[-1]
    for secret in (key.hex(), str(key), carried.token, carried.token[::-1]):
        assert not [one for one in said if secret in one]


def test_an_answer_that_is_no_key_is_none(place: Kept, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    carried = place.machine()
    worker_id = f"{carried.name}/0"
    claim = place.claimed(place.session(), worker_id)
    with far_keys(place.line(carried), claim, worker_id) as keys:
        for wrong in (b"", b"short", bytes(33)):
            monkeypatch.setattr(Lender, "lend", lambda *_, wrong=wrong: wrong)
            with pytest.raises(KeeperAwayError):
                keys.unwrap(claim.session_id)


# How fast


def test_a_machine_that_asks_too_often_waits_and_the_others_do_not() -> None:
    now = [0.0]
    pace = Pace(at_once=2, each_s=10, clock_s=lambda: now[0])
    assert [pace.spend("one"), pace.spend("one"), pace.spend("one"), pace.spend("two")] == [True, True, False, True]
    now[0] = 10.0
    assert [pace.spend("one"), pace.spend("one")] == [True, False]


def test_a_machine_opens_only_so_many_sessions_in_an_hour() -> None:
    now = [0.0]
    pace = Pace(sessions_per_hour=2, clock_s=lambda: now[0])
    for one in ("a", "b"):
        assert pace.may_open("m", one)
        pace.opened("m", one)
    assert [pace.may_open("m", one) for one in ("a", "b", "c")] == [True, True, False]
    now[0] = HOUR_S
    assert pace.may_open("m", "c")


def test_who_asks_too_often_is_told_to_wait_and_that_is_no_refusal(place: Kept, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    carried = place.machine()
    worker_id = f"{carried.name}/0"
    claim = place.claimed(place.session(), worker_id)
    line = place.line(carried)
    for method in ("spend", "may_open"):
        with monkeypatch.context() as patched:
            patched.setattr(Pace, method, lambda *_: False)
            with pytest.raises(KeeperAwayError):
                line.key_of(wanted(claim, worker_id))
    assert place.events(place.id_of(carried.name)) == []
    assert len(line.key_of(wanted(claim, worker_id))) == 32


# What is kept, and what is carried


def test_only_the_digest_of_a_token_is_kept_and_every_file_is_its_owners_alone(place: Kept) -> None:
    carried = place.machine()
    files = [path for path in place.settings.folder.rglob("*") if path.is_file()]
    assert len(files) >= 3
    assert not [path for path in files if carried.token.encode() in path.read_bytes()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    folder = carried.audit_keys.parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name for path in folder.iterdir()} == {"machine", "token", "keeper.pem", "audit.keys"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    private = (place.settings.folder / "certificate.key").read_bytes()
    assert not [path for path in folder.iterdir() if private in path.read_bytes()]


@pytest.mark.parametrize("name", ["", "a/b", "..", "A", "x" * 41, "a b", "-a", "a\n"])
def test_a_machine_has_a_plain_name(place: Kept, tmp_path: Path, name: str) -> None:
    with pytest.raises(MachineNameError):
        add_machine(place.installation, place.settings, name, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_machine_is_added_once_and_its_folder_is_new(place: Kept, tmp_path: Path) -> None:
    place.machine("twice")
    with pytest.raises(MachineKnownError):
        add_machine(place.installation, place.settings, "twice", tmp_path / "out")
    with pytest.raises(MachineFolderError):
        add_machine(place.installation, place.settings, "there-already", tmp_path)
    assert "there-already" not in [one.name for one in Machines(place.settings.folder / "machines").known()]


def test_a_machine_that_is_not_there_cannot_be_removed(place: Kept) -> None:
    with pytest.raises(NoSuchMachineError):
        Machines(place.settings.folder / "machines").remove("nobody")


@pytest.mark.parametrize("file", ["machine", "token", "keeper.pem", "audit.keys"])
@pytest.mark.parametrize("how", ["missing", "public"])
def test_a_folder_that_is_not_whole_or_not_private_is_refused(tmp_path: Path, file: str, how: str) -> None:
    folder = tmp_path / "carried"
    write_folder(folder, name="one", token="0" * 64, certificate=b"-", audit_keys=b"-")
    assert read_folder(folder).name == "one"
    if how == "missing":
        (folder / file).unlink()
    else:
        (folder / file).chmod(0o644)
    with pytest.raises(MachineFolderUnreadError):
        read_folder(folder)


def test_the_certificate_is_made_once_and_for_the_names_that_are_meant(tmp_path: Path) -> None:
    names = ("keeper.council.example", "10.0.0.5")
    first = kept_certificate(tmp_path / "keeper", names).certificate.read_bytes()
    assert kept_certificate(tmp_path / "keeper", names).certificate.read_bytes() == first
    with pytest.raises(CertificateNamesError):
        kept_certificate(tmp_path / "keeper", ("elsewhere.example",))
    (tmp_path / "keeper" / "certificate.key").chmod(0o644)
    with pytest.raises(KeeperFilesError):
        kept_certificate(tmp_path / "keeper", names)


def test_the_certificate_signs_for_no_other_one(tmp_path: Path) -> None:
    files = kept_certificate(tmp_path / "keeper", ("keeper.council.example",))
    text = subprocess.run(
        ["openssl", "x509", "-noout", "-text", "-in", files.certificate], capture_output=True, text=True, check=False
    )
    if text.returncode:
        pytest.skip("openssl is not installed here, so the certificate is not looked at")
    assert "CA:FALSE" in text.stdout
    assert "DNS:keeper.council.example" in text.stdout


def test_a_line_with_a_certificate_that_is_none_is_refused(place: Kept) -> None:
    with pytest.raises(MachineFolderUnreadError):
        place.line(replace(place.machine(), certificate="none"))


def test_a_worker_that_asks_for_what_it_does_not_know_hears_the_same_of_every_session(place: Kept) -> None:
    carried = place.machine()
    worker_id = f"{carried.name}/0"
    claim = place.claimed(place.session(), worker_id)
    line = place.line(carried)
    asked = wanted(claim, worker_id)
    told = {
        line._asked("POST", "/keys/open", json.dumps(body).encode())[1]["detail"]
        for body in (
            {"job": asked.job_id, "session": place.session(), "fence": asked.fence, "worker": worker_id},
            {"job": new_id(), "session": new_id(), "fence": 1, "worker": worker_id},
        )
    }
    assert told == {"There is no key here for this."}
