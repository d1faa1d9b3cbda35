"""What whoever runs the service decided, read once from the environment by the composition roots only."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from models.errors import BadInputError
from service.audit.private_files import PublicFileError, read_private
from service.parts import BLIND_SHARE

PORT = 8765
GIB = 1024**3
LONGEST_NAME = 60
"""Characters of the names in the head of every page."""
LINK_PATH = "/welcome/"
"""Below the public address: where one-time links lead."""
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]{0,200})?(\?[\x21-\x7e]{1,400})?")
"""What follows the question mark is read where the bucket is opened (bucket.py)."""
_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_SHARE = re.compile(r"0|1|0?\.[0-9]{1,9}|1\.0{1,9}")
_NAMES = {
    True: frozenset({"1", "true", "yes", "on"}),
    False: frozenset({"", "0", "false", "no", "off"}),
}


class SettingError(BadInputError):
    """A setting of the service cannot be meant. Nothing was started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one person may send: bytes of an upload, hours of a recording, uploads open at a time."""

    upload_bytes: int = 2 * GIB
    recording_hours: int = 6
    open_uploads: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CouncilSignIn:
    """The council's own sign-in, by OpenID Connect. ``ca_file``: certificates of an authority of the council's own."""

    issuer: str
    client_id: str
    secret_file: Path
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CouncilLook:
    """What the pages call the council and the service, and the council's colour as #rrggbb."""

    name: str = "Your council"
    service: str = "Practice"
    colour: str = "#1d4f91"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """Where the service keeps things, and how it is reached.

    ``keys`` holds the keystore and the installation's own keys. ``anchors`` and ``ledger`` are files that belong on
    another machine, or where whoever administers this one cannot write: what proves the audit, and what was erased.
    ``public_url`` is what people type, without a slash at its end. ``blobs`` is a folder or ``s3://bucket/prefix``.
    ``trusted_proxies`` are the addresses whose X-Forwarded headers are believed. ``metrics_token`` None: metrics are
    for this machine alone. ``council`` None: people sign in with passwords of their own here. ``blind_share``: the
    share of sessions, 0 to 1, that the coach scores before the suggestions are shown. ``second_proof_required``: nobody
    with a password here gets in without a passkey.
    """

    data: Path
    database_url: str = field(repr=False)
    public_url: str
    host: str = "127.0.0.1"
    port: int = PORT
    blobs: str
    keys: Path
    anchors: Path
    ledger: Path
    limits: Limits = field(default_factory=Limits)
    trusted_proxies: tuple[str, ...] = ()
    metrics_token: str | None = field(default=None, repr=False)
    api_docs: bool = False
    council: CouncilSignIn | None = None
    look: CouncilLook = field(default_factory=CouncilLook)
    blind_share: float = BLIND_SHARE
    second_proof_required: bool = False

    def link_to(self, secret: str) -> str:
        """The address of a one-time link."""
        return f"{self.public_url}{LINK_PATH}{secret}"

    @property
    def https(self) -> bool:
        """Whether people reach it by https; if not, it is on this machine alone."""
        return self.public_url.startswith("https://")

    @property
    def passkey_host(self) -> str | None:
        """The name that passkeys are made for; None where the address is a number, for which browsers make none."""
        host = urlsplit(self.public_url).hostname or ""
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return host
        return None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> ServiceSettings:
        """Read ``PRACTICE_DATA``, ``_DATABASE_URL``, ``_URL``, ``_HOST``, ``_PORT``, ``_BLOBS``, ``_KEYS``,
        ``_ANCHORS``, ``_LEDGER``, ``_UPLOAD_BYTES``, ``_RECORDING_HOURS``, ``_OPEN_UPLOADS``, ``_TRUSTED_PROXY``,
        ``_METRICS_TOKEN_FILE``, ``_API_DOCS``, ``_BLIND_SHARE``, ``_OIDC_ISSUER``, ``_OIDC_CLIENT_ID``,
        ``_OIDC_SECRET_FILE``, ``_OIDC_CA_FILE``, ``_SECOND_PROOF``, ``_COUNCIL_NAME``, ``_SERVICE_NAME`` and
        ``_COLOUR``.

        Each has a default. Raises SettingError, which names the variable and never its value.
        """
        given = os.environ if environment is None else environment
        home = Path(given.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
        data = Path(given.get("PRACTICE_DATA") or home / "practice" / "data").absolute()
        outside = data.with_name(f"{data.name}-outside")
        port = _number("PRACTICE_PORT", given, PORT, most=65_535)
        token_file = given.get("PRACTICE_METRICS_TOKEN_FILE")
        read = cls(
            data=data,
            database_url=given.get("PRACTICE_DATABASE_URL") or f"sqlite:///{data / 'service.sqlite3'}",
            public_url=_public_url(given.get("PRACTICE_URL") or f"http://localhost:{port}"),
            host=given.get("PRACTICE_HOST") or "127.0.0.1",
            port=port,
            blobs=_blobs(given.get("PRACTICE_BLOBS") or str(data / "blobs")),
            keys=Path(given.get("PRACTICE_KEYS") or data / "keys").absolute(),
            anchors=Path(given.get("PRACTICE_ANCHORS") or outside / "audit-anchors").absolute(),
            ledger=Path(given.get("PRACTICE_LEDGER") or outside / "erasure-ledger").absolute(),
            limits=_limits(given),
            trusted_proxies=_proxies(given.get("PRACTICE_TRUSTED_PROXY") or ""),
            metrics_token=_token(Path(token_file)) if token_file else None,
            api_docs=_yes_or_no("PRACTICE_API_DOCS", given),
            council=_council(given),
            look=_look(given),
            blind_share=_share(given.get("PRACTICE_BLIND_SHARE") or str(BLIND_SHARE)),
            second_proof_required=_required("PRACTICE_SECOND_PROOF", given),
        )
        if read.second_proof_required and read.passkey_host is None:
            raise SettingError("PRACTICE_SECOND_PROOF=required needs a name in PRACTICE_URL, not a number.")
        return read


def _limits(given: Mapping[str, str]) -> Limits:
    usual = Limits()
    return Limits(
        upload_bytes=_number("PRACTICE_UPLOAD_BYTES", given, usual.upload_bytes, most=1 << 50),
        recording_hours=_number("PRACTICE_RECORDING_HOURS", given, usual.recording_hours, most=24),
        open_uploads=_number("PRACTICE_OPEN_UPLOADS", given, usual.open_uploads, most=100),
    )


def _council(given: Mapping[str, str]) -> CouncilSignIn | None:
    """None where no issuer is named; the secret itself is read from its file whenever it is needed."""
    issuer, ca_file = given.get("PRACTICE_OIDC_ISSUER") or "", given.get("PRACTICE_OIDC_CA_FILE")
    client_id, secret_file = given.get("PRACTICE_OIDC_CLIENT_ID"), given.get("PRACTICE_OIDC_SECRET_FILE")
    if not issuer:
        return None
    if not client_id or not secret_file:
        raise SettingError("PRACTICE_OIDC_ISSUER needs PRACTICE_OIDC_CLIENT_ID and PRACTICE_OIDC_SECRET_FILE with it.")
    return CouncilSignIn(
        issuer=issuer,
        client_id=client_id,
        secret_file=Path(secret_file).absolute(),
        ca_file=Path(ca_file).absolute() if ca_file else None,
    )


def _look(given: Mapping[str, str]) -> CouncilLook:
    usual = CouncilLook()
    colour = given.get("PRACTICE_COLOUR") or usual.colour
    if _COLOUR.fullmatch(colour) is None:
        raise SettingError("PRACTICE_COLOUR must be a colour as # and six hexadecimal digits, like #1d4f91.")
    return CouncilLook(
        name=_shown("PRACTICE_COUNCIL_NAME", given, usual.name),
        service=_shown("PRACTICE_SERVICE_NAME", given, usual.service),
        colour=colour.lower(),
    )


def _shown(name: str, given: Mapping[str, str], usual: str) -> str:
    value = (given.get(name) or usual).strip()
    if not 0 < len(value) <= LONGEST_NAME or not value.isprintable():
        raise SettingError(f"{name} must be a name of 1 to {LONGEST_NAME} characters, on one line.")
    return value


def _number(name: str, given: Mapping[str, str], usual: int, *, most: int) -> int:
    value = given.get(name) or str(usual)
    if not (value.isascii() and value.isdigit() and len(value) < 20 and 0 < int(value) <= most):
        raise SettingError(f"{name} must be a whole number from 1 to {most}.")
    return int(value)


def _share(value: str) -> float:
    if _SHARE.fullmatch(value) is None:
        raise SettingError("PRACTICE_BLIND_SHARE must be a number from 0 to 1, like 0.2.")
    return float(value)


def _required(name: str, given: Mapping[str, str]) -> bool:
    value = (given.get(name) or "optional").strip().lower()
    if value not in ("optional", "required"):
        raise SettingError(f"{name} must be optional or required.")
    return value == "required"


def _yes_or_no(name: str, given: Mapping[str, str]) -> bool:
    value = given.get(name, "").strip().lower()
    for meant, names in _NAMES.items():
        if value in names:
            return meant
    raise SettingError(f"{name} must be 1 or 0.")


def _public_url(value: str) -> str:
    """The address without a slash at its end. http is for this machine alone: cookies need https elsewhere."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise SettingError(
            "PRACTICE_URL is not an address. Write it as https://name, with a port if there is one."
        ) from None
    if parts.scheme not in ("http", "https") or not host or not _bare(parts):
        raise SettingError(
            "PRACTICE_URL must be https:// and a name, with a port if there is one, and nothing after it."
        )
    if parts.scheme == "http" and host not in LOCAL_HOSTS:
        raise SettingError("PRACTICE_URL must start with https://. Only localhost may be reached by http.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _bare(parts: SplitResult) -> bool:
    plain = parts.netloc.isascii() and parts.netloc.isprintable() and " " not in parts.netloc
    return plain and parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)


def _blobs(value: str) -> str:
    if "://" not in value:
        return str(Path(value).absolute())
    if _BUCKET.fullmatch(value) is None:
        raise SettingError("PRACTICE_BLOBS must be a folder, or s3:// with a bucket and a prefix.")
    return value


def _proxies(value: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in value.split(",") if part.strip())
    try:
        for part in found:
            if ipaddress.ip_network(part, strict=False).prefixlen == 0:
                raise ValueError("everybody is no proxy")
    except ValueError:
        raise SettingError("PRACTICE_TRUSTED_PROXY must be addresses or networks, separated by commas.") from None
    return found


def _token(path: Path) -> str:
    try:
        token = read_private(path).decode("ascii").strip()
    except PublicFileError:
        raise SettingError(
            "Others can read the file of PRACTICE_METRICS_TOKEN_FILE. Allow it to its owner alone."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise SettingError(
            "The file of PRACTICE_METRICS_TOKEN_FILE cannot be read. Check its name and whose it is."
        ) from None
    if len(token) < 20 or not token.isprintable() or " " in token:
        raise SettingError("The file of PRACTICE_METRICS_TOKEN_FILE must hold one word of at least 20 characters.")
    return token
