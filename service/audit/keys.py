"""The keys that a chain is authenticated with, oldest first; the last one writes."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from service.audit.errors import KeyFileError
from service.audit.private_files import PublicFileError, read_private

SECRET_BYTES = 32
_LINE = re.compile(r"([a-z0-9-]{1,32}) ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A secret of 32 bytes and the name that rows call it by, up to 32 of a-z, 0-9 and hyphen."""

    id: str
    secret: bytes = field(repr=False)

    def line(self) -> str:
        """The key's line in a key file."""
        return f"{self.id} {self.secret.hex()}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """Every key that the chain was ever written with, in the order in which they came into use; at least one."""

    keys: tuple[Key, ...]

    @property
    def current(self) -> Key:
        """The key that new rows are written with."""
        return self.keys[-1]

    def by_id(self) -> dict[str, tuple[int, bytes]]:
        """For each key's name its place in the order and its secret."""
        return {key.id: (place, key.secret) for place, key in enumerate(self.keys)}


def new_key(key_id: str) -> Key:
    """A key from the system's random numbers."""
    return Key(id=key_id, secret=secrets.token_bytes(SECRET_BYTES))


def read_key_file(path: Path) -> Keyring:
    """The keys of a file that nobody but its owner can read. Raises KeyFileError; no message quotes the file."""
    try:
        text = read_private(path).decode("ascii")
    except PublicFileError as public:
        raise KeyFileError(
            f"Others can read the key file {path.name}. Allow it to its owner alone (chmod 600)."
        ) from public
    except (OSError, UnicodeDecodeError) as refused:
        raise KeyFileError(f"The key file {path.name} cannot be read. Check its name and whose it is.") from refused
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    matches = [_LINE.fullmatch(line) for line in lines]
    keys = tuple(Key(id=match[1], secret=bytes.fromhex(match[2])) for match in matches if match)
    if not keys or len(keys) != len(lines) or len({key.id for key in keys}) != len(keys):
        raise KeyFileError
    return Keyring(keys=keys)
