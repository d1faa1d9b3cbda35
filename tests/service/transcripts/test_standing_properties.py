"""Whatever is corrected, in whatever order: nothing of the machine's is lost, and all of it can be undone."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from models.records.speech import Role
from service.database.words import AmendmentKind
from service.transcripts.amendments import Act, Amendment, Change, packed, unpacked
from service.transcripts.errors import NothingToUndoError, TranscriptChangeError
from service.transcripts.history import History
from service.transcripts.planning import NEW_VOICE, planned, redo_acts, undo_acts
from service.transcripts.records import Standing
from service.transcripts.standing import stand
from tests.service.transcripts.made import machine

K = AmendmentKind
MACHINE = machine()
BEFORE = stand(MACHINE, ())
VOICES = st.sampled_from(["SPEAKER_00", "SPEAKER_01", "ADDED_01", "SPEAKER_07"])
IDS = st.sampled_from(["u0", "u1", "u2", "u3", "u4", "u1.1", "u3.1", "u1.2", "c1"])
CHANGES = st.one_of(
    st.builds(Change, kind=st.just(K.ROLE), about=VOICES, of_voice=st.just(True), role=st.sampled_from(Role)),
    st.builds(Change, kind=st.just(K.ROLE), about=IDS, last=IDS, role=st.sampled_from(Role)),
    st.builds(Change, kind=st.just(K.VOICE), about=IDS, last=IDS, speaker=st.one_of(VOICES, st.just(NEW_VOICE))),
    st.builds(Change, kind=st.just(K.VOICE), about=VOICES, of_voice=st.just(True), speaker=VOICES),
    st.builds(Change, kind=st.just(K.SPLIT), about=IDS, at=st.integers(-5, 60)),
    st.builds(Change, kind=st.just(K.MERGE), about=IDS),
    st.builds(Change, kind=st.just(K.HEARD), about=st.sampled_from(["c1", "c2", "c3"])),
)
WORDS = st.builds(Change, kind=st.just(K.WORDS), about=IDS, text=st.text(max_size=30))
STEPS = st.lists(st.one_of(CHANGES, WORDS, st.just("undo"), st.just("redo")), max_size=25)
MOVES = st.lists(st.one_of(CHANGES, st.just("undo"), st.just("redo")), max_size=25)


def done(steps: list[Change | str]) -> tuple[Amendment, ...]:
    """What is kept after these steps; those that are refused leave nothing."""
    kept: tuple[Amendment, ...] = ()
    for place, step in enumerate(steps):
        act_id = f"{place:032x}"
        try:
            acts = (
                undo_acts(kept, act_id) if step == "undo"
                else redo_acts(kept, act_id) if step == "redo"
                else (Act(act_id=act_id, change=step),)  # type: ignore[arg-type]
            )  # fmt: skip
            plan = planned(MACHINE, kept, acts, {})
        except (TranscriptChangeError, NothingToUndoError):
            continue
        kept += tuple(
            Amendment(number=len(kept) + 1 + here, group=act_id, change=one.change, undoes=one.undoes)
            for here, one in enumerate(plan)
        )
    return kept


def words(standing: Standing) -> Counter[str]:
    return Counter(" ".join(one.machine_text for one in standing.said).split())


@given(STEPS)
@settings(deadline=None, max_examples=40)
def test_undoing_everything_gives_the_machines_transcript(steps: list[Change | str]) -> None:
    kept = done(steps)
    for _ in range(len(kept) + 1):
        try:
            acts = undo_acts(kept, "f" * 32)
        except NothingToUndoError:
            break
        kept += tuple(
            Amendment(number=len(kept) + 1 + here, group=f"x{len(kept)}", undoes=act.undoes)
            for here, act in enumerate(acts)
        )
    whole = stand(MACHINE, kept)
    assert (whole.said, whole.voices, whole.checks, whole.merged) == (
        BEFORE.said, BEFORE.voices, BEFORE.checks, BEFORE.merged,
    )  # fmt: skip
    assert not History(amendments=kept).in_force()


@given(STEPS)
@settings(deadline=None, max_examples=40)
def test_no_word_of_the_machine_and_no_id_is_lost(steps: list[Change | str]) -> None:
    standing = stand(MACHINE, done(steps))
    assert words(standing) == words(BEFORE)
    there = [one.id for one in standing.said]
    assert len(set(there)) == len(there)
    for one in BEFORE.said:
        assert standing.now(one.id) in there


@given(MOVES)
@settings(deadline=None, max_examples=40)
def test_while_nobody_changes_words_none_is_lost_by_splitting_and_joining(steps: list[Change | str]) -> None:
    standing = stand(MACHINE, done(steps))
    assert Counter(" ".join(one.text for one in standing.said).split()) == words(BEFORE)
    assert not any(one.changed for one in standing.said)


@given(STEPS)
@settings(deadline=None, max_examples=40)
def test_the_order_of_time_stays(steps: list[Change | str]) -> None:
    standing = stand(MACHINE, done(steps))
    starts = [one.start_ms or 0 for one in standing.said]
    assert starts == sorted(starts)
    assert all((one.start_ms or 0) <= (one.end_ms or 0) for one in standing.said)


@given(STEPS)
@settings(deadline=None, max_examples=40)
def test_every_passage_to_check_is_still_about_something_that_is_there(steps: list[Change | str]) -> None:
    standing = stand(MACHINE, done(steps))
    there = {one.id for one in standing.said}
    assert sorted(one.id for one in (*standing.checks, *standing.heard)) == ["c1", "c2"]
    for check in (*standing.checks, *standing.heard):
        assert check.utterances
        assert set(check.utterances) <= there


@given(STEPS)
@settings(deadline=None, max_examples=40)
def test_undo_then_redo_changes_nothing(steps: list[Change | str]) -> None:
    kept = done(steps)
    try:
        acts = undo_acts(kept, "f" * 32)
    except NothingToUndoError:
        return
    undone = kept + tuple(
        Amendment(number=len(kept) + 1 + here, group="undo", undoes=act.undoes) for here, act in enumerate(acts)
    )
    again = undone + tuple(
        Amendment(number=len(undone) + 1 + here, group="redo", undoes=act.undoes)
        for here, act in enumerate(redo_acts(undone, "e" * 32))
    )
    assert stand(MACHINE, again).said == stand(MACHINE, kept).said
    assert stand(MACHINE, again).voices == stand(MACHINE, kept).voices


@given(st.one_of(CHANGES, WORDS))
def test_a_correction_is_read_back_as_it_was_written(change: Change) -> None:
    assert unpacked(packed(change, "group")) == (change, "group")
