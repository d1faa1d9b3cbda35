"""What is kept on this machine: the token with its service's address, and uploads that are not complete.

Files of their owner alone. No title, note or name is among it; of a recording, where its file lies.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from models.errors import BadInputError
from service.audit.private_files import PublicFileError, read_private, write_private
from service.ids import is_id, new_id
from service.remote.errors import NotSignedInHereError, PublicTokenError, SecretFileError


def config_folder(environment: Mapping[str, str]) -> Path:
    """Where this person's files of the program are: below XDG_CONFIG_HOME, else ~/.config."""
    given = environment.get("XDG_CONFIG_HOME", "")
    return (Path(given) if Path(given).is_absolute() else Path.home() / ".config") / "practice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A token and the service it is for. ``token_id`` is None where the token was made elsewhere; times in ms."""

    server: str
    token: str = field(repr=False)
    token_id: str | None = None
    until_ms: int | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An upload to a session. ``modified_ns`` and ``size`` (bytes) tell whether the file is still the same.

    ``answers``: permissions still to be recorded, each with the key that keeps it from being recorded twice.
    """

    server: str
    session_id: str
    file: str
    size: int
    modified_ns: int
    kind: str
    key: str
    location: str | None = None
    answers: tuple[Mapping[str, Any], ...] = ()


class Cabinet:
    """The folder with these files. Raises BadInputError where it cannot be written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._account = folder / "remote.json"
        self._uploads = folder / "uploads"

    def account(self) -> Account:
        """Who is signed in. Raises NotSignedInHereError, PublicTokenError."""
        found = _read(self._account)
        if found is None:
            raise NotSignedInHereError
        return Account(**{**found, "scopes": tuple(found["scopes"])})

    def keep_account(self, account: Account) -> Path:
        """Keep it in place of what was there; returns where."""
        return _write(self._account, asdict(account))

    def forget_account(self) -> None:
        """Delete it."""
        self._account.unlink(missing_ok=True)

    def begun(self, server: str) -> Iterator[Begun]:
        """The uploads to this service that are not complete, the oldest first."""
        files = [path for path in self._uploads.glob("*.json") if is_id(path.stem)]
        for path in sorted(files, key=lambda one: one.stat().st_mtime_ns):
            found = _read(path)
            if found is not None and found["server"] == server:
                yield Begun(**{**found, "answers": tuple(found["answers"])})

    def keep(self, begun: Begun) -> Begun:
        """Keep how far an upload is; gives it back."""
        if not is_id(begun.session_id):
            raise BadInputError("The service answered with something that is no id.")
        _write(self._uploads / f"{begun.session_id}.json", asdict(begun))
        return begun

    def forget(self, begun: Begun) -> None:
        """Delete what was kept of an upload."""
        (self._uploads / f"{begun.session_id}.json").unlink(missing_ok=True)


def secret_in(path: Path) -> str:
    """The secret on the first line of a file. Raises PublicTokenError, SecretFileError."""
    try:
        lines = read_private(path).decode("utf-8").splitlines()
    except PublicFileError:
        raise PublicTokenError from None
    except (OSError, UnicodeDecodeError):
        raise SecretFileError from None
    if not lines or not lines[0].strip() or not lines[0].isprintable():
        raise SecretFileError
    return lines[0].strip()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(read_private(path))
    except FileNotFoundError:
        return None
    except PublicFileError:
        raise PublicTokenError(
            f"Others may open {path.name}, which holds a secret. Run `chmod 600` on it, and sign in anew."
        ) from None
    except (OSError, ValueError):
        raise BadInputError(f"{path.name} in the config folder cannot be read. Delete it, and sign in anew.") from None
    assert isinstance(found, dict)
    return found


def _write(path: Path, content: Mapping[str, Any]) -> Path:
    beside = path.parent / f".{path.name}.{new_id()}"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(beside, json.dumps(content, indent=1).encode())
        beside.replace(path)
    except OSError as refused:
        with suppress(OSError):
            os.unlink(beside)  # noqa: PTH108 - missing_ok of a path still raises where its folder is a file
        raise BadInputError("The config folder cannot be written. Check XDG_CONFIG_HOME.") from refused
    return path
