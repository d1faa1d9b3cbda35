"""What a verification finds, and that it accuses no untouched chain."""

from __future__ import annotations

import hmac
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.audit.anchors import Anchors, parse_anchors
from service.audit.chain import Row, genesis, head_of, next_link
from service.audit.errors import AuditDatabaseError
from service.audit.findings import MOST, Finding, Found
from service.audit.keys import Keyring
from service.audit.verification import Verification, verify
from tests.service.audit.chains import BEGUN, CHAIN, KEY, NEWER, OTHER, STRANGE, Made, anchors, event, made, rows
from tests.service.audit.tampering import TAMPERS, change_event, edit_anchor, flip_byte, rechain_with_key

WHOLE = made(300)
SMALL = made(9)


def found(result: Verification) -> list[tuple[str, int, int]]:
    return [(one.kind.value, one.first, one.last) for one in result.findings]


def undetected(tampers: int, start: int = 0) -> list[str]:
    """The names of tampers, each kind in its turn, after which the chain still passes."""
    passed = []
    for seed in range(start, start + tampers):
        tamper = TAMPERS[seed % len(TAMPERS)]
        if tamper(WHOLE, Random(seed)).verified().whole:
            passed.append(f"{tamper.__name__} {seed}")
    return passed


def _made_while_read(length: int) -> Iterator[Row]:
    row, one = genesis(CHAIN, BEGUN, KEY), event()
    yield row
    for _ in range(length):
        row = next_link(row, one, KEY)
        yield row


def test_every_one_of_100_tampers_is_detected() -> None:
    assert undetected(100) == []


@pytest.mark.slow
def test_every_one_of_1000_tampers_is_detected() -> None:
    assert undetected(1000, start=100_000) == []


@pytest.mark.parametrize("tamper", [flip_byte, change_event, rechain_with_key, edit_anchor])
def test_without_the_comparison_of_macs_tampers_pass(
    tamper: Callable[[Made, Random], Made], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests above prove nothing about MACs unless it is their comparison that finds these."""
    seeds = range(40)
    assert not any(tamper(WHOLE, Random(seed)).verified().whole for seed in seeds)
    monkeypatch.setattr(hmac, "compare_digest", lambda one, other: True)
    assert any(tamper(WHOLE, Random(seed)).verified().whole for seed in seeds)


@settings(max_examples=40, deadline=None)
@given(
    events=st.integers(0, 40), seed=st.integers(0, 2**32), data=st.data(),
    steps=st.lists(st.integers(-59_000, 10_000_000), min_size=40, max_size=40),
)  # fmt: skip
def test_an_untouched_chain_is_never_accused(events: int, seed: int, data: st.DataObject, steps: list[int]) -> None:
    """With any number of keys in turn, anchored anywhere, with small steps back of the clock."""
    random, row, when = Random(seed), genesis(CHAIN, BEGUN, KEY), BEGUN
    turn = data.draw(st.integers(0, events))
    chain = [row]
    for place in range(events):
        when = when + steps[place]
        chain.append(next_link(chain[-1], event(when, random), KEY if place < turn else NEWER))
    places = data.draw(st.lists(st.integers(0, events), unique=True, max_size=5).map(sorted))
    all_rows = tuple(chain)
    result = verify(
        all_rows, Keyring(keys=(KEY, NEWER)), anchors(all_rows, (0, *places)), head_of(all_rows[-1], NEWER)
    )  # fmt: skip
    assert found(result) == []
    assert (result.whole, result.events, result.last) == (True, events + 1, events)
    assert result.unanchored == events - max((0, *places))


@pytest.mark.parametrize("at", range(10))
def test_a_changed_row_is_named(at: int) -> None:
    changed = replace(SMALL.rows[at], mac=bytes(32))
    result = replace(SMALL, rows=(*SMALL.rows[:at], changed, *SMALL.rows[at + 1 :])).verified()
    assert ("changed", at, at) in found(result)
    assert not result.whole


def test_missing_rows_are_named_as_a_range() -> None:
    assert found(replace(SMALL, rows=SMALL.rows[:3] + SMALL.rows[6:]).verified()) == [("missing", 3, 5)]


def test_missing_rows_are_named_though_the_later_ones_moved_up() -> None:
    moved = tuple(replace(row, sequence=row.sequence - 3) for row in SMALL.rows[6:])
    result = replace(SMALL, rows=SMALL.rows[:3] + moved).verified()
    assert found(result) == [("missing", 3, 5), ("reordered", 6, 9)]


def test_a_missing_beginning_is_named() -> None:
    result = replace(SMALL, rows=SMALL.rows[1:]).verified()
    assert found(result) == [("anchor-without-row", 0, 0), ("missing", 0, 0)]


def test_an_empty_table_is_a_chain_cut_off() -> None:
    result = replace(SMALL, rows=(), head=None).verified()
    assert found(result) == [("head", 0, 0), ("truncated", 0, 9)]


def test_an_empty_table_without_anchors_is_no_whole_chain() -> None:
    assert found(replace(SMALL, rows=(), head=None, anchors=Anchors()).verified()) == [
        ("head", 0, 0), ("no-anchor", 0, 0),
    ]  # fmt: skip


def test_a_row_that_was_put_in_is_named() -> None:
    forged = next_link(SMALL.rows[4], event(), STRANGE)
    moved = tuple(replace(row, sequence=row.sequence + 1) for row in SMALL.rows[5:])
    result = replace(SMALL, rows=(*SMALL.rows[:5], forged, *moved)).verified()
    assert found(result) == [("inserted", 5, 5), ("reordered", 5, 9)]


def test_a_row_that_was_put_behind_the_end_is_named() -> None:
    forged = next_link(SMALL.rows[9], event(), STRANGE)
    assert found(replace(SMALL, rows=(*SMALL.rows, forged)).verified()) == [("inserted", 10, 10)]


def test_two_rows_that_changed_places_are_named_and_those_between_are_not() -> None:
    changed = list(SMALL.rows)
    changed[2], changed[6] = replace(changed[6], sequence=2), replace(changed[2], sequence=6)
    result = replace(SMALL, rows=tuple(changed)).verified()
    assert found(result) == [("reordered", 2, 2), ("reordered", 6, 6)]


def test_a_row_that_is_there_twice_is_named() -> None:
    result = replace(SMALL, rows=(*SMALL.rows[:5], SMALL.rows[4], *SMALL.rows[5:])).verified()
    assert found(result) == [("duplicated", 4, 4)]


def test_rows_cut_off_up_to_the_anchor_are_named() -> None:
    cut = replace(SMALL, rows=SMALL.rows[:7], head=head_of(SMALL.rows[6], KEY))
    assert found(cut.verified()) == [("truncated", 7, 9)]


def test_rows_cut_off_after_the_anchor_are_named_by_the_note() -> None:
    cut = replace(SMALL, rows=SMALL.rows[:7], anchors=anchors(SMALL.rows, (0, 5)))
    assert found(cut.verified()) == [("truncated-after-anchor", 7, 9)]


def test_what_was_cut_off_after_the_anchor_with_a_kept_note_is_not_seen_and_that_is_said() -> None:
    """The window that docs/audit-chain.md states: an older copy from after the last anchor passes."""
    older = replace(SMALL, rows=SMALL.rows[:7], head=head_of(SMALL.rows[6], KEY), anchors=anchors(SMALL.rows, (0, 5)))
    assert older.verified().whole
    assert older.verified().unanchored == 1


def test_an_end_that_was_written_anew_with_another_key_is_named() -> None:
    forged = list(SMALL.rows[:4])
    while len(forged) < 10:
        forged.append(next_link(forged[-1], event(), STRANGE))
    result = replace(SMALL, rows=tuple(forged), head=head_of(forged[-1], STRANGE)).verified()
    assert ("rechained", 4, 9) in found(result)


def test_changed_rows_at_the_end_that_do_not_follow_one_another_were_not_written_anew() -> None:
    changed = tuple(replace(row, mac=bytes(32)) for row in SMALL.rows[8:])
    assert found(replace(SMALL, rows=SMALL.rows[:8] + changed).verified())[:1] == [("changed", 8, 9)]


def test_an_end_that_was_written_anew_with_the_key_is_found_by_the_anchor() -> None:
    forged = list(SMALL.rows[:4])
    while len(forged) < 12:
        forged.append(next_link(forged[-1], event(BEGUN + 9000), KEY))
    result = replace(SMALL, rows=tuple(forged), head=head_of(forged[-1], KEY)).verified()
    assert found(result) == [("anchor-differs", 9, 9)]


def test_rows_of_another_history_of_the_chain_are_named() -> None:
    other = rows(9, seed=5)
    result = replace(SMALL, rows=SMALL.rows[:4] + other[4:6] + SMALL.rows[6:]).verified()
    assert [one for one in found(result) if one[0] != "clock"] == [("forked", 4, 4), ("forked", 6, 6)]


def test_rows_of_another_installation_are_named() -> None:
    other = rows(9, chain=OTHER)
    result = replace(SMALL, rows=SMALL.rows[:4] + other[4:6] + SMALL.rows[6:]).verified()
    assert found(result) == [("other-chain", 4, 5)]


def test_anchors_of_another_installation_are_named() -> None:
    result = replace(SMALL, anchors=made(9, chain=OTHER).anchors).verified()
    assert found(result) == [("anchor-of-other-chain", 0, 0), ("anchor-of-other-chain", 9, 9)]


def test_rows_with_an_unknown_key_are_named() -> None:
    chain = made(9, key=NEWER)
    result = verify(chain.rows[:1], Keyring(keys=(KEY,)), SMALL.anchors, SMALL.head)
    assert ("unknown-key", 0, 0) in found(result)


def test_a_key_that_was_out_of_use_is_named() -> None:
    chain = list(rows(3))
    for key in (NEWER, KEY):
        chain.append(next_link(chain[-1], event(BEGUN + 1000 * len(chain)), key))
    all_rows = tuple(chain)
    result = verify(all_rows, Keyring(keys=(KEY, NEWER)), anchors(all_rows, (0,)), head_of(all_rows[-1], NEWER))
    assert found(result) == [("old-key", 5, 5)]


def test_a_clock_that_went_back_is_told_and_breaks_nothing() -> None:
    chain = list(rows(3))
    chain.append(next_link(chain[-1], event(BEGUN - 3_600_000), KEY))
    all_rows = tuple(chain)
    result = verify(all_rows, SMALL.keys, anchors(all_rows, (0, 4)), head_of(all_rows[-1], KEY))
    assert found(result) == [("clock", 4, 4)]
    assert result.whole


def test_an_anchor_of_a_row_that_is_not_there_is_named() -> None:
    result = replace(SMALL, rows=SMALL.rows[:4] + SMALL.rows[5:], anchors=anchors(SMALL.rows, (0, 4, 9))).verified()
    assert found(result) == [("anchor-without-row", 4, 4), ("missing", 4, 4)]


def test_two_anchors_of_one_row_that_differ_are_named() -> None:
    other = anchors(rows(9, seed=3), (9,))
    both = Anchors(found=SMALL.anchors.found + other.found, lines=(1, 2, 3))
    assert found(replace(SMALL, anchors=both).verified()) == [("anchor-differs", 9, 9)]


def test_an_empty_anchor_file_is_named() -> None:
    assert found(replace(SMALL, anchors=Anchors()).verified()) == [("no-anchor", 0, 0)]


def test_every_changed_bit_of_the_anchor_file_is_detected() -> None:
    small = made(3)
    text = "".join(anchor.line() for anchor in small.anchors.found).encode()
    for at in range(len(text)):
        for bit in range(8):
            changed = bytearray(text)
            changed[at] ^= 1 << bit
            parsed = parse_anchors(changed.decode("ascii", errors="replace"))
            assert not replace(small, anchors=parsed).verified().whole, (at, bit)


@pytest.mark.parametrize("head", [
    None, head_of(SMALL.rows[8], KEY), head_of(SMALL.rows[9], STRANGE), head_of(rows(9, seed=2)[9], KEY),
])  # fmt: skip
def test_a_note_that_does_not_fit_the_rows_is_named(head: object) -> None:
    result = verify(SMALL.rows, SMALL.keys, SMALL.anchors, head)  # type: ignore[arg-type]
    assert found(result) == [("head", 9, 9)]


def test_a_file_that_cannot_be_read_on_is_named_with_the_place() -> None:
    def damaged() -> Iterator[Row]:
        yield from SMALL.rows[:6]
        raise AuditDatabaseError

    result = verify(damaged(), SMALL.keys, SMALL.anchors, SMALL.head)
    assert ("unreadable", 6, 6) in found(result)


def test_findings_beyond_the_limit_are_counted() -> None:
    """Every second row is taken out of a long chain: the list stays short and the count is right."""
    long = made(2 * MOST + 100)
    result = replace(long, rows=(*long.rows[:-1:2], long.rows[-1])).verified()
    assert len(result.findings) == MOST
    assert MOST + result.omitted == MOST + 50


def test_memory_does_not_grow_with_the_chain() -> None:
    """Four times the rows, made as they are read: the same peak."""
    peaks = []
    for length in (1000, 4000):
        tracemalloc.start()
        last = rows(0)[0]
        result = verify(_made_while_read(length), SMALL.keys, anchors((last,), (0,)), None)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (found(result), result.events) == ([("head", length, length)], length + 1)
    assert peaks[1] < peaks[0] + 20_000


@pytest.mark.parametrize("kind", Finding)
@pytest.mark.parametrize("last", [4, 7])
def test_every_finding_has_a_sentence_with_its_place(kind: Finding, last: int) -> None:
    sentence = Found(kind=kind, first=4, last=last).sentence()
    assert "{" not in sentence
    assert sentence.endswith(".")
    assert "4" in sentence or kind in (Finding.HEAD, Finding.NO_ANCHOR)


def test_neighbours_of_one_kind_become_one_finding() -> None:
    result = replace(SMALL, rows=tuple(replace(row, mac=bytes(32)) for row in SMALL.rows[:5]) + SMALL.rows[5:])
    ranges = [(one.first, one.last) for one in result.verified().findings if one.kind is Finding.CHANGED]
    assert ranges == [(0, 4)]
