"""What holds for all tests: no haste, and no way out of this machine."""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Generator

import pytest
from hypothesis import settings

# A slow moment of a shared machine is no fault of the code; what must be fast has a benchmark of its own.
settings.register_profile("practice", deadline=None)
settings.load_profile("practice")

REACHED: list[str] = []
"""Names that were looked up and addresses that were reached for, outside of this machine, since the last test."""
_ADDRESSED = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_NAMED = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


class LeftTheMachineError(BaseException):
    """A test reached for the network. It is no Exception, so that nothing takes it for a server that is away."""


def _needs_no_asking(host: object) -> bool:
    """This machine's own name, or an address as it is written: nobody is asked what that is."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        socket.inet_aton(str(name))
    except OSError:
        return ":" in str(name)
    return True


def _is_here(host: object) -> bool:
    try:
        address = ipaddress.ip_address(str(host))
    except ValueError:
        return host in ("", "localhost")
    return address.is_loopback or address.is_unspecified


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in _ADDRESSED:
        address = arguments[1]
        outside = isinstance(address, tuple) and not _is_here(address[0])
    elif event in _NAMED:
        outside = not _needs_no_asking(arguments[0])
    else:
        return
    if outside:
        REACHED.append(event)
        raise LeftTheMachineError(event)


sys.addaudithook(_watch)


def _stayed() -> None:
    reached, REACHED[:] = REACHED[:], []
    assert reached == [], f"this test reached for the network: {reached}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, object, object]:
    """Fixtures reach nothing outside of this machine."""
    try:
        return (yield)
    finally:
        _stayed()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """Nor does any test (SECURITY P11)."""
    try:
        return (yield)
    finally:
        _stayed()
