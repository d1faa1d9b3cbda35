"""What the broker does with keys, audit rows and open content."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from service.audit.errors import AuditDatabaseError
from service.audit.records import NOBODY, Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.blobs.identity import new_blob_id
from service.blobs.local_store import LocalBlobStore
from service.database.engine import Database
from service.database.errors import DatabaseFullError
from service.database.tables import session
from service.database.words import Content, PermissionPurpose, SessionState, StaffRole
from service.ids import new_id
from service.keybroker import broker as broker_module
from service.keybroker.broker import KeyBroker
from service.keybroker.errors import KeyDestroyedError, KeyRefusedError, RefusedError
from service.keybroker.policy import Why
from service.keybroker.ports import Actor, Broker
from tests.service.keybroker.worlds import MadeUpKeys, World, actor
from tests.service.stand_ins import RememberingTrail, ToldClock

REFLECTION = Purpose.REFLECTION


class BrokenTrail:
    """An audit that cannot be written."""

    def append(self, rows: Connection, event: AuditEvent) -> None:
        raise AuditDatabaseError


class NeverCommitting:
    """A database whose writing transactions fail at their very end."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self._database.writing() as rows:
            yield rows
            raise DatabaseFullError


@dataclass
class House:
    """One worker with a session that everybody agreed to, and the broker."""

    database: Database
    trail: RememberingTrail
    clock: ToldClock
    blobs: LocalBlobStore
    keys: MadeUpKeys = field(default_factory=MadeUpKeys)

    def __post_init__(self) -> None:
        with self.database.writing() as rows:
            world = World(rows, self.clock())
            self.worker = actor(world.person((StaffRole.PRACTITIONER,)))
            self.stranger = actor(world.person((StaffRole.PRACTITIONER, StaffRole.COACH, StaffRole.ADMINISTRATOR)))
            self.session_id = world.session(self.worker.person_id, epoch=7)
            world.participant(self.session_id, PermissionPurpose.REFLECTION)
        self.broker = self.broker_with()

    def broker_with(self, **changed: object) -> KeyBroker:
        parts = {
            "database": self.database, "keystore": self.keys, "trail": self.trail, "blobs": self.blobs,
            "clock": self.clock,
        }  # fmt: skip
        return KeyBroker(**{**parts, **changed})  # type: ignore[arg-type]

    def open(self, who: Actor | None = None, content: Content = Content.RECORDING, action: Action = Action.VIEW):
        return self.broker.open(who or self.worker, self.session_id, content, purpose=REFLECTION, action=action)

    def withdraw(self) -> None:
        with self.database.writing() as rows:
            rows.execute(update(session).where(session.c.id == self.session_id).values(state=SessionState.WITHDRAWN))

    def quarantine(self) -> None:
        with self.database.writing() as rows:
            rows.execute(update(session).where(session.c.id == self.session_id).values(state=SessionState.QUARANTINED))

    def stored(self, content: bytes) -> str:
        blob_id = new_blob_id()
        with self.open() as opened, opened.write(blob_id) as writer:
            writer.write(content)
        return blob_id


@pytest.fixture
def house(database: Database, trail: RememberingTrail, clock: ToldClock, tmp_path: Path) -> House:
    return House(database=database, trail=trail, clock=clock, blobs=LocalBlobStore(tmp_path / "blobs"))


def test_the_broker_fits_its_port(house: House) -> None:
    broker: Broker = house.broker
    with broker.open(house.worker, house.session_id, Content.DETAILS, purpose=REFLECTION) as opened:
        assert (opened.session_id, opened.permission_epoch) == (house.session_id, 7)


def test_an_open_leaves_one_row_that_says_who_what_and_for_what(house: House) -> None:
    house.open(action=Action.PLAY).close()
    assert house.trail.events == [
        AuditEvent(
            when_ms=house.clock.now, actor_id=house.worker.person_id, role=ActorRole.PRACTITIONER, action=Action.PLAY,
            kind=Kind.RECORDING, object_id=house.session_id, purpose=REFLECTION, outcome=Outcome.DONE,
            request_id="f" * 32, session_id=house.session_id,
        )
    ]  # fmt: skip


@pytest.mark.parametrize("there", [True, False], ids=["another's session", "no session"])
def test_a_refusal_leaves_one_denial_and_unwraps_nothing(house: House, there: bool) -> None:
    asked = house.session_id if there else new_id()
    with pytest.raises(RefusedError):
        house.broker.open(house.stranger, asked, Content.RECORDING, purpose=REFLECTION)
    assert house.keys.unwrapped == []
    (event,) = house.trail.events
    assert (event.action, event.outcome, event.role) == (Action.DENIAL, Outcome.DENIED, ActorRole.NOBODY)
    assert (event.session_id, event.object_id, event.kind) == (asked, asked, Kind.RECORDING)


def test_a_foreign_and_an_absent_session_are_refused_in_the_same_words(house: House) -> None:
    refusals = []
    for asked in (house.session_id, new_id(), "../../keystore", ""):
        with pytest.raises(RefusedError) as refused:
            house.broker.open(house.stranger, asked, Content.RECORDING, purpose=REFLECTION)
        refusals.append((type(refused.value), str(refused.value), refused.value.args))
    assert len(set(refusals)) == 1


def test_an_id_that_no_session_can_have_is_not_written_into_the_audit(house: House) -> None:
    with pytest.raises(RefusedError):
        house.broker.open(house.worker, "Mrs Smith", Content.RECORDING, purpose=REFLECTION)
    (event,) = house.trail.events
    assert (event.session_id, event.object_id, event.outcome) == (None, NOBODY, Outcome.DENIED)


def test_without_an_audit_row_no_key_is_unwrapped_and_none_is_made(house: House) -> None:
    broker = house.broker_with(trail=BrokenTrail())
    with pytest.raises(AuditDatabaseError):
        broker.open(house.worker, house.session_id, Content.RECORDING, purpose=REFLECTION)
    with pytest.raises(AuditDatabaseError):
        broker.create(house.worker, new_id())
    assert (house.keys.unwrapped, house.keys.created) == ([], [])


def test_without_a_commit_no_key_is_unwrapped(house: House) -> None:
    broker = house.broker_with(database=NeverCommitting(house.database))
    with pytest.raises(DatabaseFullError):
        broker.open(house.worker, house.session_id, Content.RECORDING, purpose=REFLECTION)
    assert house.keys.unwrapped == []


def test_an_error_in_the_policy_gives_no_key(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(question: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(broker_module, "decide", wrong)
    with pytest.raises(ZeroDivisionError):
        house.open()
    assert house.keys.unwrapped == []


def test_a_purpose_that_is_no_known_word_is_refused_before_any_key(house: House) -> None:
    with pytest.raises(Exception, match="no known word"):
        house.broker.open(house.worker, house.session_id, Content.RECORDING, purpose="reflection")  # type: ignore[arg-type]
    assert house.keys.unwrapped == []


def test_a_key_that_cannot_be_unwrapped_leaves_a_second_row(house: House) -> None:
    house.keys.lost[house.session_id] = KeyRefusedError()
    with pytest.raises(KeyRefusedError):
        house.open()
    assert [event.outcome for event in house.trail.events] == [Outcome.DONE, Outcome.FAILED]


def test_a_key_that_was_destroyed_meanwhile_looks_like_no_session(house: House) -> None:
    house.keys.lost[house.session_id] = KeyDestroyedError()
    with pytest.raises(RefusedError):
        house.open()
    assert [event.outcome for event in house.trail.events] == [Outcome.DONE, Outcome.FAILED]


def test_a_request_that_claims_fewer_roles_gets_no_more_than_those(house: House) -> None:
    with pytest.raises(RefusedError):
        house.open(actor(house.worker.person_id, StaffRole.ADMINISTRATOR))


def test_a_claimed_role_that_was_never_given_is_worth_nothing(house: House) -> None:
    with house.database.writing() as rows:
        nobody = actor(World(rows, house.clock()).person())
    with pytest.raises(RefusedError) as refused:
        house.open(nobody)
    assert refused.value.why == Why.NOT_FORESEEN


def test_nobody_coaches_themself(house: House) -> None:
    with house.database.writing() as rows:
        world = World(rows, house.clock())
        both = actor(world.person((StaffRole.PRACTITIONER, StaffRole.COACH)))
        world.coaching(both.person_id, both.person_id)
        own = world.session(both.person_id, shared_ms=0)
        world.participant(own, PermissionPurpose.COACHING)
    with pytest.raises(RefusedError):
        house.broker.open(both, own, Content.REVIEW, purpose=Purpose.COACHING, action=Action.EDIT)


def test_a_new_session_gets_a_key_and_a_row(house: House) -> None:
    new = new_id()
    house.broker.create(house.worker, new)
    assert house.keys.created == [new]
    (event,) = house.trail.events
    assert (event.action, event.outcome, event.role) == (Action.KEY, Outcome.DONE, ActorRole.PRACTITIONER)


def test_nobody_without_sessions_of_their_own_has_a_key_made(house: House) -> None:
    with house.database.writing() as rows:
        coach = actor(World(rows, house.clock()).person((StaffRole.COACH, StaffRole.ADMINISTRATOR)))
    for who in (coach, Actor.worker("f" * 32)):
        with pytest.raises(RefusedError):
            house.broker.create(who, new_id())
    assert house.keys.created == []
    assert [event.outcome for event in house.trail.events] == [Outcome.DENIED] * 2


def test_no_key_is_in_what_is_printed_or_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    key = hashlib.sha256(b"key of " + house.session_id.encode()).digest()
    with caplog.at_level(logging.DEBUG), house.open() as opened:
        blob_id = new_blob_id()
        with opened.write(blob_id) as writer:
            shown = [repr(opened), str(opened), repr(writer)]
        with opened.read(blob_id) as reader:
            shown.append(repr(reader))
    shown += [repr(house.broker), repr(house.trail.events), caplog.text]
    assert not any(form in text for text in shown for form in (repr(key)[2:-1], key.hex(), key.hex().upper()))
