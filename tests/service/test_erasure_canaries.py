"""Erasure, looked for on the disk of a whole installation by a thief who has every key that is left (SECURITY P4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from service.admin.canaries import Canary
from service.admin.erasing import erase
from service.blobs import format as blob_format
from service.database.words import ErasureState
from service.housekeeping import eraser_of
from service.keybroker import fields
from tests.service.installed import Installed, Told
from tests.service.postgres import Server


class NoCipher:
    """AES-GCM's place without its work: what a build that forgot to encrypt would keep."""

    def __init__(self, key: bytes) -> None:
        pass

    def encrypt(self, nonce: bytes, data: Any, associated: bytes) -> bytes:
        return bytes(data) + bytes(16)

    def decrypt(self, nonce: bytes, data: Any, associated: bytes) -> bytes:
        return bytes(data)[:-16]


def erased(home: Installed, told: Told) -> None:
    with home.opened() as installation:
        asked = erase(installation.parts, eraser_of(installation), told.session_id)
    assert asked.state is ErasureState.CERTIFIED


def keys_of(*sessions: Told) -> list[Canary]:
    return [Canary(name=f"key-{one.session_id}", content=one.wrapped) for one in sessions]


def erased_without_a_trace(home: Installed, *server_files: Path) -> int:
    """Two sessions, one erased; gives how many canaries its keys opened before. ``server_files``: PostgreSQL's own."""
    worker = home.worker()
    gone, neighbour = home.session(worker), home.session(worker)
    everything = [*gone.canaries, *neighbour.canaries]
    assert not home.scanned(everything, more=server_files).found
    before = home.scanned(everything, keyed=True)
    assert before.complete
    assert before.found == gone.sealed | neighbour.sealed
    assert home.scanned(keys_of(gone, neighbour)).found == {f"key-{one.session_id}" for one in (gone, neighbour)}
    erased(home, gone)
    after = home.scanned(everything, keyed=True)
    assert after.complete
    assert after.found == neighbour.sealed
    assert not home.scanned(everything, more=server_files).found
    assert home.scanned(keys_of(gone, neighbour)).found == {f"key-{neighbour.session_id}"}
    return len(gone.sealed)


def test_of_an_erased_session_nothing_is_left_that_any_key_opens_and_its_neighbour_is_whole(tmp_path: Path) -> None:
    assert erased_without_a_trace(Installed(tmp_path)) >= 8


def test_without_a_cipher_the_same_scan_finds_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So it is the encryption that hides canaries from it, and no blindness of its own."""
    monkeypatch.setattr(blob_format, "AESGCM", NoCipher)
    monkeypatch.setattr(fields, "AESGCM", NoCipher)
    home = Installed(tmp_path)
    told = home.session(home.worker())
    assert home.scanned(told.canaries).found == told.sealed


@pytest.mark.slow
def test_on_postgresql_nothing_is_left_that_any_key_opens(tmp_path: Path, postgres: Server) -> None:
    with postgres.fresh() as name:
        home = Installed(tmp_path, PRACTICE_DATABASE_URL=postgres.url(name))
        assert erased_without_a_trace(home, postgres.socket_folder / "data") >= 8


@pytest.mark.slow
def test_without_a_cipher_the_same_scan_finds_what_postgresql_keeps(
    tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Heap and log are looked into: titles, notes and names of files are found there."""
    monkeypatch.setattr(fields, "AESGCM", NoCipher)
    with postgres.fresh() as name:
        home = Installed(tmp_path, PRACTICE_DATABASE_URL=postgres.url(name))
        told = home.session(home.worker(), worked_on=False)
        found = home.scanned(told.canaries, more=(postgres.socket_folder / "data",)).found
    assert {one.partition("-")[2] for one in found} == {"title", "purpose", "goal", "notes", "file name"}
