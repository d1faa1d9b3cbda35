"""The same recording sent again and again, one after the other or at once, with a key or without: one recording."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.clock import now_ms
from service.ingest.errors import TooManyUploadsError, UploadBusyError, UploadOffsetError
from service.ingest.records import Limits
from service.ingest.usecases import Ingest
from tests.service.ingest.material import SESSION, actor, asked, contents, jobs, recordings, stray_blobs, wave
from tests.service.ingest.server import ingest_in
from tests.service.stand_ins import OpenHandedBroker

QUICK, ALL = 12, 200


def send(ingest: Ingest, content: bytes, key: str | None) -> str:
    """As a client does: begin, send, and go on from where it stands; a lost answer is a second beginning."""
    for _ in range(2_000):
        try:
            begun = ingest.begin(actor(), asked(content, repeat_key=key))
            at = ingest.standing(actor(), begun.id).received
            done = ingest.receive(actor(), begun.id, at, [content[at:]] if at < len(content) else [])
        except (UploadBusyError, UploadOffsetError, TooManyUploadsError):
            continue
        assert done.recording_id
        return done.recording_id
    raise AssertionError("never done")


def schedule(ingest: Ingest, number: int) -> None:
    chance = random.Random(number)
    content = wave(chance.randrange(100, 30_000), seed=number)
    keys = [chance.choice([None, f"{number}-a", f"{number}-b"]) for _ in range(chance.randrange(2, 21))]
    with ThreadPoolExecutor(chance.choice([1, 1, 3])) as pool:
        found = list(pool.map(lambda key: send(ingest, content, key), keys))
    assert len(set(found)) == 1


def run(made: Path, folder: Path, times: int) -> None:
    (folder / "service.sqlite3").write_bytes(made.read_bytes())
    ingest = ingest_in(folder, Limits(part_bytes=9_000, spare_bytes=0))
    for number in range(times):
        schedule(ingest, number)
    ingest.expire(now_ms() + 10**12)
    database, broker = ingest.parts.database, ingest.parts.broker
    assert isinstance(broker, OpenHandedBroker)
    assert {one[1] for one in recordings(database)} == {SESSION}
    assert len(contents(database, broker)) == jobs(database) == times
    assert len(set(contents(database, broker))) == times
    assert stray_blobs(database, broker) == set()
    assert len(list(broker.blobs.ids())) == times
    database.close()


def test_a_recording_that_is_sent_again_is_kept_once(made: Path, memory_folder: Path) -> None:
    run(made, memory_folder, QUICK)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_recording_that_is_sent_again_is_kept_once_in_every_schedule(made: Path, tmp_path: Path) -> None:
    run(made, tmp_path, ALL)
