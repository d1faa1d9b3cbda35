"""Broker and keystore together: content outlasts a restart, and ends with its key."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import pytest

from service.audit.records import Action, Outcome, Purpose
from service.blobs.identity import new_blob_id
from service.blobs.local_store import LocalBlobStore
from service.database.engine import Database
from service.database.words import Content, PermissionPurpose, StaffRole
from service.ids import new_id
from service.keybroker.errors import MissingKeystoreError, RefusedError
from service.keybroker.starting import BrokerAndKeys, start_broker
from tests.service.keybroker.worlds import World, actor
from tests.service.stand_ins import RememberingTrail, ToldClock

OPENS = 500
"""How often each kind of refusal is timed."""
MOST_APART_MS = 2.0


class Place:
    """Where a broker's parts lie."""

    def __init__(self, folder: Path, database: Database, trail: RememberingTrail, clock: ToldClock) -> None:
        self.folder, self.database, self.trail, self.clock = folder, database, trail, clock

    def start(self, *, first: bool = False) -> BrokerAndKeys:
        return start_broker(
            keystore_file=self.folder / "keystore.sqlite3",
            epochs=self.folder / "keys",
            database=self.database,
            trail=self.trail,
            blobs=LocalBlobStore(self.folder / "blobs"),
            clock=self.clock,
            first_start=first,
        )


@pytest.fixture
def place(tmp_path: Path, database: Database, trail: RememberingTrail, clock: ToldClock) -> Place:
    return Place(tmp_path, database, trail, clock)


def a_session(place: Place, house: BrokerAndKeys) -> tuple[str, str]:
    """A worker and their new session, its key made first."""
    with place.database.writing() as rows:
        worker = World(rows, place.clock()).person((StaffRole.PRACTITIONER,))
    created = new_id()
    house.broker.create(actor(worker), created)
    with place.database.writing() as rows:
        world = World(rows, place.clock())
        world.session(worker, session_id=created)
        world.participant(created, PermissionPurpose.REFLECTION)
    return worker, created


def test_content_is_there_after_a_restart_and_after_a_rotation(place: Place) -> None:
    house = place.start(first=True)
    worker, one = a_session(place, house)
    blob_id = new_blob_id()
    with house.broker.open(
        actor(worker), one, Content.RECORDING, purpose=Purpose.REFLECTION, action=Action.EDIT
    ) as opened:
        sealed = opened.seal("recording.file_name", b"visit.wav")
        with opened.write(blob_id) as writer:
            writer.write(b"sound")
    house.keys.rotate()
    with place.start().broker.open(actor(worker), one, Content.RECORDING, purpose=Purpose.REFLECTION) as opened:
        assert opened.unseal("recording.file_name", sealed) == b"visit.wav"
        with opened.read(blob_id) as reader:
            assert reader.readall() == b"sound"


def test_a_destroyed_key_looks_like_no_session(place: Place) -> None:
    house = place.start(first=True)
    worker, one = a_session(place, house)
    house.keys.destroy(one)
    with pytest.raises(RefusedError):
        house.broker.open(actor(worker), one, Content.DETAILS, purpose=Purpose.REFLECTION)
    assert place.trail.events[-1].outcome is Outcome.FAILED


def test_a_keystore_is_made_on_a_first_start_alone(place: Place) -> None:
    with pytest.raises(MissingKeystoreError):
        place.start()


def test_the_time_that_a_refusal_takes_does_not_tell_whether_the_session_is_there(place: Place) -> None:
    house = place.start(first=True)
    _, one = a_session(place, house)
    with place.database.writing() as rows:
        stranger = actor(World(rows, place.clock()).person((StaffRole.PRACTITIONER,)))
    took: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(2 * OPENS):
        there = turn % 2 == 0
        asked = one if there else new_id()
        begun = time.perf_counter()
        with pytest.raises(RefusedError):
            house.broker.open(stranger, asked, Content.RECORDING, purpose=Purpose.REFLECTION)
        took[there].append((time.perf_counter() - begun) * 1000)
    apart = abs(statistics.median(took[True]) - statistics.median(took[False]))
    assert apart <= MOST_APART_MS, f"of medians of {OPENS}, the one of {statistics.median(took[True]):.2f} ms"
