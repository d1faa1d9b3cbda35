"""What a worker elsewhere gets of the key keeper: the key of what it works on now, with an audit row; else nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import update

from service.audit.errors import AuditDatabaseError
from service.audit.records import Purpose
from service.database.tables import job, session, worker
from service.database.words import Content
from service.ids import new_id
from service.jobs.claims import Claims
from service.jobs.health import LOST_AFTER_MS
from service.jobs.held import InHand, content_held
from service.keeper.asking import FarKeys
from service.keeper.running import lender_of, machines_of
from service.keeper.usecases import remove_machine
from service.keybroker.broker import KeyBroker, Keys
from service.keybroker.errors import (
    KeyDestroyedError,
    KeyNotLentError,
    KeyRefusedError,
    NoKeystoreHereError,
    NoSuchKeyError,
    RefusedError,
    UnknownMachineError,
)
from service.keybroker.keystore import open_keystore
from service.keybroker.lender import Lender, Wanted
from service.keybroker.ports import Actor
from tests.service.keeper.places import Kept, far_keys, wanted
from tests.service.keybroker.worlds import MadeUpKeys, World


@pytest.fixture
def at_work(place: Kept) -> Iterator[tuple[Kept, FarKeys, Wanted, str]]:
    """A worker of a machine of its own that has just claimed a session: its adapter, its claim, its machine's name."""
    carried = place.machine()
    worker_id = f"{carried.name}/0"
    claim = place.claimed(place.session(), worker_id)
    with far_keys(place.line(carried), claim, worker_id) as keys:
        yield place, keys, wanted(claim, worker_id), carried.name


def keystore_of(place: Kept) -> Keys:
    settings = place.installed.settings
    return open_keystore(settings.data / "keystore.sqlite3", settings.keys / "epochs")


def gives_none(keys: Keys, session_id: str) -> None:
    with pytest.raises((KeyNotLentError, NoSuchKeyError, KeyDestroyedError)):
        keys.unwrap(session_id)


# What holds of every `Keys`


@pytest.fixture(params=["keystore", "far"])
def each_keys(request: pytest.FixtureRequest, at_work: tuple[Kept, FarKeys, Wanted, str]) -> tuple[Keys, str, Kept]:
    place, far, asked, _ = at_work
    return (far if request.param == "far" else keystore_of(place)), asked.session_id, place


def test_a_key_is_the_same_each_time_and_has_32_bytes(each_keys: tuple[Keys, str, Kept]) -> None:
    keys, session_id, place = each_keys
    assert len(keys.unwrap(session_id)) == 32
    assert keys.unwrap(session_id) == keys.unwrap(session_id) == keystore_of(place).unwrap(session_id)


def test_a_session_that_is_not_there_has_no_key(each_keys: tuple[Keys, str, Kept]) -> None:
    gives_none(each_keys[0], new_id())


def test_a_destroyed_key_is_never_given_again(each_keys: tuple[Keys, str, Kept]) -> None:
    keys, session_id, place = each_keys
    place.installation.destroyer.destroy(session_id)
    gives_none(keys, session_id)


def test_a_key_that_is_there_is_never_made_anew(each_keys: tuple[Keys, str, Kept]) -> None:
    keys, session_id, _ = each_keys
    before = keys.unwrap(session_id)
    with pytest.raises(Exception, match="key"):
        keys.create(session_id)
    assert keys.unwrap(session_id) == before


def test_a_worker_elsewhere_makes_no_key(at_work: tuple[Kept, FarKeys, Wanted, str]) -> None:
    with pytest.raises(NoKeystoreHereError):
        at_work[1].create(new_id())


# What is refused


Change = Callable[[Kept, Wanted], Wanted]


def changed(place: Kept, asked: Wanted, table: object, **values: object) -> Wanted:
    which = {job: job.c.id == asked.job_id, session: session.c.id == asked.session_id}
    with place.installation.parts.database.writing() as rows:
        rows.execute(update(table).where(which[table]).values(**values))  # type: ignore[index,arg-type]
    return asked


def silent(place: Kept, asked: Wanted) -> Wanted:
    with place.installation.parts.database.writing() as rows:
        earlier = worker.c.seen_ms - LOST_AFTER_MS - 1
        rows.execute(update(worker).where(worker.c.id == asked.worker_id).values(seen_ms=earlier))
    return asked


def taken_again(place: Kept, asked: Wanted) -> Wanted:
    assert Claims(place.installation.parts, asked.worker_id).take(asked.job_id, "detect") is not None
    return asked


def of_another_machine(place: Kept, asked: Wanted) -> Wanted:
    """The claim is a worker's of another machine, and it is named rightly."""
    other = f"{place.machine().name}/0"
    claim = place.claimed(asked.session_id, other)
    return wanted(claim, other)


def of_the_keystores_machine(place: Kept, asked: Wanted) -> Wanted:
    claim = place.claimed(asked.session_id, "host-worker-0")
    return wanted(claim, "host-worker-0")


def erasing(place: Kept, asked: Wanted) -> Wanted:
    """Asked for, and nothing else changed yet: only the policy looks at this."""
    with place.installation.parts.database.writing() as rows:
        World(rows, now=0).erasure(asked.session_id)
    return asked


def not_permitted(place: Kept, asked: Wanted) -> Wanted:
    """Somebody more was there, who agreed to nothing: only the policy looks at this."""
    with place.installation.parts.database.writing() as rows:
        World(rows, now=0).participant(asked.session_id, place=9)
    return asked


REFUSED: dict[str, Change] = {
    "an erasure that was asked for": erasing,
    "somebody without a permission": not_permitted,
    "another session than the job's": lambda place, asked: replace(asked, session_id=place.session()),
    "no such job": lambda place, asked: replace(asked, job_id=new_id()),
    "an old fence": taken_again,
    "a fence to come": lambda place, asked: replace(asked, fence=asked.fence + 1),
    "another worker's claim": lambda place, asked: replace(asked, worker_id=f"{asked.worker_id}1"),
    "another machine's claim": of_another_machine,
    "a claim beside the keystore": of_the_keystores_machine,
    "no claim": lambda place, asked: changed(place, asked, job, worker_id=None),
    "a job that waits": lambda place, asked: changed(place, asked, job, state="queued"),
    "a job that is done": lambda place, asked: changed(place, asked, job, state="done"),
    "a job that was asked to stop": lambda place, asked: changed(place, asked, job, asked_to_stop_ms=1),
    "a worker that fell silent": silent,
    "a permission that changed": lambda place, asked: changed(place, asked, session, permission_epoch=99),
    "a withdrawn session": lambda place, asked: changed(place, asked, session, state="withdrawn"),
    "an erased session": lambda place, asked: changed(place, asked, session, state="erased"),
    "a session in quarantine": lambda place, asked: changed(place, asked, session, state="quarantined"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_no_key_is_given_and_the_refusal_is_in_the_audit(at_work: tuple[Kept, FarKeys, Wanted, str], why: str) -> None:
    place, keys, asked, name = at_work
    line = keys._line
    assert len(line.key_of(asked)) == 32
    asking = REFUSED[why](place, asked)
    with pytest.raises(KeyNotLentError):
        line.key_of(asking)
    told = place.events(place.id_of(name))
    assert told == [("key", "done", asked.job_id), ("denial", "denied", asking.job_id)]


def test_refused_and_not_there_look_the_same(at_work: tuple[Kept, FarKeys, Wanted, str]) -> None:
    place, keys, asked, _ = at_work
    body = {"job": asked.job_id, "session": new_id(), "fence": asked.fence, "worker": asked.worker_id}
    nowhere = raw(keys, body)
    refused = raw(keys, {**body, "session": asked.session_id, "fence": 999})
    place.installation.destroyer.destroy(asked.session_id)
    gone = raw(keys, {**body, "session": asked.session_id})
    assert nowhere == refused == gone
    assert nowhere[0] == 404


def raw(keys: FarKeys, body: dict[str, object]) -> tuple[int, dict[str, object]]:
    return keys._line._asked("POST", "/keys/open", json.dumps(body).encode())


def test_a_machine_that_was_removed_is_refused_at_its_next_request(at_work: tuple[Kept, FarKeys, Wanted, str]) -> None:
    place, keys, asked, name = at_work
    heard: list[bool] = []
    keys._forgotten = lambda: heard.append(True)
    keys.unwrap(asked.session_id)
    remove_machine(place.installation, place.settings, name)
    with pytest.raises(UnknownMachineError):
        keys.unwrap(asked.session_id)
    assert heard == [True]
    assert name not in [one.name for one in machines_of(place.settings).known()]


def test_a_thread_that_holds_no_claim_on_a_session_does_not_even_ask(
    at_work: tuple[Kept, FarKeys, Wanted, str],
) -> None:
    place, keys, asked, name = at_work
    with pytest.raises(KeyNotLentError):
        FarKeys(keys._line, InHand(), asked.worker_id).unwrap(asked.session_id)
    assert place.events(place.id_of(name)) == []


# No audit row, no key


def test_each_key_has_an_audit_row_of_its_own(at_work: tuple[Kept, FarKeys, Wanted, str]) -> None:
    place, keys, asked, name = at_work
    for _ in range(3):
        keys.unwrap(asked.session_id)
    assert place.events(place.id_of(name)) == [("key", "done", asked.job_id)] * 3


class Silent:
    """A trail that cannot be written."""

    def append(self, rows: object, event: object) -> None:
        raise AuditDatabaseError


@contextmanager
def lender(place: Kept, keys: Keys, **more: object) -> Iterator[Lender]:
    parts = place.installation.parts
    made = {"database": parts.database, "trail": parts.trail, "clock": parts.clock, **more}

    def held(rows: object, asked: Wanted) -> Content | None:
        return content_held(
            rows, job_id=asked.job_id, session_id=asked.session_id, fence=asked.fence, worker_id=asked.worker_id  # type: ignore[arg-type]
        )  # fmt: skip

    yield Lender(keys=keys, held=held, **made)  # type: ignore[arg-type]


def test_without_an_audit_row_the_keystore_is_not_even_asked(at_work: tuple[Kept, FarKeys, Wanted, str]) -> None:
    place, _, asked, name = at_work
    machine = next(one for one in machines_of(place.settings).known() if one.name == name)
    keys = MadeUpKeys()
    with lender(place, keys, trail=Silent()) as mute, pytest.raises(AuditDatabaseError):
        mute.lend(machine, asked)
    assert keys.unwrapped == []
    with lender(place, keys) as telling:
        telling.lend(machine, asked)
    assert keys.unwrapped == [asked.session_id]


@pytest.mark.parametrize("lost", [KeyDestroyedError(), NoSuchKeyError(), KeyRefusedError()])
def test_a_key_that_does_not_open_is_told_in_a_second_row(
    at_work: tuple[Kept, FarKeys, Wanted, str], lost: Exception
) -> None:
    place, _, asked, name = at_work
    machine = next(one for one in machines_of(place.settings).known() if one.name == name)
    with lender(place, MadeUpKeys(lost={asked.session_id: lost})) as found, pytest.raises((type(lost), RefusedError)):
        found.lend(machine, asked)
    assert place.events(machine.id)[-2:] == [("key", "done", asked.job_id), ("key", "failed", asked.job_id)]


def test_the_key_is_given_again_for_every_opening_and_kept_by_nobody(
    at_work: tuple[Kept, FarKeys, Wanted, str],
) -> None:
    """A broker that works elsewhere asks for each opening, and has nothing left afterwards."""
    place, keys, asked, name = at_work
    parts = place.installation.parts
    far = KeyBroker(
        database=parts.database, keystore=keys, trail=parts.trail, blobs=parts.blobs, clock=parts.clock
    )  # fmt: skip
    actor = Actor.worker(asked.job_id)
    for _ in range(2):
        with far.open(actor, asked.session_id, Content.RECORDING, purpose=Purpose.REFLECTION) as opened:
            assert opened._key is not None
        assert opened._key is None
    assert len(place.events(place.id_of(name))) == 2
    changed(place, asked, session, state="withdrawn", permission_epoch=99)
    with pytest.raises(RefusedError):
        far.open(actor, asked.session_id, Content.RECORDING, purpose=Purpose.REFLECTION)


def test_the_keepers_lender_reads_the_installations_own_keystore(
    at_work: tuple[Kept, FarKeys, Wanted, str],
) -> None:
    place, _, asked, name = at_work
    machine = next(one for one in machines_of(place.settings).known() if one.name == name)
    assert lender_of(place.installation).lend(machine, asked) == keystore_of(place).unwrap(asked.session_id)
