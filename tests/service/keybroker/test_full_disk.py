"""A disk without room: a clear error, nothing lost, and all well when there is room again."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from service.keybroker.errors import KeystoreUnavailableError, NoSuchKeyError
from tests.service.keybroker.places import Place, session


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No file of this process can grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_key_that_does_not_fit_is_not_created_and_the_others_stay(place: Place) -> None:
    keystore = place.made()
    key = keystore.unwrap(session(0))
    with files_up_to(2000), pytest.raises(KeystoreUnavailableError):
        keystore.create(session(7))
    assert keystore.unwrap(session(0)) == key
    with pytest.raises(NoSuchKeyError):
        keystore.unwrap(session(7))
    keystore.create(session(7))
    assert keystore.verify().whole


def test_a_destruction_without_room_can_be_done_again(place: Place) -> None:
    keystore = place.made()
    row = place.row(session(0))
    with files_up_to(2000), pytest.raises(KeystoreUnavailableError):
        keystore.destroy(session(0))
    keystore.destroy(session(0))
    assert place.hits(row[3], row[4]) == 0


@pytest.mark.parametrize("room", [50, 2000])
def test_a_rotation_without_room_keeps_every_key_and_is_done_later(place: Place, room: int) -> None:
    keystore = place.made()
    key = keystore.unwrap(session(0))
    with files_up_to(room), pytest.raises(KeystoreUnavailableError):
        keystore.rotate()
    assert keystore.unwrap(session(0)) == key
    assert place.open().unwrap(session(0)) == key
    keystore.rotate()
    assert keystore.verify().whole
    assert keystore.unwrap(session(0)) == key
