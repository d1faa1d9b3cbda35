"""A real worker with its durable engine, all on a disk that runs out while it works: it outlasts that."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from service.parts import Parts
from tests.service.full_disk.small_disk import SmallDisk
from tests.service.jobs.made import WorkerProcess, a_job, fresh, kept_of, row_of, until
from tests.service.jobs.test_workers import ALL

FULL_FOR_S = 4.0


def attempt(disk: SmallDisk, parts: Parts, folder: Path, pages: int) -> None:
    """Fill the disk as a worker has begun with a job, and again as it has ended with another one."""
    job_id = a_job(parts)
    with WorkerProcess(folder, SLOW="1") as made:
        until(lambda: row_of(parts, job_id).stage == "transcribe")
        with disk.full_but(pages):
            time.sleep(FULL_FOR_S)
            assert made.ended(0) is None, made.log.read_text()
        until(lambda: row_of(parts, job_id).state in ("done", "failed"))
        assert row_of(parts, job_id).state == "done"
        assert kept_of(parts, job_id) == ALL
        made.send(signal.SIGTERM)
        assert made.ended(90) == 0, made.log.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("pages", [0, 3, 12, 40, 80, 140])
def test_a_worker_outlasts_a_full_disk_and_ends_its_job(disk: SmallDisk, folder: Path, pages: int) -> None:
    parts = fresh(folder)
    attempt(disk, parts, folder, pages)
    parts.database.close()
