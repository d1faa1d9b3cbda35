"""A real worker with its durable engine, all on a disk that runs out while it works: it outlasts that."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.service.full_disk.small_disk import SmallDisk
from tests.service.jobs.made import a_job, fresh, kept_of, row_of, until
from tests.service.jobs.test_workers import ALL

FULL_FOR_S = 4.0
ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys
from pathlib import Path
from tests.service.jobs.worker_process import work
work(Path(sys.argv[1]), {"WORKER_ID": "one", "SLOW": "1"})
"""


@contextmanager
def started(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that is no copy of this process, whose threads it would not have."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    made = subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder)], env=environment, cwd=ROOT)
    try:
        yield made
    finally:
        made.kill()
        made.wait()


@pytest.mark.slow
@pytest.mark.parametrize("pages", [0, 12, 40, 140])
def test_a_worker_outlasts_a_full_disk_and_ends_its_job(disk: SmallDisk, folder: Path, pages: int) -> None:
    parts = fresh(folder)
    job_id = a_job(parts)
    with started(folder) as made:
        until(lambda: row_of(parts, job_id).stage == "transcribe")
        with disk.full_but(pages):
            time.sleep(FULL_FOR_S)
            assert made.poll() is None
        until(lambda: row_of(parts, job_id).state in ("done", "failed"))
        assert row_of(parts, job_id).state == "done"
        assert kept_of(parts, job_id) == ALL
        made.send_signal(signal.SIGTERM)
        assert made.wait(90) == 0
    parts.database.close()
