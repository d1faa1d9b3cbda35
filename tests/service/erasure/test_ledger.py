"""The ledger keeps what was erased, notices what was changed in it, and a restored backup is erased again by it."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from service.audit.keys import Key, Keyring
from service.database.words import ErasureTrigger, SessionState
from service.erasure.errors import LedgerRefusedError, LedgerUnavailableError, MissingLedgerError, PublicLedgerError
from service.erasure.ledger import ErasureLedger
from service.erasure.restoring import check_ledger, replay
from service.ids import new_id
from service.permissions.withdrawal import withdraw
from tests.service.erasure.house import SIGNING, House
from tests.service.erasure.test_killed import opened
from tests.service.erasure.test_machine import is_readable, state

TAMPERS = 200
CAUSE = ErasureTrigger.WITHDRAWAL


@pytest.fixture
def ledger(tmp_path: Path) -> ErasureLedger:
    written = ErasureLedger(tmp_path / "ledger", SIGNING)
    for number in range(5):
        written.note(f"{number:032x}", CAUSE, number)
    return written


def test_a_session_is_noted_once(ledger: ErasureLedger) -> None:
    assert ledger.note(f"{3:032x}", CAUSE, 99) == 5
    assert ledger.note(new_id(), CAUSE, 99) == 6
    assert [one.sequence for one in ledger.entries()] == [1, 2, 3, 4, 5, 6]


def test_every_change_but_a_cut_at_its_end_is_noticed(ledger: ErasureLedger, tmp_path: Path) -> None:
    path, chance = tmp_path / "ledger", random.Random(3)
    before, noticed = path.read_bytes(), 0
    lines = before.splitlines(keepends=True)
    for _ in range(TAMPERS):
        kind = chance.randrange(3)
        changed, at = bytearray(before), chance.randrange(len(before))
        if kind == 0:
            changed[at] ^= 1 << chance.randrange(7)
        elif kind == 1:
            place = chance.randrange(4)
            changed = bytearray(b"".join(lines[:place] + lines[place + 1 :]))
        else:
            place = chance.randrange(4)
            changed = bytearray(b"".join([*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]))
        if bytes(changed[:-1]) == before[:-1]:  # the last line's end: that line was never finished
            noticed += 1
            continue
        path.write_bytes(changed)
        with pytest.raises(LedgerRefusedError):
            ledger.entries()
        noticed += 1
    assert noticed == TAMPERS


def test_a_line_that_was_never_finished_is_written_anew(ledger: ErasureLedger, tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    for cut in (1, 20, 100):
        path.write_bytes(path.read_bytes()[:-cut])
        assert len(ledger.entries()) == 4
        assert ledger.note(f"{4:032x}", CAUSE, 4) == 5


def test_another_installations_key_reads_nothing(ledger: ErasureLedger, tmp_path: Path) -> None:
    other = Keyring(keys=(Key(id="key-1", secret=bytes(32)),))
    with pytest.raises(LedgerRefusedError):
        ErasureLedger(tmp_path / "ledger", other).entries()


def test_a_ledger_that_others_may_open_is_refused(ledger: ErasureLedger, tmp_path: Path) -> None:
    (tmp_path / "ledger").chmod(0o644)
    with pytest.raises(PublicLedgerError):
        ledger.entries()


def test_without_a_place_to_write_it_no_key_is_destroyed(house: House) -> None:
    full = house.full_session()
    withdraw(house.parts, full.worker, full.session_id, full.participant_id)
    house.outside.rmdir()
    house.outside.write_text("in the way")
    assert house.eraser().run() == 0
    assert is_readable(house, full)
    with pytest.raises(LedgerUnavailableError):
        house.ledger.note(new_id(), CAUSE, 0)


def test_a_database_that_erased_does_not_start_without_its_ledger_nor_with_a_shorter_one(house: House) -> None:
    check_ledger(house.parts, house.ledger)
    for _ in range(2):
        full = house.full_session()
        withdraw(house.parts, full.worker, full.session_id, full.participant_id)
    house.eraser().run()
    check_ledger(house.parts, house.ledger)
    path = house.outside / "erasures"
    whole = path.read_bytes()
    path.write_bytes(whole.splitlines(keepends=True)[0])
    with pytest.raises(LedgerRefusedError):
        check_ledger(house.parts, house.ledger)
    path.unlink()
    with pytest.raises(MissingLedgerError):
        check_ledger(house.parts, house.ledger)


def test_a_restored_backup_of_everything_is_erased_again(tmp_path: Path) -> None:
    """Database, blobs and keystore of before the erasure are put back; only the ledger knows of it."""
    house = opened(tmp_path, first_start=True)
    full, neighbour = house.full_session(), house.full_session()
    house.database.close()
    shutil.copytree(house.data, tmp_path / "backup")
    house = opened(tmp_path)
    withdraw(house.parts, full.worker, full.session_id, full.participant_id)
    assert house.eraser().run() == 1
    house.database.close()
    shutil.rmtree(house.data)
    shutil.copytree(tmp_path / "backup", house.data)
    house = opened(tmp_path)
    assert house.scanned(full.canaries, keyed=True).found, "the backup brought it back"
    assert replay(house.parts, house.keys, house.ledger, new_id()) == 1
    assert not is_readable(house, full)
    assert house.eraser().run() == 1
    assert state(house, full)[0] == SessionState.ERASED
    assert not house.scanned(full.canaries, keyed=True).found
    assert house.scanned(neighbour.canaries, keyed=True).found == {one.name for one in neighbour.canaries}
    assert replay(house.parts, house.keys, house.ledger, new_id()) == 0
    house.database.close()
