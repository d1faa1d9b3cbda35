"""What the administration pages are told of the installation itself, besides what its database holds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from service.api.about import Program
from service.api.health import Check, usual_checks
from service.api.metrics import AuditState
from service.audit.keys import Keyring
from service.installation import Installation, epochs_folder
from service.keybroker.standing import epochs_present
from service.settings_service import ServiceSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A place where things are kept, in bytes: what is free and what there is; None where this machine cannot say."""

    name: str
    free: int | None
    whole: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One installation. ``audit_state``: how long the chain is; ``anchoring_failed``: the last attempt did."""

    settings: ServiceSettings
    audit_keys: Keyring = field(repr=False)
    audit_state: Callable[[], AuditState]
    anchoring_failed: Callable[[], bool]
    program: Program
    checks: Sequence[Check]

    @property
    def anchors(self) -> Path:
        """The file of anchors."""
        return self.settings.anchors

    def epochs(self) -> list[int]:
        """The epochs of keys that there is a file of, oldest first."""
        return epochs_present(epochs_folder(self.settings))

    def rooms(self) -> Sequence[Room]:
        """Where data and files lie, and how much is free there."""
        blobs = self.settings.blobs
        elsewhere = Room(name="Recordings and what is made of them (a bucket)", free=None, whole=None)
        files = elsewhere if "://" in blobs else _room("Recordings and what is made of them", Path(blobs))
        return _room("Database and keystore", self.settings.data), files


def machine_of(installation: Installation, program: Program, audit_state: Callable[[], AuditState]) -> Machine:
    """For the web process of an installation."""
    return Machine(
        settings=installation.settings, audit_keys=installation.audit_keys, audit_state=audit_state,
        anchoring_failed=lambda: installation.keeper.failed, program=program,
        checks=usual_checks(installation.parts),
    )  # fmt: skip


def _room(name: str, folder: Path) -> Room:
    try:
        found = shutil.disk_usage(folder)
    except OSError:
        return Room(name=name, free=None, whole=None)
    return Room(name=name, free=found.free, whole=found.total)
