"""Links, notes and what is never written on."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from service.audit.anchors import anchor_of
from service.audit.chain import NOTHING_BEFORE, Head, Row, genesis, head_of, next_link, read_head, read_link, sealed
from service.audit.chain import refuse_broken_tail as refuse
from service.audit.errors import BrokenTailError
from service.audit.keys import Keyring
from service.audit.records import Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from tests.service.audit.chains import BEGUN, CHAIN, KEY, NEWER, OTHER, STRANGE, event, rows

KEYS = Keyring(keys=(KEY,))
VECTOR = AuditEvent(
    when_ms=1_790_000_001_000, actor_id="a1" * 16, role=ActorRole.COACH, action=Action.PLAY, kind=Kind.RECORDING,
    object_id="b2" * 16, purpose=Purpose.COACHING, outcome=Outcome.DONE, request_id="e5" * 16, session_id="f6" * 16,
)  # fmt: skip


def test_the_bytes_are_those_of_the_published_vectors() -> None:
    """Another program can be written from docs/audit-chain.md alone, and checked with its vectors."""
    first = genesis(CHAIN, BEGUN, KEY)
    second = next_link(first, VECTOR, KEY)
    head = head_of(second, KEY)
    values = {
        "event": VECTOR.canonical().hex(), "link 0": first.link.hex(), "MAC 0": first.mac.hex(),
        "link 1": second.link.hex(), "MAC 1": second.mac.hex(), "note": head.packed().hex(), "seal": head.seal.hex(),
        "anchor": anchor_of(second, KEY, BEGUN + 2000).line().strip(),
    }  # fmt: skip
    text = (Path(__file__).parents[3] / "docs" / "audit-chain.md").read_text("utf-8")
    published = dict(re.findall(r"^\[(.+?)\]\n((?:.+\n)+?)(?=\[|```)", text, re.MULTILINE))
    assert {name: published.get(name, "").replace("\n", "") for name in values} == values


def test_a_link_holds_the_mac_before_it_the_next_number_and_the_same_chain() -> None:
    first, second, third = rows(2)
    assert read_link(first.link).previous == NOTHING_BEFORE
    assert read_link(third.link).previous == second.mac
    assert [read_link(row.link).sequence for row in (first, second, third)] == [0, 1, 2]
    assert {read_link(row.link).chain_id for row in (first, second, third)} == {CHAIN}


@pytest.mark.parametrize("other", [genesis(OTHER, BEGUN, KEY), genesis(CHAIN, BEGUN + 1, KEY),
                                   genesis(CHAIN, BEGUN, NEWER), genesis(CHAIN, BEGUN, STRANGE)])  # fmt: skip
def test_chain_time_key_and_its_name_all_change_the_mac(other: Row) -> None:
    assert other.mac != genesis(CHAIN, BEGUN, KEY).mac


def test_a_chain_needs_a_name_of_its_own() -> None:
    with pytest.raises(ValueError, match="32 hexadecimal"):
        genesis("islington", BEGUN, KEY)


def test_a_note_comes_back_from_its_bytes_and_its_seal_is_right() -> None:
    head = head_of(rows(3)[-1], KEY)
    assert read_head(head.packed(), head.seal) == head
    assert sealed(head, KEYS)


@pytest.mark.parametrize("changes", [
    {"sequence": 2}, {"mac": bytes(32)}, {"chain_id": OTHER}, {"key_id": "key-2"}, {"seal": bytes(32)}, {"seal": b""},
])  # fmt: skip
def test_a_note_that_was_changed_is_not_sealed(changes: dict[str, object]) -> None:
    head = replace(head_of(rows(3)[-1], KEY), **changes)  # type: ignore[arg-type]
    assert not sealed(head, Keyring(keys=(KEY, NEWER)))


def _tails() -> dict[str, tuple[Row, Head | None]]:
    made, other = rows(3), rows(3, seed=1)
    last, head = made[-1], head_of(made[-1], KEY)
    return {
        "changed row": (replace(last, mac=bytes(32)), head),
        "changed link": (replace(last, link=last.link[:-1] + b"0"), head),
        "no link": (replace(last, link=b""), head),
        "wrong number": (replace(last, sequence=9), head),
        "cut off": (made[-2], head),
        "no note": (last, None),
        "note of a row before": (last, head_of(made[-2], KEY)),
        "note of another history": (last, head_of(other[-1], KEY)),
        "note without the key": (last, head_of(last, STRANGE)),
        "row without the key": (next_link(made[-2], event(), STRANGE), head),
        "row with an unknown key": (next_link(made[-2], event(), NEWER), head),
        "another chain": (rows(3, chain=OTHER)[-1], head),
    }


@pytest.mark.parametrize("name", _tails())
def test_nothing_is_written_after_a_row_that_is_not_as_it_was_written(name: str) -> None:
    last, head = _tails()[name]
    with pytest.raises(BrokenTailError):
        refuse(last, head, KEYS)


def test_a_whole_tail_is_written_on() -> None:
    last = rows(3)[-1]
    refuse(last, head_of(last, KEY), KEYS)
