"""Where a service is: https, or this machine itself."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from service.remote.errors import AddressError, RedirectedError

API = "/api/v1"
_HERE = ("localhost", "127.0.0.1", "::1")
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A service's origin, such as ``https://practice.example.org``; ``local`` where it is this machine."""

    origin: str
    host: str
    local: bool

    def at(self, path: str) -> str:
        """The whole address of a path of the API, which begins with a slash."""
        return f"{self.origin}{API}{path}"

    def own_path(self, location: str, below: str) -> str:
        """A path of the API from a Location header, which has to lie ``below`` one of this service's paths.

        Raises RedirectedError where it leads elsewhere.
        """
        whole = urljoin(self.at(below), location)
        path = whole.removeprefix(self.origin + API)
        if not whole.startswith(self.at(below) + "/") or ".." in path or urlsplit(whole).query:
            raise RedirectedError
        return path


def address_of(text: str) -> Address:
    """The service that a person typed, or that a link leads to. Raises AddressError.

    Without a scheme https is meant, but on this machine itself http; what follows the host is left to the caller.
    """
    given = _whole(text)
    try:
        parts = urlsplit(given)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise AddressError from None
    if not host or parts.username is not None or parts.scheme not in _PORTS or not given.isprintable():
        raise AddressError
    local = host in _HERE
    if parts.scheme == "http" and not local:
        raise AddressError("Recordings and passwords go over https alone. Give the address with https://.")
    shown = f"[{host}]" if ":" in host else host
    numbered = "" if port in (None, _PORTS[parts.scheme]) else f":{port}"
    return Address(origin=f"{parts.scheme}://{shown}{numbered}", host=host, local=local)


def plain_address(text: str) -> Address:
    """The address of a service as it is typed, with nothing behind the host. Raises AddressError."""
    address, parts = address_of(text), urlsplit(_whole(text))
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise AddressError
    return address


def _whole(text: str) -> str:
    given = text.strip()
    if "://" in given:
        return given
    here = given.startswith(("localhost:", "127.0.0.1:", "[::1]:"))
    return f"{'http' if here else 'https'}://{given}"


def link_parts(link: str) -> tuple[Address, str]:
    """The service and the secret of a one-time link. Raises AddressError."""
    address = address_of(link)
    secret = urlsplit(link.strip()).path.rstrip("/").rpartition("/")[2]
    if "://" not in link or not secret:
        raise AddressError("A link is like https://practice.example.org/welcome/... Copy all of it.")
    return address, secret
