"""Chains for the tests: keys, events, rows, anchors and notes that belong together."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from service.audit.anchors import Anchor, Anchors, anchor_of
from service.audit.chain import Head, Row, genesis, head_of, next_link
from service.audit.keys import Key, Keyring
from service.audit.records import Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.audit.verification import Verification, verify

KEY = Key(id="key-1", secret=bytes(range(32)))
NEWER = Key(id="key-2", secret=bytes(range(32, 64)))
STRANGE = Key(id="key-1", secret=bytes(32))
CHAIN = "c0" * 16
OTHER = "d1" * 16
BEGUN = 1_790_000_000_000


@dataclass(frozen=True)
class Made:
    """A whole chain with everything that is checked with it."""

    rows: tuple[Row, ...]
    keys: Keyring
    anchors: Anchors
    head: Head | None

    def verified(self) -> Verification:
        return verify(self.rows, self.keys, self.anchors, self.head)


def event(at: int = BEGUN, random: Random | None = None, **changes: object) -> AuditEvent:
    """An event with ids from ``random``; fields as in ``changes``."""
    random = random or Random(at)
    session = f"{random.getrandbits(128):032x}"
    fields: dict[str, object] = {
        "when_ms": at,
        "actor_id": f"{random.getrandbits(128):032x}",
        "role": random.choice(list(ActorRole)),
        "action": random.choice(list(Action)),
        "kind": Kind.SESSION,
        "object_id": session,
        "purpose": random.choice(list(Purpose)),
        "outcome": random.choice(list(Outcome)),
        "request_id": f"{random.getrandbits(128):032x}",
        "session_id": random.choice([session, None]),
    }
    return AuditEvent(**{**fields, **changes})  # type: ignore[arg-type]


def rows(events: int, key: Key = KEY, chain: str = CHAIN, seed: int = 0) -> tuple[Row, ...]:
    """A first row and so many events after it, a second apart."""
    random = Random(seed)
    made = [genesis(chain, BEGUN, key)]
    for place in range(1, events + 1):
        made.append(next_link(made[-1], event(BEGUN + 1000 * place, random), key))
    return tuple(made)


def anchors(of: tuple[Row, ...], places: tuple[int, ...], key: Key = KEY) -> Anchors:
    """Anchors of the rows at these places."""
    found: list[Anchor] = [anchor_of(of[place], key, BEGUN + 1000 * place + 10) for place in places]
    return Anchors(found=tuple(found), lines=tuple(range(1, len(found) + 1)))


def made(events: int, places: tuple[int, ...] | None = None, key: Key = KEY, chain: str = CHAIN, seed: int = 0) -> Made:
    """A whole chain, anchored at its first and last row or at these places."""
    all_rows = rows(events, key, chain, seed)
    at = (0, events) if places is None else places
    return Made(all_rows, Keyring(keys=(key,)), anchors(all_rows, at, key), head_of(all_rows[-1], key))
