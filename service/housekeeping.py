"""What is done without being asked for: erasures taken to their end, uploads given up, permissions over, retention."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from service.admin.unnamed_blobs import UnnamedBlobs
from service.api.repeat import KEPT_MS, forget_answers
from service.erasure.machine import Eraser, Means
from service.ids import new_id
from service.ingest.usecases import Ingest
from service.installation import Installation
from service.jobs.queueing import Queueing
from service.permissions.usecases import settle_lapsed
from service.retention.usecases import run as run_retention
from service.retention.watch import ClockWatch

_LOG = logging.getLogger("practice.housekeeping")
MINUTE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Something to be done again every so many seconds."""

    name: str
    every_s: float
    act: Callable[[], object]


def eraser_of(installation: Installation) -> Eraser:
    """What takes erasures to their end in this process. The folders it verifies are those that this machine keeps."""
    settings = installation.settings
    means = Means(
        keys=installation.destroyer,
        ledger=installation.ledger,
        signing=installation.audit_keys,
        folders=(settings.data, settings.keys),
    )
    return Eraser(installation.parts, means)


def chores_of(installation: Installation, ingest: Ingest) -> Sequence[Chore]:
    """Everything that one installation wants done; several processes may do it at once."""
    parts, eraser = installation.parts, eraser_of(installation)
    watch, unnamed = ClockWatch(parts), UnnamedBlobs(parts)

    def end_uploads() -> None:
        if watch.look():  # what was received would be lost to a clock that is wrong
            ingest.expire(parts.clock())

    return (
        Chore(name="erasures", every_s=2.0, act=eraser.run),
        Chore(name="lapsed permissions", every_s=MINUTE_S, act=lambda: settle_lapsed(parts, new_id())),
        Chore(name="abandoned uploads", every_s=10 * MINUTE_S, act=end_uploads),
        Chore(name="retention", every_s=60 * MINUTE_S, act=lambda: run_retention(parts, watch, new_id())),
        Chore(name="files without a row", every_s=60 * MINUTE_S, act=unnamed.look),
        Chore(
            name="old answers",
            every_s=60 * MINUTE_S,
            act=lambda: forget_answers(parts.database, parts.clock() - KEPT_MS),
        ),
    )


class Housekeeper:
    """Does chores in a thread of its own, one after the other, until it is stopped."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._due = dict.fromkeys((chore.name for chore in chores), 0.0)
        self._chores = chores
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin; every chore is done once at the start."""
        self._thread.start()

    def stop(self) -> None:
        """End after the chore that is being done."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            for chore in self._chores:
                if self._stopping.is_set():
                    return
                if time.monotonic() >= self._due[chore.name]:
                    self._do(chore)
            self._stopping.wait(0.5)

    def _do(self, chore: Chore) -> None:
        try:
            chore.act()
        except Exception as refused:  # whatever it was, the next time may succeed, and the others must go on
            _LOG.error("A chore failed and is tried again (%s): %s.", chore.name, type(refused).__name__)
        self._due[chore.name] = time.monotonic() + chore.every_s


@contextmanager
def housekept(installation: Installation) -> Iterator[None]:
    """Take up uploads that were left, and do the chores for as long as this lasts."""
    ingest = ingest_of(installation)
    ingest.reconcile()
    keeper = Housekeeper(chores_of(installation, ingest))
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()


def ingest_of(installation: Installation) -> Ingest:
    """What takes uploads in, with the limits of the settings."""
    from pathlib import Path
    from shutil import disk_usage

    from service.ingest.records import Limits

    settings, parts = installation.settings, installation.parts
    local = not settings.blobs.startswith("s3://")
    return Ingest(
        parts=parts,
        queue=Queueing(parts.clock),
        limits=Limits(sound_bytes=settings.limits.upload_bytes, open_per_person=settings.limits.open_uploads),
        free_bytes=(lambda: disk_usage(Path(settings.blobs)).free) if local else None,
    )
