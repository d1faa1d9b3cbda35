"""What the key keeper listens at, and what a worker elsewhere asks it by; read by the composition roots only."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from service.settings_service import ServiceSettings, SettingError

PORT = 8766
SESSIONS_PER_HOUR = 120
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeeperSettings:
    """Where the keeper listens, the ``names`` or addresses that workers reach it by, and where its own files lie.

    ``sessions_per_hour``: keys of so many different sessions one machine gets at most.
    """

    folder: Path
    names: tuple[str, ...]
    host: str = "127.0.0.1"
    port: int = PORT
    sessions_per_hour: int = SESSIONS_PER_HOUR

    @classmethod
    def from_environment(cls, service: ServiceSettings, environment: Mapping[str, str] | None = None) -> KeeperSettings:
        """Read ``PRACTICE_KEEPER_HOST``, ``_PORT``, ``_NAMES`` and ``_SESSIONS``. Raises SettingError."""
        given = os.environ if environment is None else environment
        host = given.get("PRACTICE_KEEPER_HOST") or "127.0.0.1"
        told = given.get("PRACTICE_KEEPER_NAMES") or ("" if _is_every(host) else host)
        names = tuple(part.strip() for part in told.split(",") if part.strip())
        if not names or not all(_is_name(name) for name in names):
            raise SettingError(
                "PRACTICE_KEEPER_NAMES must say by which names or addresses workers reach the key keeper, "
                "separated by commas."
            )
        return cls(
            folder=service.keys / "keeper",
            names=names,
            host=host,
            port=_number("PRACTICE_KEEPER_PORT", given, PORT, 65_535),
            sessions_per_hour=_number("PRACTICE_KEEPER_SESSIONS", given, SESSIONS_PER_HOUR, 100_000),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FarSettings:
    """For a worker without a keystore: where the key keeper answers, and the folder that was carried here from it."""

    host: str
    port: int
    machine: Path

    @classmethod
    def from_environment(
        cls, service: ServiceSettings, environment: Mapping[str, str] | None = None
    ) -> FarSettings | None:
        """Read ``PRACTICE_KEEPER`` and ``PRACTICE_MACHINE``; None where neither is set. Raises SettingError."""
        given = os.environ if environment is None else environment
        address, folder = given.get("PRACTICE_KEEPER") or "", given.get("PRACTICE_MACHINE") or ""
        if not address and not folder:
            return None
        if not address or not folder:
            raise SettingError("PRACTICE_KEEPER and PRACTICE_MACHINE belong together: set both of them, or neither.")
        if not service.database_url.startswith("postgresql"):
            raise SettingError("With PRACTICE_KEEPER, PRACTICE_DATABASE_URL must name the installation's PostgreSQL.")
        if not service.blobs.startswith("s3://"):
            raise SettingError("With PRACTICE_KEEPER, PRACTICE_BLOBS must name the installation's S3-compatible store.")
        host, port = _address(address)
        return cls(host=host, port=port, machine=Path(folder).absolute())


def _address(value: str) -> tuple[str, int]:
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port or PORT
    except ValueError:
        host, port = "", PORT
        parts = urlsplit("")
    bare = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme != "https" or not _is_name(host) or not bare:
        raise SettingError(f"PRACTICE_KEEPER must be https:// and a name, with a port if it is not {PORT}.")
    return host, port


def _is_every(host: str) -> bool:
    """Whether this is no address of its own, but every one of this machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _is_name(text: str) -> bool:
    try:
        return not ipaddress.ip_address(text).is_unspecified
    except ValueError:
        return _HOST.fullmatch(text) is not None


def _number(name: str, given: Mapping[str, str], usual: int, most: int) -> int:
    value = given.get(name) or str(usual)
    if not (value.isascii() and value.isdigit() and len(value) < 20 and 0 < int(value) <= most):
        raise SettingError(f"{name} must be a whole number from 1 to {most}.")
    return int(value)
