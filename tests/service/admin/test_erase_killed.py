"""`practice erase`, killed at every named point: the same command again ends with a certificate and nothing left."""

from __future__ import annotations

import json

import pytest

from service import barriers
from service.admin.canaries import Canary
from service.audit.keys import read_key_file
from service.erasure import certificate
from service.keybroker.ports import Actor
from tests.service.admin.commands import practice
from tests.service.installed import Installed, Told, in_memory

POINTS = [name for name in barriers.NAMES if name.startswith("erasure.")]
DEATHS = 100


def dies_and_is_finished(home: Installed, worker: Actor, point: str) -> Told:
    told = home.session(worker, worked_on=False)
    died = practice(home.environment, "erase", told.session_id, barrier=point)
    assert died.killed, (point, died)
    assert died.out == "", "a certificate before the end"
    done = practice(home.environment, "erase", told.session_id)
    assert done.code == 0, done.err
    assert certificate.holds(done.out.strip().encode(), read_key_file(home.settings.keys / "audit.keys"))
    assert [one["left"] for one in json.loads(done.out)["certificate"]["stores"]] == [0, 0, 0, 0]
    return told


def test_there_is_a_death_for_every_step_of_an_erasure() -> None:
    assert len(POINTS) == 16


def test_an_erasure_that_dies_at_each_step_in_turn_ends_with_a_certificate_and_nothing_left() -> None:
    """One session, sixteen deaths: each command goes on where the one before died."""
    with in_memory() as folder:
        home = Installed(folder)
        worker = home.worker()
        neighbour, told = (home.session(worker, worked_on=False) for _ in range(2))
        for point in POINTS:
            died = practice(home.environment, "erase", told.session_id, barrier=point)
            assert (died.killed, died.out) == (True, ""), point
        done = practice(home.environment, "erase", told.session_id)
        assert certificate.holds(done.out.strip().encode(), read_key_file(home.settings.keys / "audit.keys"))
        found = home.scanned([*told.canaries, *neighbour.canaries], keyed=True)
        assert found.found == neighbour.sealed
        assert not home.scanned([Canary(name="key", content=told.wrapped)]).found


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("point", POINTS)
def test_a_hundred_deaths_at_each_point_are_finished_by_the_same_command(point: str) -> None:
    with in_memory() as folder:
        die_a_hundred_times(Installed(folder), point)


def die_a_hundred_times(place: Installed, point: str) -> None:
    worker = place.worker()
    neighbour = place.session(worker, worked_on=False)
    gone = [dies_and_is_finished(place, worker, point) for _ in range(DEATHS)]
    canaries = [one for told in gone for one in told.canaries]
    assert place.scanned([*canaries, *neighbour.canaries], keyed=True).found == neighbour.sealed
    keys = [Canary(name=told.session_id, content=told.wrapped) for told in gone]
    assert not place.scanned(keys).found
