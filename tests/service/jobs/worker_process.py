"""What a worker of the tests does in its own process: pretend, slowly or fatally, as it was told."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from models.ports import Progress
from service.worker import WorkerSettings, run_worker
from tests.service.jobs.made import Transcriber, engines, parts_at

STEP_S = 0.05


def poison(progress: Progress) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def work(folder: Path, told: Mapping[str, str]) -> None:
    """Be a worker until SIGTERM. ``SLOW`` is how many seconds transcription takes; ``POISON`` makes it deadly."""
    seconds = float(told.get("SLOW", "0"))

    def slowly(progress: Progress) -> None:
        with (folder / "transcribed-by").open("a") as note:
            note.write(told["WORKER_ID"] + "\n")
        for step in range(round(seconds / STEP_S)):
            time.sleep(STEP_S)
            progress(step * STEP_S / seconds)

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    (folder / f"{told['WORKER_ID']}.ready").write_text(str(os.getpid()))
    settings = WorkerSettings(
        worker_id=told["WORKER_ID"],
        engine_url=told.get("ENGINE") or f"sqlite:///{folder / 'engine.sqlite3'}",
        scratch=folder / "scratch",
        beat_s=float(told.get("BEAT", "0.5")),
        poll_s=0.05,
        reconcile_s=0.5,
        tell_every_s=0.1,
        stop_within_s=5,
    )
    built = engines(Transcriber(poison if told.get("POISON") else slowly))
    run_worker(parts_at(folder, told.get("DATABASE")), built, settings, stop)
