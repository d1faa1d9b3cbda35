"""The page about signing in says what the program does."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.people import cookies, limits, sign_in_rows, waiting_rows, web
from service.people.link_rows import COUNCIL_SIGN_IN, LASTS_MS
from service.people.passkeys import rows as passkey_rows
from service.people.passkeys.own import MOST
from service.people.records import Scope
from service.people.routes_council import BACK
from service.people.views import SECOND_STEP

PAGE = " ".join((Path(__file__).resolve().parents[3] / "docs" / "sign-in.md").read_text("utf-8").split())
MINUTE_MS = 60_000
SAID = (
    f"{sign_in_rows.IDLE_MS // MINUTE_MS} minutes without a request",
    f"{sign_in_rows.ABSOLUTE_MS // (60 * MINUTE_MS)} hours in all",
    f"it opens nothing | {cookies.KNOWN_S // 86_400} days",
    f"at the council's sign-in | {cookies.JOURNEY_S // 60} minutes",
    f"at the council's sign-in | {LASTS_MS[COUNCIL_SIGN_IN] // MINUTE_MS} minutes",
    f"that step and nothing else | {waiting_rows.WAITS_MS // MINUTE_MS} minutes",
    f"the browser that asked for it | {passkey_rows.ANSWERED_MS // MINUTE_MS} minutes",
    f"A challenge is {8 * passkey_rows.CHALLENGE_BYTES} random bits",
    f"good once, for {passkey_rows.ANSWERED_MS // MINUTE_MS} minutes",
    f"at most {MOST}, each with a name",
    f"needs a proof of the last {sign_in_rows.FRESH_MS // MINUTE_MS} minutes",
    f"the page `{SECOND_STEP}`",
    f"at most {sign_in_rows.FRESH_MS // MINUTE_MS} minutes old",
    f"In any {limits.WINDOW_MS // MINUTE_MS} minutes, {limits.PER_ACCOUNT} for one sign-in name, "
    f"{limits.PER_ADDRESS} from one network address, {limits.GLOBAL} in all",
    f"has its own {limits.PER_BROWSER}",
    f"the first {web.NETWORK_BITS} bits",
    f"`{Scope.PEOPLE_READ}`",
    f"followed by `{BACK}`",
    f"| `{cookies.Cookies(https=True).sign_in}` | `{cookies.Cookies(https=False).sign_in}` |",
)


@pytest.mark.parametrize("said", SAID)
def test_the_page_says_what_the_program_does(said: str) -> None:
    assert said in PAGE
