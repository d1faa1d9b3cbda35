"""Signing in at a real provider process: it is believed only when everything fits."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from service.database.words import StaffRole
from service.keybroker.ports import Actor
from service.people import council_sign_in, links, staff
from service.people.council_sign_in import Journey, Returned, finish, start
from service.people.errors import (
    LinkRefusedError,
    ProviderRefusedError,
    ProviderSettingsError,
    ProviderUnavailableError,
    SignInRefusedError,
    TooManyAttemptsError,
    UnknownSubjectError,
    WrongStateError,
)
from service.people.oidc import ASKED_AGAIN_MS, OidcProvider, OidcSettings
from service.people.parts import PeopleParts
from service.people.passkeys import own
from service.people.records import NewSignIn, SignedIn
from service.people.sign_in import Came
from tests.service.people import provider as small
from tests.service.people.authenticator import Authenticator
from tests.service.people.conftest import PASSWORD, REQUEST, Add, entered, here, who
from tests.service.stand_ins import RememberingTrail, ToldClock

P = StaffRole.PRACTITIONER
CAME = Came(address="192.0.2.1", request_id=REQUEST)
BROWSER = httpx2.Client(verify=False, trust_env=False)
ROOT = Path(__file__).resolve().parents[3]
FAULTS = (
    "wrong-issuer", "wrong-audience", "more-audiences", "wrong-nonce", "expired", "not-yet", "wrong-party",
    "number-subject", "empty-subject", "without-nonce", "without-iss", "without-aud", "without-exp", "without-sub",
    "alg-none", "alg-hmac", "strange-key", "garbage", "no-token",
)  # fmt: skip


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    command = [sys.executable, "-m", small.__name__]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


@pytest.fixture
def council(issuer: str, tmp_path: Path, clock: ToldClock) -> OidcProvider:
    secret = tmp_path / "secret"
    secret.write_text(f"{small.SECRET}\n")
    return OidcProvider(
        OidcSettings(issuer=issuer, client_id=small.CLIENT, secret_file=secret, back="https://here.example/back"), clock
    )


Go = Callable[..., NewSignIn]


def visit(journey: Journey, clock: ToldClock, subject: str, **more: str) -> Returned:
    """What the browser brings back from the provider."""
    extra = {"as": subject, "now": str(clock() // 1000), **more}
    answer = BROWSER.get(journey.address, params=dict(httpx2.URL(journey.address).params) | extra)
    back = parse_qs(urlsplit(answer.raise_for_status().json()["to"]).query)
    return Returned(state=back["state"][0], code=back["code"][0], kept=journey.kept)


@pytest.fixture
def go(people: PeopleParts, council: OidcProvider, clock: ToldClock) -> Go:
    """A whole journey as a subject."""

    def gone(
        subject: str, *, invitation: str | None = None, again: bool = False, signed: SignedIn | None = None, **more: str
    ) -> NewSignIn:
        journey = start(people, council, CAME, invitation=invitation, again=again)
        return finish(people, council, CAME, visit(journey, clock, subject, **more), signed)

    return gone


def invited(people: PeopleParts, administrator: Actor, name: str = "ola") -> tuple[str, str]:
    return staff.invite(people.parts, administrator, sign_in_name=name, shown_name="Ola", roles=[P])


def test_an_invitation_links_a_person_who_then_signs_in_at_the_council(
    people: PeopleParts, administrator: Actor, go: Go
) -> None:
    person_id, invitation = invited(people, administrator)
    assert here(people, go("s1", invitation=invitation).cookie).actor.person_id == person_id
    signed = here(people, go("s1").cookie)
    assert (signed.actor.person_id, signed.actor.roles, signed.fresh) == (person_id, {P}, True)


def test_a_subject_that_nobody_invited_is_told_so(people: PeopleParts, administrator: Actor, go: Go) -> None:
    invited(people, administrator)
    with pytest.raises(UnknownSubjectError, match="invitation"):
        go("stranger")


@pytest.mark.parametrize("fault", FAULTS)
def test_an_answer_that_does_not_fit_is_not_believed(
    people: PeopleParts, administrator: Actor, go: Go, fault: str
) -> None:
    _, invitation = invited(people, administrator)
    with pytest.raises(ProviderRefusedError):
        go("s1", invitation=invitation, fault=fault)
    go("s1", invitation=invitation)


def test_a_provider_that_fails_is_said_to_be_away(people: PeopleParts, administrator: Actor, go: Go) -> None:
    with pytest.raises(ProviderUnavailableError):
        go("s1", fault="broken")


def test_a_state_works_once(people: PeopleParts, administrator: Actor, council: OidcProvider, clock: ToldClock) -> None:
    _, invitation = invited(people, administrator)
    journey = start(people, council, CAME, invitation=invitation)
    first, second = (visit(journey, clock, "s1") for _ in range(2))
    finish(people, council, CAME, first)
    for replayed in (first, second):
        with pytest.raises(ProviderRefusedError):
            finish(people, council, CAME, replayed)


def test_a_journey_ends_in_the_browser_that_began_it(
    people: PeopleParts, administrator: Actor, council: OidcProvider, clock: ToldClock
) -> None:
    _, invitation = invited(people, administrator)
    mine = start(people, council, CAME, invitation=invitation)
    theirs = visit(start(people, council, CAME), clock, "s1")
    for kept in (mine.kept, "", "in..", theirs.kept.replace("in.", "again.")):
        with pytest.raises(ProviderRefusedError):
            finish(people, council, CAME, Returned(state=theirs.state, code=theirs.code, kept=kept))


def test_a_code_of_another_journey_does_not_fit(
    people: PeopleParts, administrator: Actor, council: OidcProvider, clock: ToldClock
) -> None:
    """The provider refuses it, because the verifier is another one."""
    _, invitation = invited(people, administrator)
    mine, theirs = (visit(start(people, council, CAME, invitation=invitation), clock, "s1") for _ in range(2))
    with pytest.raises(ProviderRefusedError):
        finish(people, council, CAME, Returned(state=mine.state, code=theirs.code, kept=mine.kept))


def test_a_journey_is_over_after_ten_minutes(people: PeopleParts, council: OidcProvider, clock: ToldClock) -> None:
    returned = visit(start(people, council, CAME), clock, "s1")
    clock.pass_ms(600_000)
    with pytest.raises(ProviderRefusedError):
        finish(people, council, CAME, returned)


def test_an_issuer_that_comes_back_with_the_code_is_the_right_one(
    people: PeopleParts, administrator: Actor, council: OidcProvider, clock: ToldClock
) -> None:
    _, invitation = invited(people, administrator)
    for issuer, good in [("https://other.example", False), (council.settings.issuer, True)]:
        came = visit(start(people, council, CAME, invitation=invitation), clock, "s1")
        returned = Returned(state=came.state, code=came.code, kept=came.kept, issuer=issuer)
        if good:
            finish(people, council, CAME, returned)
        else:
            with pytest.raises(ProviderRefusedError):
                finish(people, council, CAME, returned)


def test_an_invitation_links_one_subject_once(people: PeopleParts, administrator: Actor, go: Go) -> None:
    _, invitation = invited(people, administrator)
    _, other = invited(people, administrator, "mo")
    go("s1", invitation=invitation)
    for subject, secret in [("s2", invitation), ("s1", other), ("s3", "nonsense")]:
        with pytest.raises(LinkRefusedError):
            go(subject, invitation=secret)


def test_linking_ends_the_local_password(people: PeopleParts, administrator: Actor, add: Add, go: Go) -> None:
    person_id = add("ola", P)
    go("s1", invitation=links.new_link(people.parts, administrator, person_id))
    with pytest.raises(SignInRefusedError):
        entered(people, "ola", PASSWORD)


def test_linking_removes_the_passkeys_and_the_council_is_asked_alone_even_where_they_are_required(
    people: PeopleParts, administrator: Actor, add: Add, go: Go, trail: RememberingTrail
) -> None:
    person_id = add("ola", P)
    signed, device = here(people, entered(people, "ola").cookie), Authenticator()
    given = device.create(own.begin_adding(people, CAME, signed))
    signed = here(people, own.add(people, CAME, signed, label="Phone", given=given).cookie)
    (passkey,) = own.list_own(people, signed)
    cookie = go("s1", invitation=links.new_link(people.parts, administrator, person_id)).cookie
    assert passkey.id in {one.object_id for one in trail.events[-2:]}
    signed = here(replace(people, second_proof_required=True), cookie)
    assert own.list_own(people, signed) == []
    with pytest.raises(WrongStateError):
        own.begin_adding(people, CAME, signed)


def test_a_disabled_person_does_not_come_in_by_the_council(people: PeopleParts, administrator: Actor, go: Go) -> None:
    person_id, invitation = invited(people, administrator)
    cookie = go("s1", invitation=invitation).cookie
    staff.disable(people.parts, administrator, person_id)
    assert who(people, cookie) is None
    with pytest.raises(SignInRefusedError):
        go("s1")


def test_somebody_who_proved_it_long_ago_at_the_council_is_not_fresh_here(
    people: PeopleParts, administrator: Actor, go: Go
) -> None:
    _, invitation = invited(people, administrator)
    assert not here(people, go("s1", invitation=invitation, age="301").cookie).fresh
    assert not here(people, go("s1", fault="without-auth_time").cookie).fresh


def test_a_new_proof_at_the_council_makes_the_sign_in_fresh_under_a_new_cookie(
    people: PeopleParts, administrator: Actor, go: Go
) -> None:
    _, invitation = invited(people, administrator)
    old = go("s1", invitation=invitation, age="4000").cookie
    new = go("s1", again=True, signed=here(people, old)).cookie
    assert here(people, new).fresh
    assert who(people, old) is None


def test_a_new_proof_is_new_and_ones_own(people: PeopleParts, administrator: Actor, go: Go) -> None:
    _, invitation = invited(people, administrator)
    _, other = invited(people, administrator, "mo")
    go("s2", invitation=other)
    signed = here(people, go("s1", invitation=invitation).cookie)
    for subject, more in [("s2", {}), ("s1", {"age": "301"}), ("s1", {"fault": "without-auth_time"}), ("s3", {})]:
        with pytest.raises(SignInRefusedError):
            go(subject, again=True, signed=signed, **more)
    with pytest.raises(SignInRefusedError):
        go("s1", again=True)


def test_new_keys_of_the_provider_are_found(
    people: PeopleParts, administrator: Actor, go: Go, issuer: str, clock: ToldClock
) -> None:
    _, invitation = invited(people, administrator)
    go("s1", invitation=invitation)
    BROWSER.get(f"{issuer}/rotate")
    clock.pass_ms(ASKED_AGAIN_MS)
    go("s1")


def test_a_description_of_another_issuer_is_not_believed(
    people: PeopleParts, council: OidcProvider, issuer: str
) -> None:
    BROWSER.get(f"{issuer}/describe", params={"as": "/"})
    try:
        with pytest.raises(ProviderUnavailableError):
            start(people, council, CAME)
    finally:
        BROWSER.get(f"{issuer}/describe")


def test_journeys_from_one_address_are_limited(
    people: PeopleParts, council: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(council_sign_in, "STARTS", 3)
    for _ in range(3):
        start(people, council, CAME)
    with pytest.raises(TooManyAttemptsError):
        start(people, council, CAME)


@pytest.mark.parametrize("issuer", ["http://council.example", "council.example", "", "https://c.example?x", "ftp://c"])
def test_a_provider_is_reached_by_https(issuer: str, tmp_path: Path) -> None:
    with pytest.raises(ProviderSettingsError):
        OidcSettings(issuer=issuer, client_id="c", secret_file=tmp_path / "s", back="https://here.example/back")


def test_a_missing_secret_is_said_before_anybody_is_sent_away(
    people: PeopleParts, council: OidcProvider, tmp_path: Path
) -> None:
    (tmp_path / "secret").unlink()
    with pytest.raises(ProviderSettingsError):
        start(people, council, CAME)
