"""Corrections change how a transcript stands, and never what the machine wrote."""

from __future__ import annotations

import pytest

from models.records.speech import Role
from service.database.words import AmendmentKind
from service.transcripts.amendments import Change
from service.transcripts.errors import (
    NoSuchUtteranceError,
    NoSuchVoiceError,
    NothingToJoinError,
    SplitPlaceError,
    TranscriptChangeError,
)
from service.transcripts.records import Said, Standing
from service.transcripts.standing import Draft, given_roles, stand
from tests.service.transcripts.made import amended, machine

K = AmendmentKind


def after(*changes: Change | int) -> Standing:
    return stand(machine(), amended(*changes))


def of(standing: Standing, one: str) -> Said:
    return next(said for said in standing.said if said.id == one)


def test_without_corrections_it_stands_as_the_machine_wrote_it() -> None:
    standing = after()
    assert standing.said == machine().said
    assert standing.checks == machine().checks
    assert standing.number == 0
    assert not standing.reworded


def test_new_words_stand_beside_the_machines() -> None:
    said = of(after(Change(kind=K.WORDS, about="u1", text="Better, and he was late")), "u1")
    assert said.text == "Better, and he was late"
    assert said.machine_text == "Better I think he was not late"
    assert said.changed


def test_words_can_be_taken_out_altogether() -> None:
    said = of(after(Change(kind=K.WORDS, about="u2", text="")), "u2")
    assert (said.text, said.machine_text) == ("", "Mm")


def test_a_role_is_given_to_all_a_voice_says_and_counts_as_confirmed() -> None:
    standing = after(Change(kind=K.ROLE, about="SPEAKER_01", of_voice=True, role=Role.CHILD))
    voice = next(one for one in standing.voices if one.speaker == "SPEAKER_01")
    assert (voice.role, voice.suggested, voice.confirmed) == (Role.CHILD, Role.PARENT_OR_CARER, True)
    assert {one.role for one in standing.said if one.speaker == "SPEAKER_01"} == {Role.CHILD}


def test_one_utterance_is_given_to_another_voice_and_takes_its_role() -> None:
    said = of(after(Change(kind=K.VOICE, about="u2", speaker="SPEAKER_01")), "u2")
    assert (said.speaker, said.role, said.moved) == ("SPEAKER_01", Role.PARENT_OR_CARER, True)


def test_a_range_is_given_to_another_voice_and_what_lies_outside_stays() -> None:
    standing = after(Change(kind=K.VOICE, about="u0", last="u2", speaker="SPEAKER_01"))
    assert [one.speaker[-1] for one in standing.said] == ["1", "1", "1", "1", "0"]


def test_a_range_the_wrong_way_round_is_refused() -> None:
    with pytest.raises(NoSuchUtteranceError):
        Draft(machine()).apply(Change(kind=K.VOICE, about="u2", last="u0", speaker="SPEAKER_01"))


def test_all_of_one_voice_joins_another_and_the_voice_is_no_longer_listed() -> None:
    standing = after(Change(kind=K.VOICE, about="SPEAKER_01", of_voice=True, speaker="SPEAKER_00"))
    assert [one.speaker for one in standing.voices] == ["SPEAKER_00"]
    assert standing.voices[0].share == 1.0


def test_a_new_voice_has_no_role_until_somebody_gives_it_one() -> None:
    standing = after(Change(kind=K.VOICE, about="u3", speaker="ADDED_01"))
    voice = standing.voices[-1]
    assert (voice.speaker, voice.role, voice.added) == ("ADDED_01", Role.UNKNOWN, True)
    assert not of(standing, "u3").role_sure


def test_a_voice_that_nobody_heard_is_refused() -> None:
    with pytest.raises(NoSuchVoiceError):
        Draft(machine()).apply(Change(kind=K.VOICE, about="u3", speaker="SPEAKER_09"))
    with pytest.raises(NoSuchVoiceError):
        Draft(machine()).apply(Change(kind=K.ROLE, about="SPEAKER_09", of_voice=True, role=Role.CHILD))


def test_one_utterance_can_have_a_role_of_its_own() -> None:
    standing = after(Change(kind=K.ROLE, about="u2", role=Role.INTERPRETER))
    assert [one.role for one in standing.said].count(Role.INTERPRETER) == 1


def test_a_split_cuts_the_machines_text_too_and_takes_the_time_of_the_word() -> None:
    standing = after(Change(kind=K.SPLIT, about="u1", at=len("Better I think"), other="u1.1"))
    first, second = of(standing, "u1"), of(standing, "u1.1")
    assert (first.text, first.machine_text) == ("Better I think", "Better I think")
    assert (second.text, second.machine_text) == ("he was not late", "he was not late")
    assert (first.start_ms, first.end_ms, second.start_ms, second.end_ms) == (2000, 2300, 2300, 3900)
    assert second.times == (2300, 2400, 2500, 2600)


def test_a_split_in_a_word_goes_to_the_nearest_gap() -> None:
    standing = after(Change(kind=K.SPLIT, about="u1", at=len("Better I th"), other="u1.1"))
    assert of(standing, "u1").text in ("Better I", "Better I think")
    assert "think" in of(standing, "u1").text + " " + of(standing, "u1.1").text


def test_one_word_cannot_be_split() -> None:
    with pytest.raises(SplitPlaceError):
        Draft(machine()).apply(Change(kind=K.SPLIT, about="u2", at=1, other="u2.1"))


def test_a_split_after_new_words_keeps_every_word_of_the_machine() -> None:
    standing = after(
        Change(kind=K.WORDS, about="u1", text="Better. He was late, though"),
        Change(kind=K.SPLIT, about="u1", at=8, other="u1.1"),
    )
    first, second = of(standing, "u1"), of(standing, "u1.1")
    assert (first.text, second.text) == ("Better.", "He was late, though")
    assert f"{first.machine_text} {second.machine_text}".split() == machine().said[1].text.split()


def test_a_split_part_stands_after_whoever_spoke_meanwhile() -> None:
    spoken = machine()
    long = Said(
        id="u9", speaker="SPEAKER_00", role=Role.PRACTITIONER, text="one two", machine_text="one two", start_ms=0,
        end_ms=9000, times=(0, 8000),
    )  # fmt: skip
    whole = Standing(said=(long, *spoken.said[1:]), voices=spoken.voices, checks=())
    standing = stand(whole, amended(Change(kind=K.SPLIT, about="u9", at=4, other="u9.1")))
    assert [one.id for one in standing.said] == ["u9", "u1", "u2", "u3", "u9.1", "u4"]


def test_merged_utterances_are_one_under_the_first_id_and_the_second_answers_to_it() -> None:
    standing = after(Change(kind=K.MERGE, about="u2", other="u3"))
    said = of(standing, "u2")
    assert said.text == "Mm except on Tuesday when we all overslept"
    assert (said.start_ms, said.end_ms, said.moved) == (4000, 7900, True)
    assert standing.now("u3") == "u2"
    assert standing.now("u1") == "u1"


def test_what_is_not_next_cannot_be_merged() -> None:
    with pytest.raises(NothingToJoinError):
        Draft(machine()).apply(Change(kind=K.MERGE, about="u0", other="u2"))


def test_evidence_in_a_part_is_found_after_the_split_was_undone() -> None:
    standing = after(Change(kind=K.SPLIT, about="u1", at=15, other="u1.1"), 1)
    assert standing.now("u1.1") == "u1"
    assert standing.now("nowhere") == "nowhere"


def test_a_passage_that_was_heard_is_no_longer_asked_for() -> None:
    standing = after(Change(kind=K.HEARD, about="c1"))
    assert [one.id for one in standing.checks] == ["c2"]
    assert [one.id for one in standing.heard] == ["c1"]


def test_a_passage_names_the_utterances_that_are_there_now() -> None:
    split = Change(kind=K.SPLIT, about="u1", at=15, other="u1.1")
    assert after(split).checks[0].utterances == ("u1", "u1.1")
    assert after(Change(kind=K.MERGE, about="u0", other="u1")).checks[0].utterances == ("u0",)


def test_an_undo_takes_back_and_an_undo_of_it_does_it_again() -> None:
    change = Change(kind=K.WORDS, about="u0", text="Changed")
    assert of(after(change, 1), "u0").text == machine().said[0].text
    assert of(after(change, 1, 2), "u0").text == "Changed"


def test_a_correction_of_a_part_waits_while_the_split_is_undone() -> None:
    split = Change(kind=K.SPLIT, about="u1", at=15, other="u1.1")
    words = Change(kind=K.WORDS, about="u1.1", text="He was late")
    assert [one.id for one in after(split, words, 1).said] == ["u0", "u1", "u2", "u3", "u4"]
    assert of(after(split, words, 1, 3), "u1.1").text == "He was late"


def test_a_correction_that_does_not_fit_changes_nothing() -> None:
    draft = Draft(machine())
    for change in (
        Change(kind=K.WORDS, about="u77", text="x"),
        Change(kind=K.HEARD, about="c9"),
        Change(kind=K.MERGE, about="u4", other="u5"),
        Change(kind=K.VOICE, about="SPEAKER_01", of_voice=True, speaker="SPEAKER_01"),
        Change(kind=K.ROLE, about="u1"),
    ):
        with pytest.raises(TranscriptChangeError):
            draft.apply(change)
    assert draft.standing(0) == after()


def test_without_times_a_split_has_none() -> None:
    standing = stand(machine(timed=False), amended(Change(kind=K.SPLIT, about="u1", at=15, other="u1.1")))
    assert of(standing, "u1.1").start_ms is None
    assert not standing.timed


def test_roles_for_the_machine_are_those_that_people_gave_also_through_a_joined_voice() -> None:
    given = given_roles(
        amended(
            Change(kind=K.ROLE, about="SPEAKER_00", of_voice=True, role=Role.PRACTITIONER),
            Change(kind=K.VOICE, about="SPEAKER_02", of_voice=True, speaker="SPEAKER_00"),
            Change(kind=K.ROLE, about="ADDED_01", of_voice=True, role=Role.CHILD),
            Change(kind=K.ROLE, about="u1", role=Role.CHILD),
        )
    )
    assert given == {"SPEAKER_00": Role.PRACTITIONER, "SPEAKER_02": Role.PRACTITIONER}
