"""`practice erase`, killed at every named point: the same command again ends with a certificate and nothing left."""

from __future__ import annotations

import json
from collections.abc import Iterator

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


@pytest.fixture(scope="module")
def home() -> Iterator[tuple[Installed, Actor, Told]]:
    with in_memory() as folder:
        made = Installed(folder)
        worker = made.worker()
        yield made, worker, made.session(worker, worked_on=False)


def dies_and_is_finished(home: Installed, worker: Actor, point: str) -> Told:
    told = home.session(worker, worked_on=False)
    died = practice(home.environment, "erase", told.session_id, barrier=point)
    assert died.killed, (point, died)
    assert died.out == "", "a certificate before the end"
    done = practice(home.environment, "erase", told.session_id)
    assert done.code == 0, done.err
    assert certificate.holds(done.out.strip().encode(), read_key_file(home.settings.keys / "audit.keys"))
    assert [one["left"] for one in json.loads(done.out)["certificate"]["stores"]] == [0, 0, 0, 0]
    assert practice(home.environment, "erase", told.session_id).out == done.out
    return told


def test_there_is_a_death_for_every_step_of_an_erasure() -> None:
    assert len(POINTS) == 16


@pytest.mark.parametrize("point", POINTS)
def test_a_command_that_died_is_finished_by_the_same_command(point: str, home: tuple[Installed, Actor, Told]) -> None:
    place, worker, neighbour = home
    gone = dies_and_is_finished(place, worker, point)
    found = place.scanned([*gone.canaries, *neighbour.canaries], keyed=True)
    assert found.found == neighbour.sealed
    assert not place.scanned([Canary(name="key", content=gone.wrapped)]).found


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
