"""Signing in at a real provider process over HTTP: there, back, and a cookie at the end."""

from __future__ import annotations

import re
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.testclient import TestClient

from service.database.words import StaffRole
from service.ids import new_id
from service.people.errors import ProviderSettingsError, ProviderUnavailableError
from service.people.oidc import OidcProvider, OidcSettings
from tests.service.house import API, MINUTE_MS, PASSWORD, House, opened_house, secret_of
from tests.service.people import provider as small
from tests.service.stand_ins import ToldClock

ROOT = Path(__file__).resolve().parents[3]
SID, JOURNEY = "__Host-sid", "__Host-journey"
FAR = httpx2.Client(verify=False, trust_env=False)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    command = [sys.executable, "-m", small.__name__]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


@pytest.fixture(scope="module")
def lasting_house(issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("council")
    (folder / "secret").write_text(f"{small.SECRET}\n")
    told = {"ISSUER": issuer, "CLIENT_ID": small.CLIENT, "SECRET_FILE": str(folder / "secret")}
    with opened_house(folder, **{f"PRACTICE_OIDC_{name}": value for name, value in told.items()}) as opened:
        yield opened


def slug(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def at_provider(house: House, address: str, subject: str, **more: str) -> str:
    """What the provider sends the browser back to, for somebody who is this subject there."""
    asked = dict(httpx2.URL(address).params) | {"as": subject, "now": str(house.clock() // 1000), **more}
    back = str(FAR.get(address, params=asked).raise_for_status().json()["to"])
    assert back.startswith(f"{house.url}{API}/oidc/done?")
    return back


def journey(house: House, browser: TestClient, subject: str, *, more: dict[str, str] | None = None, **sent: Any) -> Any:
    """A whole journey from a page of the service; the last answer."""
    begun = browser.post(f"{API}/oidc/begin", json=sent)
    assert begun.status_code == 200, begun.text
    return browser.get(at_provider(house, begun.json()["address"], subject, **(more or {})), follow_redirects=False)


def linked(house: House, subject: str) -> str:
    """Somebody invited who took the invitation up at the council; their id."""
    sent = {"sign_in_name": f"{new_id()}@north", "shown_name": "O. Reed", "roles": [StaffRole.PRACTITIONER]}
    made = house.admin().post(f"{API}/people", json=sent).json()
    answer = journey(house, house.stranger(), subject, invitation=secret_of(made["link"]))
    assert answer.status_code == 303, answer.text
    return str(made["id"])


def test_who_has_no_council_sign_in_is_told_so(new_house: House) -> None:
    browser = new_house.stranger()
    assert browser.get(f"{API}/oidc").json() == {"set_up": False}
    for answer in (browser.get(f"{API}/oidc/begin"), browser.get(f"{API}/oidc/done?state=a&code=b")):
        assert slug(answer) == (404, "nothing-here")
    assert slug(browser.post(f"{API}/oidc/begin", json={})) == (404, "nothing-here")


def test_a_link_there_leads_back_into_a_sign_in(house: House) -> None:
    person_id = linked(house, "s1")
    browser = house.stranger()
    assert browser.get(f"{API}/oidc").json() == {"set_up": True}
    gone = browser.get(f"{API}/oidc/begin", follow_redirects=False)
    assert gone.status_code == 303
    kept = gone.headers["set-cookie"]
    assert kept.startswith(f"{JOURNEY}=")
    assert all(mark in kept for mark in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=600"))
    asked = parse_qs(urlsplit(gone.headers["location"]).query)
    assert (asked["response_type"], asked["code_challenge_method"], asked["scope"]) == (["code"], ["S256"], ["openid"])
    back = browser.get(at_provider(house, gone.headers["location"], "s1"), follow_redirects=False)
    assert (back.status_code, back.headers["location"]) == (303, "/")
    assert JOURNEY not in browser.cookies
    told = browser.get(f"{API}/me").json()
    assert (told["id"], told["fresh"], told["has_password"], told["at_provider"]) == (person_id, True, False, True)


def test_a_link_there_leads_back_to_the_page_that_was_asked_for(house: House) -> None:
    linked(house, "s9")
    browser = house.stranger()
    led = browser.get("/account/tokens?a=b%26c", headers={"Accept": "text/html"}, follow_redirects=False)
    form = browser.get(led.headers["location"])
    found = re.search(r'href="(/api/v1/oidc/begin[^"]*)"', form.text)
    assert found is not None
    gone = browser.get(unescape(found[1]), follow_redirects=False)
    back = browser.get(at_provider(house, gone.headers["location"], "s9"), follow_redirects=False)
    assert (back.status_code, back.headers["location"]) == (303, "/account/tokens?a=b%26c")


@pytest.mark.parametrize(
    "to",
    [
        "https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)",
        "elsewhere", "/\tx", "", "/" + "x" * 500,
    ],
)  # fmt: skip
def test_a_journey_never_leads_elsewhere(house: House, to: str) -> None:
    linked(house, subject := new_id())
    browser = house.stranger()
    gone = browser.get(f"{API}/oidc/begin", params={"next": to}, follow_redirects=False)
    back = browser.get(at_provider(house, gone.headers["location"], subject), follow_redirects=False)
    assert (back.status_code, back.headers["location"]) == (303, "/")


def test_a_page_that_was_put_into_the_cookie_meanwhile_is_not_gone_to(house: House) -> None:
    browser = house.stranger()
    gone = browser.get(f"{API}/oidc/begin", params={"next": "/account"}, follow_redirects=False)
    kept = browser.cookies[JOURNEY].rpartition(".")[0] + ".L2hlbHA"
    other = house.stranger(Cookie=f"{JOURNEY}={kept}")
    back = other.get(at_provider(house, gone.headers["location"], "s1"))
    assert slug(back) == (403, "council-sign-in-refused")


def test_a_new_proof_at_the_council_leads_back_to_its_page(house: House) -> None:
    linked(house, "s10")
    browser = house.stranger()
    journey(house, browser, "s10")
    house.clock.pass_ms(10 * MINUTE_MS)
    form = browser.get("/confirm?next=/account/tokens")
    sent = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form.text))
    page = browser.post("/confirm/council", data=sent, headers={"Accept": "text/html"})
    address = re.search(r'href="([^"]*)"[^>]*>Go on<', page.text)
    assert address is not None
    back = browser.get(at_provider(house, unescape(address[1]), "s10"), follow_redirects=False)
    assert (back.status_code, back.headers["location"]) == (303, "/account/tokens")


def test_an_answer_that_was_used_or_belongs_to_another_browser_is_refused(house: House) -> None:
    linked(house, "s2")
    browser = house.stranger()
    address = browser.post(f"{API}/oidc/begin", json={}).json()["address"]
    back = at_provider(house, address, "s2")
    assert slug(house.stranger().get(back)) == (403, "council-sign-in-refused")
    kept = browser.cookies[JOURNEY]
    assert browser.get(back, follow_redirects=False).status_code == 303
    assert slug(house.stranger(Cookie=f"{JOURNEY}={kept}").get(back)) == (403, "council-sign-in-refused")


def test_an_account_that_is_linked_to_nobody_is_told_so(house: House) -> None:
    browser = house.stranger()
    answer = journey(house, browser, "stranger")
    assert slug(answer) == (403, "not-linked")
    assert SID not in browser.cookies


@pytest.mark.parametrize("fault", ["wrong-nonce", "wrong-audience", "alg-none", "expired"])
def test_an_answer_that_does_not_fit_signs_nobody_in(house: House, fault: str) -> None:
    browser = house.stranger()
    assert slug(journey(house, browser, "s1", more={"fault": fault})) == (403, "council-sign-in-refused")
    assert SID not in browser.cookies


def test_a_provider_that_fails_is_told_without_its_words(house: House) -> None:
    answer = journey(house, house.stranger(), "s1", more={"fault": "broken"})
    assert slug(answer) == (503, "council-silent")
    assert answer.headers["retry-after"] == "30"


def test_no_other_site_s_page_begins_a_journey_that_takes_an_invitation_up(house: House) -> None:
    foreign = house.stranger(Origin="https://elsewhere.example")
    assert slug(foreign.post(f"{API}/oidc/begin", json={"invitation": "x" * 43})) == (403, "foreign-origin")


def test_an_invitation_is_taken_up_at_the_council_once(house: House) -> None:
    sent = {"sign_in_name": f"{new_id()}@north", "shown_name": "O. Reed", "roles": []}
    link = house.admin().post(f"{API}/people", json=sent).json()["link"]
    assert journey(house, house.stranger(), "s3", invitation=secret_of(link)).status_code == 303
    assert slug(journey(house, house.stranger(), "s4", invitation=secret_of(link))) == (404, "link-refused")
    taken = {"secret": secret_of(link), "password": PASSWORD}
    assert slug(house.stranger().post(f"{API}/links/accept", json=taken)) == (404, "link-refused")


def test_a_new_proof_at_the_council_gives_a_new_cookie_to_that_person_alone(house: House) -> None:
    linked(house, "s5")
    linked(house, "s6")
    browser = house.stranger()
    assert journey(house, browser, "s5").status_code == 303
    house.clock.pass_ms(6 * MINUTE_MS)
    before = browser.cookies[SID]
    assert slug(journey(house, browser, "s6", again=True)) == (403, "sign-in-refused")
    assert browser.get(f"{API}/me").json()["fresh"] is False
    assert journey(house, browser, "s5", again=True).status_code == 303
    assert browser.get(f"{API}/me").json()["fresh"] is True
    assert house.stranger(Cookie=f"{SID}={before}").get(f"{API}/me").status_code == 401


def test_a_sign_in_that_the_provider_remembers_is_no_proof_from_just_now(house: House) -> None:
    linked(house, "s7")
    browser = house.stranger()
    assert journey(house, browser, "s7", more={"age": "3600"}).status_code == 303
    assert browser.get(f"{API}/me").json()["fresh"] is False


@contextmanager
def over_https(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A server with a certificate of an authority that nobody knows: its address, and the paths that it was asked."""
    asked: list[str] = []

    class Asked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library calls it so
            pass

    own_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem", folder / "own.key")
    with ThreadingHTTPServer(("127.0.0.1", 0), Asked) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://localhost:{server.server_port}", asked
        server.shutdown()


def own_certificate(folder: Path) -> None:
    """A key and its certificate for this machine, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    day = timedelta(days=1)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - day)
        .not_valid_after(datetime.now(UTC) + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "own.pem").write_bytes(made.public_bytes(pem))
    form, nothing = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "own.key").write_bytes(key.private_bytes(pem, form, nothing))


@pytest.mark.parametrize("told", [True, False])
def test_an_authority_of_the_council_s_own_is_believed_where_its_file_is_named(tmp_path: Path, told: bool) -> None:
    with over_https(tmp_path) as (issuer, asked):
        settings = OidcSettings(
            issuer=issuer, client_id="c", secret_file=tmp_path / "s", back="https://b.example",
            ca_file=tmp_path / "own.pem" if told else None,
        )  # fmt: skip
        with pytest.raises(ProviderUnavailableError):
            OidcProvider(settings, ToldClock()).address(state="a", nonce="b", verifier="c")
        assert bool(asked) is told


@pytest.mark.parametrize("name", ["none.pem", "missing.pem"])
def test_a_file_without_certificates_is_told_at_the_start(tmp_path: Path, name: str) -> None:
    (tmp_path / "none.pem").write_text("no certificate")
    settings = OidcSettings(
        issuer="https://c.example", client_id="c", secret_file=tmp_path / "s", back="https://b.example",
        ca_file=tmp_path / name,
    )  # fmt: skip
    with pytest.raises(ProviderSettingsError, match="PRACTICE_OIDC_CA_FILE"):
        OidcProvider(settings, ToldClock())
