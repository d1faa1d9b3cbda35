"""kill -9 at every named point of an erasure: whoever goes on with it ends with a certificate and nothing left."""

from __future__ import annotations

import os
import signal
import traceback
from pathlib import Path

import pytest

from service import barriers
from service.admin.canaries import Canary
from service.database.engine import open_database
from service.database.tables import METADATA
from service.database.words import ErasureState, SessionState
from service.erasure.restoring import check_ledger
from service.permissions.withdrawal import receipt_of, withdraw
from tests.service.erasure.house import Full, House
from tests.service.erasure.test_machine import state

POINTS = [name for name in barriers.NAMES if name.startswith("erasure.")]
DEATHS = 100


def opened(folder: Path, *, first_start: bool = False) -> House:
    (folder / "data").mkdir(exist_ok=True)
    database = open_database(f"sqlite:///{folder / 'data' / 'service.sqlite3'}")
    if first_start:
        METADATA.create_all(database.engine)
    return House(folder, database, first_start=first_start)


def dies(folder: Path, full: Full, point: str) -> bool:
    """Withdraw and erase in a process of its own, and whether it died at the point."""
    child = os.fork()
    if not child:
        try:
            barriers.arm({barriers.VARIABLE: point})
            house = opened(folder)
            withdraw(house.parts, full.worker, full.session_id, full.participant_id)
            house.eraser().run()
        except BaseException:
            traceback.print_exc()
            os._exit(3)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status != 0


def die_and_go_on(folder: Path, point: str, deaths: int) -> int:
    """Sessions in one folder, each withdrawn, killed once or twice, and erased by whoever comes next; gives deaths."""
    house = opened(folder, first_start=True)
    neighbour = house.full_session()
    died = turn = 0
    gone: list[Canary] = []
    while died < deaths:
        full = house.full_session()
        house.database.close()
        assert dies(folder, full, point), "the process never came to this point"
        died += 1
        died += turn % 2 == 0 and dies(folder, full, point)  # a death in going on, where it comes there again
        turn += 1
        house = opened(folder)
        check_ledger(house.parts, house.ledger)
        house.eraser().run()
        looked_for = [Canary(name="key", content=full.wrapped)]
        assert state(house, full)[0] == SessionState.ERASED
        assert receipt_of(house.parts, full.worker, full.session_id).state is ErasureState.CERTIFIED
        assert set(house.blobs.ids()) == set(neighbour.blobs)
        assert not house.scanned(looked_for).found
        gone += full.canaries
    found = house.scanned([*gone, *neighbour.canaries], keyed=True).found
    assert found == {one.name for one in neighbour.canaries}
    assert len({one.session_id for one in house.ledger.entries()}) == len(house.ledger.entries()) == turn
    house.database.close()
    return died


@pytest.mark.parametrize("point", POINTS)
def test_a_death_at_any_point_is_finished_by_whoever_goes_on(point: str, tmp_path: Path) -> None:
    assert die_and_go_on(tmp_path, point, 1) >= 1


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("point", POINTS)
def test_a_hundred_deaths_at_each_point_are_finished(point: str, tmp_path: Path) -> None:
    assert die_and_go_on(tmp_path, point, DEATHS) >= DEATHS
