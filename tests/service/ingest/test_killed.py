"""kill -9 at every barrier: nothing acknowledged is lost, nothing torn, nothing twice, nothing left in plaintext."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from service import barriers
from service.blobs.local_store import LocalBlobStore
from service.database.engine import open_database
from service.database.tables import upload_part
from tests.service.ingest.client import Sender, until_done
from tests.service.ingest.material import SESSION, contents, count, jobs, recordings, sha, stray_blobs, wave
from tests.service.ingest.serving import Server, server
from tests.service.stand_ins import OpenHandedBroker

BARRIERS = tuple(name for name in barriers.NAMES if name.startswith("ingest."))
QUICK, ALL = 1, 100
CANARY = b"Wren-canary-7f3a81c2-nobody-else-says-this"


def content(seed: int) -> bytes:
    return wave(130_000, seed) + CANARY * 20 + wave(60_000, seed)


def killed_once(running: Server, name: str, turn: int, chance: random.Random) -> tuple[bytes, str | None]:
    """One recording, sent while the server dies at a barrier once."""
    sent = content(turn)
    sender = Sender(running.url, sent, f"{name}-{turn}", chunk=chance.choice([70_000, 150_000, 400_000]))
    passes = chance.choice([1, 1, 2, 3]) if "part-" in name or name == "ingest.claimed" else 1
    serving = running.begin(f"{name}:{passes}")
    done = serving and sender.go_on()
    if serving and running.ended(0.0 if done else 20) is None:
        running.kill()  # the barrier was passed less often
    assert running.begin()
    until_done(sender)
    running.kill()
    return sent, sender.recording_id


def check(folder: Path, sent: list[tuple[bytes, str | None]]) -> None:
    database = open_database(f"sqlite:///{folder / 'service.sqlite3'}")
    broker = OpenHandedBroker(blobs=LocalBlobStore(folder / "blobs"), known={SESSION})
    try:
        assert {one[0] for one in recordings(database)} == {recording_id for _, recording_id in sent}
        assert contents(database, broker) == sorted(sha(one) for one, _ in sent)
        assert jobs(database) == len(sent)
        assert stray_blobs(database, broker) == set()
        assert count(database, upload_part) == 0
        assert len(list(broker.blobs.ids())) == len(sent)
    finally:
        database.close()
    for path in folder.rglob("*"):
        if path.is_file():
            assert not path.name.endswith(".part")
            assert CANARY not in path.read_bytes()


@dataclass
class Killing:
    """One server for all barriers, since a start of it costs seconds; and what was sent to it so far."""

    running: Server
    sent: list[tuple[bytes, str | None]] = field(default_factory=list)

    def run(self, name: str, times: int) -> None:
        chance = random.Random(name)
        for _ in range(times):
            self.sent.append(killed_once(self.running, name, len(self.sent), chance))
        assert self.running.begin()
        self.running.kill()
        check(self.running.folder, self.sent)


@pytest.fixture(scope="module")
def killing(made: Path, memory_folder: Path) -> Iterator[Killing]:
    with server(made, memory_folder) as running:
        yield Killing(running)


@pytest.mark.parametrize("name", BARRIERS)
def test_a_process_that_dies_here_loses_nothing(killing: Killing, name: str) -> None:
    killing.run(name, QUICK)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", BARRIERS)
def test_a_process_that_dies_here_a_hundred_times_loses_nothing(killing: Killing, name: str) -> None:
    killing.run(name, ALL)
