"""The worker: the process that loads models and does the stages of jobs, until it is told to stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipelines.execution.durable import DurableEngine
from pipelines.execution.engine import Engine
from pipelines.session import Engines
from service.jobs.beats import Heartbeat, sweep
from service.jobs.dispatch import Dispatcher
from service.jobs.held import InHand
from service.jobs.records import Queue
from service.jobs.runner import JobRunner
from service.jobs.scratch import Scratch
from service.parts import Parts

VERSION = "1"
"""Of the stages of a job. Raise it where their order or their names change; older jobs wait for an older worker."""
_log = logging.getLogger("practice.jobs")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """How one worker works. Times are seconds.

    ``worker_id`` differs between processes and is the same after a restart: host, role and number of the GPU.
    ``engine_url`` is a database of its own, ``sqlite:///...`` or ``postgresql://...``. ``scratch`` None takes a folder
    in memory. A worker that is silent for ``lost_beats`` beats is taken for dead.
    """

    worker_id: str
    engine_url: str
    version: str = VERSION
    queues: tuple[Queue, ...] = (Queue.SPEECH, Queue.LIGHT)
    scratch: Path | None = None
    beat_s: float = 10.0
    lost_beats: int = 6
    poll_s: float = 0.5
    reconcile_s: float = 5.0
    tell_every_s: float = 1.0
    most_each: int = 2
    stop_within_s: float = 30.0

    @property
    def lost_after_ms(self) -> int:
        """After so many milliseconds without a beat a worker is taken for dead."""
        return round(self.beat_s * self.lost_beats * 1000)


def run_worker(
    parts: Parts, engines: Engines, settings: WorkerSettings, stop: threading.Event, in_hand: InHand | None = None
) -> None:
    """Work until ``stop`` is set: then stages stop at their next word of progress, and other workers begin them again.

    ``engines`` are built once, by the caller. ``in_hand`` is told which claims are worked on.
    Raises PracticeError where it cannot begin.
    """
    with Scratch(settings.scratch) as scratch:
        runner = JobRunner(
            parts,
            lambda: engines,
            worker_id=settings.worker_id,
            scratch=scratch,
            stopping=stop,
            tell_every_s=settings.tell_every_s,
            in_hand=in_hand,
        )
        heartbeat = Heartbeat(
            parts,
            worker_id=settings.worker_id,
            version=settings.version,
            queues=settings.queues,
            every_s=settings.beat_s,
            silent_s=settings.beat_s * settings.lost_beats / 2,
        )
        engine = DurableEngine(
            runner.run,
            settings.queues,
            url=settings.engine_url,
            executor_id=settings.worker_id,
            version=settings.version,
            poll_s=settings.poll_s,
        )
        heartbeat.beat()
        try:
            engine.start()  # takes up by itself what this worker left unfinished
            heartbeat.start()
            _serve(parts, engine, heartbeat, settings, stop)
        finally:
            stop.set()
            engine.close(settings.stop_within_s)
            heartbeat.close()


def _serve(parts: Parts, engine: Engine, heartbeat: Heartbeat, settings: WorkerSettings, stop: threading.Event) -> None:
    dispatcher = Dispatcher(
        parts,
        engine,
        lost_after_ms=settings.lost_after_ms,
        most_each=settings.most_each,
        settled_ms=round(settings.reconcile_s * 1000),
    )
    looked = float("-inf")
    while not stop.is_set():
        heartbeat.pulse()
        if time.monotonic() - looked >= settings.reconcile_s:
            looked = time.monotonic()
            _try(lambda: sweep(parts, engine, worker_id=settings.worker_id, lost_after_ms=settings.lost_after_ms))
            _try(dispatcher.reconcile)
        _try(dispatcher.dispatch)
        stop.wait(settings.poll_s)


def _try(act: Callable[[], object]) -> None:
    """Databases go away and come back; the loop outlasts that, and says only what kind of error it was."""
    try:
        act()
    except Exception as refused:  # the engine's library has errors of its own
        _log.warning("a pass of the worker's loop did not succeed: %s", type(refused).__name__)
