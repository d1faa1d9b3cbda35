"""An erasure ends with nothing left and a certificate that says so; a hold keeps the key and opens nothing."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import insert, select

from service.admin.canaries import Canary
from service.audit.records import Action
from service.database.tables import METADATA, artefact, erasure, hold, job, session
from service.database.words import Content, ErasureState, ErasureTrigger, SessionState
from service.erasure import certificate, scrubbing
from service.erasure.errors import NoSuchErasureError, RemainsFoundError
from service.erasure.records import Erasure
from service.erasure.requests import request_erasure
from service.ids import new_id
from service.keybroker.errors import KeyDestroyedError
from service.permissions.withdrawal import Receipt, receipt_of, withdraw
from tests.service.erasure.house import SIGNING, Full, House

DAY_MS = 86_400_000


def withdrawn(house: House, full: Full) -> Receipt:
    return withdraw(house.parts, full.worker, full.session_id, full.participant_id)


def asked(house: House, full: Full, cause: ErasureTrigger) -> Erasure:
    with house.database.writing() as rows:
        return request_erasure(
            rows, full.session_id, cause, requested_by=new_id(), request_id=new_id(), now=house.clock()
        )  # fmt: skip


def held(house: House, full: Full, days: int = 10) -> None:
    with house.database.writing() as rows:
        rows.execute(insert(hold).values(
            id=new_id(), session_id=full.session_id, owner_id=full.worker.person_id, reason="court",
            from_ms=house.clock(), until_ms=house.clock() + days * DAY_MS,
        ))  # fmt: skip


def state(house: House, full: Full) -> tuple[str, int]:
    with house.database.reading() as rows:
        found = rows.execute(select(session).where(session.c.id == full.session_id)).one()
    return found.state, found.permission_epoch


def is_readable(house: House, full: Full) -> bool:
    try:
        return len(house.keystore.unwrap(full.session_id)) == 32
    except KeyDestroyedError:
        return False


def test_of_a_withdrawn_session_a_thief_with_everything_reads_nothing_and_its_neighbour_is_whole(house: House) -> None:
    gone, neighbour = house.full_session(), house.full_session()
    everything = [*gone.canaries, *neighbour.canaries]
    assert not house.scanned(everything).found
    before = house.scanned(everything, keyed=True)
    assert len(before.found) == len(everything) >= 20
    withdrawn(house, gone)
    assert house.eraser().run() == 1
    after = house.scanned(everything, keyed=True)
    assert after.complete
    assert after.found == {one.name for one in neighbour.canaries}
    assert not house.scanned(everything).found
    assert set(house.blobs.ids()) == set(neighbour.blobs)


def test_the_bytes_of_the_wrapped_key_are_nowhere_afterwards(house: House) -> None:
    full, neighbour = house.full_session(), house.full_session()
    looked_for = [Canary(name="gone", content=full.wrapped), Canary(name="there", content=neighbour.wrapped)]
    assert house.scanned(looked_for).found == {"gone", "there"}
    withdrawn(house, full)
    house.eraser().run()
    assert house.scanned(looked_for).found == {"there"}


def test_the_certificate_says_what_was_done_and_is_bound_into_the_audit(house: House) -> None:
    full = house.full_session()
    first = withdrawn(house, full)
    house.clock.pass_ms(1000)
    house.eraser(backup_days=7).run()
    receipt = receipt_of(house.parts, full.worker, full.session_id)
    assert (receipt.state, receipt.erasure_id) == (ErasureState.CERTIFIED, first.erasure_id)
    proof = receipt.certificate
    assert proof is not None
    assert certificate.holds(proof, SIGNING)
    body = json.loads(proof)["certificate"]
    assert [one["left"] for one in body["stores"]] == [0, 0, 0, 0]
    assert body["beyond_recovery_after_ms"] == body["began_ms"]["key-destroyed"] + 7 * DAY_MS
    assert full.session_id not in proof.decode()
    event = next(one for one in house.trail.events if one.action is Action.ERASURE)
    assert event.commitment == certificate.commitment(proof)
    assert state(house, full)[0] == SessionState.ERASED


def test_a_certificate_that_was_changed_does_not_hold(house: House) -> None:
    full = house.full_session()
    withdrawn(house, full)
    house.eraser().run()
    proof = receipt_of(house.parts, full.worker, full.session_id).certificate or b""
    read = json.loads(proof)
    read["certificate"]["cause"] = "retention"
    assert not certificate.holds(json.dumps(read).encode(), SIGNING)
    for broken in (b"", b"{}", b"[]", proof[:-1], proof.replace(b"key-1", b"key-2")):
        assert not certificate.holds(broken, SIGNING)


def test_a_withdrawal_asks_jobs_to_stop_and_raises_the_epoch_at_once(house: House) -> None:
    full = house.full_session()
    withdrawn(house, full)
    assert state(house, full) == (SessionState.WITHDRAWN, 2)
    with house.database.reading() as rows:
        assert rows.execute(select(job.c.asked_to_stop_ms)).scalar_one() == house.clock()


def test_withdrawing_twice_gives_the_same_receipt_and_one_erasure(house: House) -> None:
    full = house.full_session()
    assert withdrawn(house, full) == withdrawn(house, full)
    assert house.eraser().run() == 1
    assert house.eraser().run() == 0


def test_a_withdrawal_under_a_hold_is_unreadable_at_once_and_destroyed_when_the_hold_ends(house: House) -> None:
    full = house.full_session()
    held(house, full, days=10)
    receipt = withdrawn(house, full)
    assert receipt.held_until_ms == house.clock() + 10 * DAY_MS
    assert "locked away" in receipt.words
    assert house.eraser().run() == 0
    assert state(house, full)[0] == SessionState.WITHDRAWN
    assert is_readable(house, full), "the law asks for it"
    house.clock.pass_ms(10 * DAY_MS)
    assert house.eraser().run() == 1
    assert not is_readable(house, full)


def test_retention_waits_for_a_hold_without_fencing(house: House) -> None:
    full = house.full_session()
    held(house, full)
    asked(house, full, ErasureTrigger.RETENTION)
    assert house.eraser().run() == 0
    assert state(house, full) == ("ready", 1)
    withdrawn(house, full)
    assert house.eraser().run() == 0
    assert state(house, full)[0] == SessionState.WITHDRAWN


def test_a_request_under_a_hold_is_fenced_and_its_key_waits(house: House) -> None:
    full = house.full_session()
    held(house, full)
    asked(house, full, ErasureTrigger.REQUEST)
    house.eraser().run()
    assert state(house, full)[0] == SessionState.WITHDRAWN
    assert is_readable(house, full)


def test_an_artefact_that_comes_late_is_found_and_removed(house: House) -> None:
    """A worker that ignores the fence, as a bug would: verification goes back to the state that left it."""
    full, late = house.full_session(), new_id()

    class Writes:
        """Commits during the last state before verification, once."""

        told = 0

        def revoke(self, session_id: str) -> None:
            self.told += 1
            if self.told == 2:
                with house.blobs.put(late) as sink:
                    sink.write(b"late")
                with house.database.writing() as rows:
                    rows.execute(insert(artefact).values(
                        blob_id=late, session_id=session_id, stage="late", content=Content.CODING,
                        content_key=new_id(), size_bytes=4, made_ms=0,
                    ))  # fmt: skip

    withdrawn(house, full)
    assert house.eraser(revokers=(Writes(),)).run() == 1
    proof = receipt_of(house.parts, full.worker, full.session_id).certificate or b""
    assert json.loads(proof)["certificate"]["scans"] == 3, "the row was found first, then its blob, then nothing"
    assert list(house.blobs.ids()) == []


def test_a_key_that_comes_back_again_and_again_is_never_certified(house: House) -> None:
    full = house.full_session()
    withdrawn(house, full)

    class Undead:
        def wrapped(self, session_id: str) -> bytes | None:
            return full.wrapped

        def destroy(self, session_id: str) -> None:
            pass

    house.keys = Undead()  # type: ignore[assignment]
    with pytest.raises(RemainsFoundError):
        house.eraser().advance(withdrawn(house, full).erasure_id or "")
    assert house.eraser().run() == 0
    assert receipt_of(house.parts, full.worker, full.session_id).certificate is None


def test_an_erasure_that_nobody_asked_for_is_not_there(house: House) -> None:
    with pytest.raises(NoSuchErasureError):
        house.eraser().advance(new_id())


def tables_of_sessions() -> set[str]:
    """Names of all tables whose rows belong to a session, found by their columns."""
    found = {table.name for table in METADATA.tables.values() if "session_id" in table.c} | {"session"}
    while True:
        more = {
            table.name
            for table in METADATA.tables.values()
            for key in table.foreign_keys
            if key.column.table.name in found - {"session"}
        }
        if more <= found:
            return found
        found |= more


def test_every_table_of_a_session_says_what_erasing_does_to_it() -> None:
    assert tables_of_sessions() == set(scrubbing.TREATMENT)


def test_a_table_that_is_kept_has_no_column_that_can_hold_content() -> None:
    kept = {name for name, treatment in scrubbing.TREATMENT.items() if treatment is scrubbing.Treatment.KEPT}
    binary = {
        f"{name}.{column.name}"
        for name in kept
        for column in METADATA.tables[name].columns
        if column.type.python_type is bytes
    }
    assert binary == {"erasure.certificate", "erasure.note"}


def test_a_certified_erasure_remembers_no_blobs(house: House) -> None:
    full = house.full_session()
    withdrawn(house, full)
    house.eraser().run()
    with house.database.reading() as rows:
        note = rows.execute(select(erasure.c.note)).scalar_one()
    assert json.loads(note)["blobs"] == []
