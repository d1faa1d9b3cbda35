"""The council's sign-in at a provider that is not ours: panva's oidc-provider, an OpenID Certified implementation.

Needs node, and the package: `npm install oidc-provider@8` in any folder, whose node_modules PRACTICE_TEST_OIDC_PROVIDER
names; without that variable npm is asked for it once.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest
from joserfc.jwk import ECKey, RSAKey
from starlette.testclient import TestClient

from service.database.words import StaffRole
from service.ids import new_id
from tests.service.house import API, MINUTE_MS, House, opened_house, secret_of
from tests.service.stand_ins import ToldClock

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).with_name("certified_provider.mjs")
BACK = "https://practice.example" + API + "/oidc/done"
SID = "__Host-sid"
SECRET = "a+b/c=%41:d&e f~" + "x" * 32
"""A secret with every letter that has to be written otherwise in the header of a request."""
STEPS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How the provider is set up: its one client, and its port; each process has new keys."""

    modules: Path
    signing: str = "RS256"
    method: str = "client_secret_basic"
    methods: tuple[str, ...] = ("client_secret_basic", "client_secret_post")
    secret: str = SECRET
    says_when: bool = True
    port: int = 0

    def line(self) -> str:
        names = ("signing", "method", "methods", "secret", "says_when", "port")
        more = {
            "modules": str(self.modules),
            "client": "practice",
            "back": BACK,
            "keys": [key(self.signing)],
        }
        return json.dumps({name: getattr(self, name) for name in names} | more)


def key(signing: str) -> Any:
    made = ECKey.generate_key("P-256") if signing == "ES256" else RSAKey.generate_key(2048)
    return dict(made.as_dict(private=True)) | {"kid": new_id(), "use": "sig", "alg": signing}


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    if named := os.environ.get("PRACTICE_TEST_OIDC_PROVIDER"):
        found = Path(named).resolve()
    else:
        folder = tmp_path_factory.mktemp("provider")
        install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), "oidc-provider@8.8.1"]
        if not shutil.which("npm") or subprocess.run(install, capture_output=True, timeout=200, check=False).returncode:
            pytest.skip(
                "npm could not install oidc-provider 8.8.1; PRACTICE_TEST_OIDC_PROVIDER may name a node_modules"
            )
        found = folder / "node_modules"
    if not (found / "oidc-provider").is_dir():
        pytest.skip(f"there is no oidc-provider in {found}")
    return found


@contextmanager
def provider(told: Told) -> Iterator[str]:
    """The provider's process; its address."""
    command = ["node", str(SCRIPT), told.line()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            issuer = process.stdout.readline().strip()
            assert issuer, process.stderr and process.stderr.read()
            yield issuer
        finally:
            process.kill()


@contextmanager
def council(folder: Path, told: Told, *, secret: str = SECRET) -> Iterator[tuple[House, str]]:
    """A house with that provider; the provider's address."""
    (folder / "secret").write_text(f"{secret}\n")
    with provider(told) as issuer, at(folder, issuer) as house:
        yield house, issuer


@contextmanager
def at(folder: Path, issuer: str) -> Iterator[House]:
    """A house whose clock tells the time, as the provider's does."""
    settings = {"ISSUER": issuer, "CLIENT_ID": "practice", "SECRET_FILE": str(folder / "secret")}
    clock = ToldClock(now=time.time_ns() // 1_000_000)
    with opened_house(folder, clock, **{f"PRACTICE_OIDC_{name}": value for name, value in settings.items()}) as house:
        yield house


def somebody() -> httpx2.Client:
    """A browser that keeps the provider's cookies."""
    return httpx2.Client(trust_env=False, follow_redirects=False, timeout=30)


def through(far: httpx2.Client, address: str, subject: str) -> tuple[str, list[str]]:
    """Follow the provider's pages, filling in each form, until it leads back; where, and which forms there were."""
    forms: list[str] = []
    answer = far.get(address)
    for _ in range(STEPS):
        if answer.is_redirect:
            address = urljoin(address, answer.headers["location"])
            if address.startswith(BACK):
                return address, forms
            answer = far.get(address)
            continue
        assert answer.status_code == 200, answer.text[:500]
        action = re.search(r'<form[^>]* action="([^"]*)"', answer.text)
        prompt = re.search(r'name="prompt" value="([^"]*)"', answer.text)
        assert action, answer.text[:500]
        assert prompt, answer.text[:500]
        forms.append(prompt[1])
        address = urljoin(address, unescape(action[1]))
        answer = far.post(address, data={"prompt": prompt[1], "login": subject, "password": "any"})
    raise AssertionError(f"the provider does not lead back: {forms}")


def journey(browser: TestClient, far: httpx2.Client, subject: str, **sent: Any) -> Any:
    """A whole journey from a page of the service and back; the last answer."""
    begun = browser.post(f"{API}/oidc/begin", json=sent)
    assert begun.status_code == 200, begun.text
    return browser.get(through(far, begun.json()["address"], subject)[0], follow_redirects=False)


def linked(house: House, far: httpx2.Client, subject: str) -> tuple[str, TestClient]:
    """Somebody invited who takes the invitation up at the provider: their id, and their browser."""
    sent = {"sign_in_name": f"{new_id()}@north", "shown_name": "O. Reed", "roles": [StaffRole.PRACTITIONER]}
    made = house.admin().post(f"{API}/people", json=sent).json()
    browser = house.stranger()
    answer = journey(browser, far, subject, invitation=secret_of(made["link"]))
    assert answer.status_code == 303, answer.text
    return str(made["id"]), browser


def slug(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


@pytest.mark.parametrize("signing", ["RS256", "PS256", "ES256"])
def test_an_invitation_is_taken_up_and_leads_into_a_sign_in(tmp_path: Path, modules: Path, signing: str) -> None:
    with council(tmp_path, Told(modules=modules, signing=signing)) as (house, _), somebody() as far:
        person_id, _ = linked(house, far, "reed")
        browser = house.stranger()
        back = journey(browser, far, "reed", next="/account/tokens")
        assert (back.status_code, back.headers["location"]) == (303, "/account/tokens")
        told = browser.get(f"{API}/me").json()
        assert (told["id"], told["has_password"], told["at_provider"]) == (person_id, False, True)


def test_a_provider_that_takes_secrets_in_the_body_alone_is_given_them_there(tmp_path: Path, modules: Path) -> None:
    posted = Told(modules=modules, method="client_secret_post", methods=("client_secret_post",))
    with council(tmp_path, posted) as (house, _), somebody() as far:
        assert linked(house, far, "reed")[1].get(f"{API}/me").status_code == 200


def test_somebody_whom_nobody_invited_is_told_so(tmp_path: Path, modules: Path) -> None:
    with council(tmp_path, Told(modules=modules)) as (house, _), somebody() as far:
        browser = house.stranger()
        assert slug(journey(browser, far, "stranger")) == (403, "not-linked")
        assert SID not in browser.cookies


def test_a_new_proof_is_asked_for_even_of_somebody_whom_the_provider_remembers(tmp_path: Path, modules: Path) -> None:
    with council(tmp_path, Told(modules=modules, says_when=False)) as (house, _), somebody() as far:
        linked(house, far, "reed")
        browser = house.stranger()
        address = browser.post(f"{API}/oidc/begin", json={}).json()["address"]
        back, forms = through(far, address, "reed")
        assert forms == []
        assert browser.get(back, follow_redirects=False).status_code == 303
        assert browser.get(f"{API}/me").json()["fresh"] is False
        address = browser.post(f"{API}/oidc/begin", json={"again": True}).json()["address"]
        back, forms = through(far, address, "reed")
        assert forms == ["login"]
        assert browser.get(back, follow_redirects=False).status_code == 303
        assert browser.get(f"{API}/me").json()["fresh"] is True


def test_a_new_proof_by_somebody_else_is_refused(tmp_path: Path, modules: Path) -> None:
    with council(tmp_path, Told(modules=modules)) as (house, _), somebody() as far, somebody() as other:
        _, browser = linked(house, far, "reed")
        linked(house, other, "heron")
        house.clock.pass_ms(6 * MINUTE_MS)
        assert slug(journey(browser, other, "heron", again=True)) == (403, "sign-in-refused")
        assert browser.get(f"{API}/me").json()["fresh"] is False


def test_a_wrong_client_secret_signs_nobody_in_until_its_file_is_put_right(tmp_path: Path, modules: Path) -> None:
    with council(tmp_path, Told(modules=modules), secret="another secret") as (house, _), somebody() as far:
        browser = house.stranger()
        assert slug(journey(browser, far, "reed")) == (403, "council-sign-in-refused")
        assert SID not in browser.cookies
        (tmp_path / "secret").write_text(SECRET)
        linked(house, far, "reed")


def test_a_provider_that_is_not_there_is_told_and_other_keys_are_asked_for_once_it_is(
    tmp_path: Path, modules: Path
) -> None:
    (tmp_path / "secret").write_text(SECRET)
    told, running = Told(modules=modules), ExitStack()
    issuer = running.enter_context(provider(told))
    with running, at(tmp_path, issuer) as house, somebody() as far:
        _, browser = linked(house, far, "reed")
        back = through(far, browser.post(f"{API}/oidc/begin", json={}).json()["address"], "reed")[0]
        running.close()
        answer = browser.get(back, follow_redirects=False)
        assert (*slug(answer), answer.headers["retry-after"]) == (503, "council-silent", "30")
        house.clock.pass_ms(2 * MINUTE_MS)
        again = replace(told, port=int(issuer.rpartition(":")[2]), signing="ES256")
        running.enter_context(provider(again))
        linked(house, far, "heron")


def test_a_code_of_another_journey_is_refused(tmp_path: Path, modules: Path) -> None:
    with council(tmp_path, Told(modules=modules)) as (house, issuer), somebody() as far:
        one, other = house.stranger(), house.stranger()
        first = through(far, one.post(f"{API}/oidc/begin", json={}).json()["address"], "reed")[0]
        second = through(far, other.post(f"{API}/oidc/begin", json={}).json()["address"], "reed")[0]
        assert httpx2.URL(first).params["iss"] == issuer
        codes = [httpx2.URL(address).params["code"] for address in (first, second)]
        answer = one.get(first.replace(codes[0], codes[1]), follow_redirects=False)
        assert slug(answer) == (403, "council-sign-in-refused")
