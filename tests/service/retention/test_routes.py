"""Retention over HTTP: what is kept for how long, what goes soon, and confirming the clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.council import VISIT, Council, standing_council

DAY_MS = 86_400_000


@pytest.fixture
def council(tmp_path: Path) -> Iterator[Council]:
    """One whose clock and schedules may be changed."""
    with standing_council(tmp_path) as made:
        yield made


def test_what_goes_soon_is_told_to_administrators_and_to_whose_it_is(council: Council) -> None:
    made = council.worker.done("POST", "/sessions", VISIT)["id"]
    assert council.worker.get("/retention/mine").json()["items"] == []
    council.clock.pass_ms(170 * DAY_MS)
    worker, stranger, boss = (council.again(name) for name in ("worker", "stranger", "administrator"))
    (due,) = worker.get("/retention/mine").json()["items"]
    assert (due["session_id"], due["kind"], due["held"]) == (made, None, False)
    assert stranger.get("/retention/mine").json()["items"] == []
    assert boss.get("/retention/mine").json()["items"] == []
    assert boss.get("/retention").json()["items"] == [due]
    assert worker.get("/retention").status_code == 403


def test_a_shorter_time_comes_into_force_after_the_notice(council: Council) -> None:
    council.administrator.done("PUT", "/retention/sound", {"days": 30})
    first, second = council.administrator.get("/retention").json()["schedules"]["sound"]
    assert (first["days"], second["days"]) == (90, 30)
    assert second["from_ms"] == council.clock() + 14 * DAY_MS


def test_changing_retention_needs_a_proof_from_just_now(council: Council) -> None:
    council.clock.pass_ms(10 * 60_000)
    for method, path, body in (("PUT", "/retention/sound", {"days": 30}), ("POST", "/retention/clock", None)):
        response = council.administrator.send(method, path, body)
        assert (response.status_code, response.json()["type"]) == (403, "/problems/confirm-sign-in")


@pytest.mark.parametrize("days", [0, 3661, "many"])
def test_a_time_that_cannot_be_is_refused(council: Council, days: object) -> None:
    assert council.administrator.send("PUT", "/retention/sound", {"days": days}).status_code == 422
    assert council.administrator.send("PUT", "/retention/gossip", {"days": 5}).status_code == 422


def test_an_administrator_confirms_the_clock(council: Council) -> None:
    assert council.worker.send("POST", "/retention/clock").status_code == 403
    assert council.administrator.send("POST", "/retention/clock").status_code == 204
