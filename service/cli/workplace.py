"""Where a worker works: on the machine of the keystore, or elsewhere with keys that a key keeper lends."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from models.errors import BadInputError
from service.jobs.held import InHand
from service.keeper.settings import FarSettings
from service.parts import Parts
from service.settings_service import ServiceSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPlace:
    """The parts of the service as this worker has them, and what it tells of the claims that it works on."""

    parts: Parts
    in_hand: InHand


def worker_id_of(name: str, far: FarSettings | None = None) -> str:
    """What a worker's heartbeat is kept under: the same after a restart, another one for each worker of a machine."""
    if re.fullmatch(r"[a-z0-9-]{1,30}", name) is None:
        raise BadInputError("A worker's name is up to 30 of a-z, 0-9 and hyphen.")
    if far is None:
        return f"{socket.gethostname()}-worker-{name}"
    from service.keeper.machines import far_worker_id, read_folder

    return far_worker_id(read_folder(far.machine).name, name)


@contextmanager
def work_place(
    settings: ServiceSettings, far: FarSettings | None, name: str, stop: threading.Event
) -> Iterator[WorkPlace]:
    """Open it. Beside the keystore chores are done meanwhile; elsewhere ``stop`` is set when no keys are lent any more.

    Raises what `opened_installation` or `opened_far` raises, and UnknownMachineError at the end.
    """
    if far is None:
        with _beside_the_keystore(settings) as place:
            yield place
        return
    from service.keeper.far import opened_far

    with opened_far(settings, far, name, stop=stop) as opened:
        yield WorkPlace(parts=opened.parts, in_hand=opened.in_hand)
        opened.require_known()


@contextmanager
def _beside_the_keystore(settings: ServiceSettings) -> Iterator[WorkPlace]:
    from service.housekeeping import housekept
    from service.installation import opened_installation

    with opened_installation(settings) as installation, housekept(installation):
        yield WorkPlace(parts=installation.parts, in_hand=InHand())
