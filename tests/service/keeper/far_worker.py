"""A worker elsewhere, in a process of its own: opened as `practice worker` opens it, with engines that only pretend."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

from models.ports import Progress
from pipelines.session import Engines
from service.cli.serve import engine_url
from service.cli.workplace import work_place, worker_id_of
from service.keeper.settings import FarSettings
from service.settings_service import ServiceSettings
from service.worker import WorkerSettings, run_worker
from tests.service.jobs.made import Transcriber, engines

STEP_S = 0.05


def main() -> None:
    """Work until SIGTERM; each transcription that is begun is a line in the file that ``STAGES`` names.

    The first of all takes as many seconds as ``SLOW`` says.
    """
    settings = ServiceSettings.from_environment()
    far = FarSettings.from_environment(settings)
    assert far is not None
    stop, seconds = threading.Event(), float(os.environ.get("SLOW", "0"))
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    def slowly(progress: Progress) -> None:
        with Path(os.environ["STAGES"]).open("a") as note:
            first = note.tell() == 0
            note.write(f"{worker_id_of('0', far)}\n")
        for step in range(round(seconds / STEP_S) if first else 0):
            time.sleep(STEP_S)
            progress(step * STEP_S / seconds)

    meant = WorkerSettings(
        worker_id=worker_id_of("0", far), engine_url=engine_url(settings),
        beat_s=float(os.environ.get("BEAT", "0.5")), poll_s=0.05, reconcile_s=0.5,
        tell_every_s=0.1, stop_within_s=5,
    )  # fmt: skip
    with work_place(settings, far, "0", stop) as place:
        built = real() if os.environ.get("REAL") else engines(Transcriber(slowly))
        run_worker(place.parts, built, meant, stop, place.in_hand)


def real() -> Engines:
    """The engines that come with the program."""
    from service.engines import EngineChoice, choose_engines
    from service.settings import Settings

    return choose_engines(EngineChoice(engine="moonshine", diarizer="embedded"), Settings.from_environment()).engines


if __name__ == "__main__":
    from models.errors import PracticeError

    try:
        main()
    except PracticeError as refused:
        sys.stderr.write(f"{refused}\n")
        sys.exit(refused.exit_code)
