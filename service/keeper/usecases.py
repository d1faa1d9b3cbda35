"""Which machines may ask for keys: added and removed by whoever administers the keystore's machine, in the audit."""

from __future__ import annotations

from pathlib import Path

from service.admin.acts import tell
from service.audit.private_files import PublicFileError, read_private
from service.audit.records import Action, Kind
from service.ids import new_id
from service.installation import Installation
from service.keeper.errors import KeeperFilesError
from service.keeper.machines import Machine, write_folder
from service.keeper.running import certificate_of, machines_of
from service.keeper.settings import KeeperSettings


def add_machine(installation: Installation, settings: KeeperSettings, name: str, out: Path) -> Machine:
    """Write the folder that is carried to the machine, then the audit row, and only then know it.

    Raises MachineNameError, MachineKnownError, MachineFolderError, CertificateNamesError, KeeperFilesError.
    """
    machines = machines_of(settings)
    made, token = machines.new(name)
    try:
        certificate = read_private(certificate_of(settings).certificate)
        audit_keys = read_private(installation.settings.keys / "audit.keys")
    except (PublicFileError, OSError):
        raise KeeperFilesError from None
    write_folder(out, name=name, token=token, certificate=certificate, audit_keys=audit_keys)
    _tell(installation, made)
    machines.keep(made)
    return made


def remove_machine(installation: Installation, settings: KeeperSettings, name: str) -> Machine:
    """Forget a machine, then the audit row: it is refused from its next request on. Raises NoSuchMachineError."""
    gone = machines_of(settings).remove(name)
    _tell(installation, gone)
    return gone


def _tell(installation: Installation, machine: Machine) -> None:
    tell(installation.parts, Action.ADMINISTRATION, Kind.KEY, object_id=machine.id, request_id=new_id())
