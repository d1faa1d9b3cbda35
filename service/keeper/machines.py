"""The machines whose workers may ask for keys: a file for each, which holds its id and the SHA-256 of its token."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.execution.artefacts import sync_folder
from service.audit.private_files import PublicFileError, read_private, write_private
from service.ids import is_id, new_id
from service.keeper.errors import (
    KeeperFilesError,
    MachineFolderError,
    MachineFolderUnreadError,
    MachineKnownError,
    MachineNameError,
    NoSuchMachineError,
)
from service.people.unguessable import hidden, same

TOKEN_BYTES = 32
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
_TOKEN = re.compile(r"[0-9a-f]{64}")
_TAG = "practice-machine-1"
_LOG = logging.getLogger("practice.keeper")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine that was added. ``id`` is what the audit calls it; its name says which of them it is to people."""

    name: str
    id: str
    digest: str = field(repr=False)

    def runs(self, worker_id: str) -> bool:
        """Whether a worker of that name is one of this machine's. See `far_worker_id`."""
        return worker_id.startswith(f"{self.name}/")


def far_worker_id(machine: str, worker: str) -> str:
    """What a worker elsewhere is called: no name of a host has a slash, so it is nobody else's."""
    return f"{machine}/{worker}"


class Machines:
    """Those that are known; asked anew each time, so that one that was removed is refused at its next request."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self, name: str) -> tuple[Machine, str]:
        """A machine that is not known yet, and its token, of which only the digest will be kept.

        Raises MachineNameError, MachineKnownError.
        """
        if _NAME.fullmatch(name) is None:
            raise MachineNameError
        if (self._folder / name).exists():
            raise MachineKnownError
        token = secrets.token_hex(TOKEN_BYTES)
        return Machine(name=name, id=new_id(), digest=hidden(token)), token

    def keep(self, made: Machine) -> None:
        """Know this machine from now on. Raises MachineKnownError, KeeperFilesError."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self._folder / made.name, f"{_TAG} {made.id} {made.digest}\n".encode())
        except FileExistsError:
            raise MachineKnownError from None
        except OSError:
            raise KeeperFilesError from None

    def remove(self, name: str) -> Machine:
        """Forget a machine; what it was. Raises NoSuchMachineError."""
        found = next((one for one in self.known() if one.name == name), None)
        if found is None:
            raise NoSuchMachineError
        (self._folder / name).unlink()
        sync_folder(self._folder)
        return found

    def known(self) -> tuple[Machine, ...]:
        """All of them, by name; a file that cannot be read is no machine. Raises KeeperFilesError."""
        try:
            names = sorted(path.name for path in self._folder.iterdir() if _NAME.fullmatch(path.name))
        except FileNotFoundError:
            return ()
        except OSError:
            raise KeeperFilesError from None
        return tuple(self._read(names))

    def of_token(self, token: str) -> Machine | None:
        """The machine whose token this is. Each is compared, and none in a time that tells how much of it fits."""
        digest, found = hidden(token), None
        for one in self.known():
            if same(one.digest, digest):
                found = one
        return found

    def _read(self, names: list[str]) -> Iterator[Machine]:
        for name in names:
            try:
                tag, machine_id, digest = read_private(self._folder / name).decode("ascii").split()
            except (OSError, ValueError):  # removed meanwhile, or not as it was written
                _LOG.warning("a machine's file could not be read")
                continue
            if tag == _TAG and is_id(machine_id) and _TOKEN.fullmatch(digest):
                yield Machine(name=name, id=machine_id, digest=digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What is carried to a machine: its name, its token, the keeper's certificate and the audit's keys.

    ``audit_keys`` is the file that they are read from: the worker writes audit rows of its own.
    """

    name: str
    token: str = field(repr=False)
    certificate: str
    audit_keys: Path


def write_folder(folder: Path, *, name: str, token: str, certificate: bytes, audit_keys: bytes) -> None:
    """A new private folder to be carried to the machine. Raises MachineFolderError where there is one."""
    held = {"machine": name.encode(), "token": token.encode(), "keeper.pem": certificate, "audit.keys": audit_keys}
    try:
        folder.mkdir(mode=0o700)
        for file, content in held.items():
            write_private(folder / file, content)
    except OSError:
        raise MachineFolderError from None


def read_folder(folder: Path) -> Carried:
    """What `write_folder` wrote. Raises MachineFolderUnreadError."""
    try:
        name, token, certificate = (
            read_private(folder / file).decode("ascii").strip() for file in ("machine", "token", "keeper.pem")
        )
        read_private(folder / "audit.keys")
    except (PublicFileError, OSError, UnicodeDecodeError):
        raise MachineFolderUnreadError from None
    if _NAME.fullmatch(name) is None or _TOKEN.fullmatch(token) is None:
        raise MachineFolderUnreadError
    return Carried(name=name, token=token, certificate=certificate, audit_keys=folder / "audit.keys")
