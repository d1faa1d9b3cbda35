"""Where a language model may be asked: on this machine or a private network only, unless public ones are allowed.

A name is judged by every address it has, and the connection is then made to an address that was judged
(`models.adapters.endpoint_transport`): a name that changes its address in between leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from models.errors import BadInputError

_PORTS = {"http": 80, "https": 443}
_PRIVATE = tuple(
    ipaddress.ip_network(net)
    for net in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
"""Loopback, RFC 1918, and unique local addresses of IPv6. Link-local ones are left out: cloud machines answer there."""


class NotPrivateError(BadInputError):
    """The language model's address is not on this machine or in a private network, so nothing was sent to it.

    Name a server of your own, or allow public addresses explicitly once data protection has agreed.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A checked address: ``url`` without a slash at the end, its host and port."""

    url: str
    host: str
    port: int


def endpoint(url: str) -> Endpoint:
    """The endpoint that a URL names. Raises BadInputError, which does not repeat the URL."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise BadInputError(_FORM) from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.query or parts.fragment or "\\" in url:
        raise BadInputError(_FORM)
    if parts.username is not None or parts.password is not None:
        raise BadInputError("The language model's address holds a user or a password. Give a key by its own setting.")
    return Endpoint(url=url.strip().rstrip("/"), host=parts.hostname, port=port)


_FORM = "The language model's address must look like http://HOST:PORT/v1 or https://HOST/v1."


def addresses(place: Endpoint, *, allow_public: bool) -> tuple[str, ...]:
    """The IP addresses of the endpoint, all of them allowed.

    Raises NotPrivateError if any of them is public and that is not allowed, OSError if the name is not known.
    """
    found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    listed = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not all(allowed(one, allow_public=allow_public) for one in listed):
        raise NotPrivateError()
    return listed


def allowed(address: str, *, allow_public: bool) -> bool:
    """Whether an IP address may be asked. Link-local, multicast and unspecified ones never may."""
    try:
        number: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(number, ipaddress.IPv6Address) and number.ipv4_mapped:
        number = number.ipv4_mapped
    if any(number in net for net in _PRIVATE):
        return True
    return allow_public and number.is_global and not number.is_multicast
