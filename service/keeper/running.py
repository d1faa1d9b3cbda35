"""The key keeper on the machine of the keystore, put together."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from service.database.words import Content
from service.installation import Installation, alone, epochs_folder, keystore_file
from service.jobs.held import content_held
from service.keeper.app import KeeperApp
from service.keeper.certificate import CertificateFiles, kept_certificate
from service.keeper.errors import KeeperFilesError
from service.keeper.machines import Machines
from service.keeper.pace import Pace
from service.keeper.settings import KeeperSettings
from service.keybroker.lender import Lender, Wanted, start_lender


def keeper_application(installation: Installation, settings: KeeperSettings) -> KeeperApp:
    """The application over the installation's keystore. Raises what `open_keystore` raises."""
    pace = Pace(sessions_per_hour=settings.sessions_per_hour)
    return KeeperApp(lender_of(installation), machines_of(settings), pace)


def lender_of(installation: Installation) -> Lender:
    """What lends keys of the installation's keystore."""
    parts = installation.parts
    return start_lender(
        keystore_file=keystore_file(installation.settings),
        epochs=epochs_folder(installation.settings),
        database=parts.database,
        trail=parts.trail,
        clock=parts.clock,
        held=_held,
    )


def machines_of(settings: KeeperSettings) -> Machines:
    """The machines that are known here."""
    return Machines(settings.folder / "machines")


def certificate_of(settings: KeeperSettings) -> CertificateFiles:
    """The keeper's certificate, made the first time. Raises CertificateNamesError, KeeperFilesError."""
    folder: Path = settings.folder
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone(folder):
            return kept_certificate(folder, settings.names)
    except OSError:
        raise KeeperFilesError from None


def _held(rows: Connection, wanted: Wanted) -> Content | None:
    return content_held(
        rows,
        job_id=wanted.job_id,
        session_id=wanted.session_id,
        fence=wanted.fence,
        worker_id=wanted.worker_id,
    )
