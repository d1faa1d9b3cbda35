"""The house's rules hold whatever the coder answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from models.adapters.fakes import FakeCoder
from models.errors import EngineError
from models.ports import Progress, no_progress
from models.records.coding import Code, CodedUtterance, Coding, Conversation, Flag, Line, Setting
from models.records.span import Span
from models.records.speech import Role
from pipelines.stages.classify import classify, conversation_of
from pipelines.stages.roles import SURE
from tests.outputs.sessions import small_session

WORKER, PARENT, CHILD = Role.PRACTITIONER, Role.PARENT_OR_CARER, Role.CHILD
EVERYTHING = (
    Code(code="question", probability=0.9, sure=True),
    Code(code="change", probability=0.8, sure=True),
    Code(code="affirm", probability=0.4, sure=False),
)


class Answering:
    """A coder whose answer to each line is what ``change`` makes of it; it keeps what it was asked."""

    def __init__(self, change: Callable[[CodedUtterance], CodedUtterance] = lambda one: one) -> None:
        self._change = change
        self._fake = FakeCoder("tired")
        self.engine = self._fake.engine
        self.asked: Conversation | None = None

    def code(self, conversation: Conversation, progress: Progress = no_progress) -> Coding:
        self.asked = conversation
        coding = self._fake.code(conversation, progress)
        return replace(coding, utterances=tuple(self._change(one) for one in coding.utterances))


def talk(*roles: Role, goal: str | None = None, setting: Setting = Setting.DIRECT_PRACTICE) -> Conversation:
    """A line for each role, all of them said by people called Kim and saying that they are tired."""
    lines = tuple(
        Line(
            id=f"u{n}", turn=n, speaker=f"Kim {role}", role=role, text=f"I am tired, {n}.", role_sure=role != "unknown"
        )
        for n, role in enumerate(roles, 1)
    )
    return Conversation(setting=setting, change_goal=goal, lines=lines)


def codes(coding: Coding) -> list[list[str]]:
    return [[code.code for code in one.codes] for one in coding.utterances]


def off(coding: Coding) -> dict[str, str]:
    return {one.name: one.reason for one in coding.off}


def test_only_the_scored_role_has_flags() -> None:
    coding = classify(talk(WORKER, PARENT, CHILD, Role.SUPERVISOR), FakeCoder("tired"))
    assert [len(one.flags) for one in coding.utterances] == [1, 0, 0, 0]
    assert [bool(one.evidence) for one in coding.utterances] == [True, False, False, False]


def test_in_supervision_it_is_the_supervisor_who_is_scored() -> None:
    coder = FakeCoder("tired", element="sup_analysis", indicator="sup_analysis+1")
    coding = classify(talk(WORKER, Role.SUPERVISOR, setting=Setting.SUPERVISION), coder)
    assert [len(one.flags) for one in coding.utterances] == [0, 1]


def test_each_code_is_left_to_those_it_applies_to() -> None:
    coder = Answering(lambda one: replace(one, codes=EVERYTHING))
    coding = classify(talk(WORKER, PARENT, CHILD, Role.UNKNOWN, goal="walking more"), coder)
    assert codes(coding) == [["question", "affirm"], ["change"], ["change"], []]
    assert "talk" not in off(coding)


def test_without_a_goal_nothing_is_change_talk_and_the_reason_is_said_once() -> None:
    coder = Answering(lambda one: replace(one, codes=EVERYTHING, heads={"talk": {"change": 1.0}}))
    coding = classify(talk(WORKER, PARENT), coder)
    assert codes(coding)[1] == []
    assert coding.utterances[1].heads == {}
    assert "No change goal" in off(coding)["talk"]
    assert [one.name for one in coding.off].count("talk") == 1


def test_an_unsure_role_carries_codes_and_no_flag_and_is_counted() -> None:
    conversation = talk(WORKER, WORKER, PARENT)
    first, *others = conversation.lines
    unsure = replace(conversation, lines=(replace(first, role_sure=False), *others))
    coding = classify(unsure, FakeCoder("tired"))
    assert [(len(one.codes), len(one.flags)) for one in coding.utterances] == [(1, 0), (1, 1), (0, 0)]
    assert off(coding)["unsure_roles"].startswith("1 of 3 utterances")


def test_where_nobody_has_the_scored_role_it_says_so() -> None:
    assert "practitioner" in off(classify(talk(PARENT, CHILD), FakeCoder()))["flags"]
    assert "flags" not in off(classify(talk(PARENT, WORKER), FakeCoder()))


def test_the_coder_sees_no_speakers_name_and_still_who_is_who() -> None:
    coder = Answering()
    coding = classify(talk(WORKER, PARENT, WORKER), coder)
    assert coder.asked is not None
    assert [line.speaker for line in coder.asked.lines] == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"]
    assert coding.utterances[1].speaker == "Kim parent_or_carer"


def test_the_words_are_the_transcripts_whatever_the_coder_gives_back() -> None:
    coder = Answering(lambda one: replace(one, text="I am fine.", role=Role.SUPERVISOR, turn=99))
    one = classify(talk(WORKER), coder).utterances[0]
    assert (one.text, one.role, one.turn) == ("I am tired, 1.", WORKER, 1)


def test_what_the_coder_has_switched_off_stays_said() -> None:
    class Modest(FakeCoder):
        def code(self, conversation: Conversation, progress: Progress = no_progress) -> Coding:
            from models.records.coding import Off

            return replace(super().code(conversation, progress), off=(Off(name="autonomy-", reason="Unreliable."),))

    assert off(classify(talk(WORKER), Modest()))["autonomy-"] == "Unreliable."


@pytest.mark.parametrize("probability", [-0.1, 1.1, math.nan, math.inf])
def test_what_is_no_probability_is_an_error(probability: float) -> None:
    for change in (
        lambda one: replace(one, codes=(Code(code="affirm", probability=probability, sure=True),)),
        lambda one: replace(
            one, flags=(Flag(element="empathy", direction="+", indicator="EM+1", probability=probability),)
        ),
        lambda one: replace(one, evidence={"empathy+": probability}),
        lambda one: replace(one, heads={"talk": {"change": probability}}),
    ):
        with pytest.raises(EngineError, match="between 0 and 1"):
            classify(talk(WORKER), Answering(change))


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, codes=(Code(code="none", probability=0.5, sure=True),)),
        lambda one: replace(one, codes=(Code(code="kind", probability=0.5, sure=True),)),
        lambda one: replace(one, flags=(Flag(element="empathy", direction="?", indicator="", probability=0.5),)),
        lambda one: replace(one, flags=(Flag(element="sup_analysis", direction="+", indicator="", probability=0.5),)),
        lambda one: replace(one, evidence={"warmth+": 0.5}),
        lambda one: replace(one, heads={"mood": {"low": 0.5}}),
    ],
)
def test_a_label_that_the_setting_does_not_have_is_an_error(change: Callable[[CodedUtterance], CodedUtterance]) -> None:
    with pytest.raises(EngineError, match="does not have"):
        classify(talk(WORKER), Answering(change))


def test_a_lost_or_moved_utterance_is_an_error() -> None:
    class Losing(FakeCoder):
        def code(self, conversation: Conversation, progress: Progress = no_progress) -> Coding:
            coding = super().code(conversation, progress)
            return replace(coding, utterances=coding.utterances[:-1])

    with pytest.raises(EngineError, match="1 utterances for 2 lines"):
        classify(talk(WORKER, PARENT), Losing())
    with pytest.raises(EngineError, match="order"):
        classify(talk(WORKER), Answering(lambda one: replace(one, id="u9")))


def test_no_lines_give_no_utterances() -> None:
    coding = classify(talk(), FakeCoder())
    assert coding.utterances == ()
    assert list(off(coding)) == ["talk"]


def test_progress_is_passed_on() -> None:
    heard: list[float] = []
    classify(talk(WORKER, PARENT), FakeCoder(), heard.append)
    assert heard == [0.5, 1.0]


def test_an_analysed_session_becomes_lines_whose_turn_changes_with_the_speaker() -> None:
    session = small_session()
    first, second, *others = session.utterances
    same = (first, replace(second, speaker=first.speaker, role_confidence=SURE - 0.001), *others)
    found = conversation_of(same, Setting.SUPERVISION, "sleep")
    assert [line.turn for line in found.lines] == [1, 1, 1, 2, 3, 4]
    assert [line.role_sure for line in found.lines] == [True, False, True, True, True, True]
    assert (found.setting, found.change_goal) == (Setting.SUPERVISION, "sleep")


def test_a_voice_without_a_role_is_never_sure() -> None:
    session = small_session()
    nobody = replace(session.utterances[0], role=Role.UNKNOWN, role_confidence=1.0)
    found = conversation_of((nobody,), Setting.DIRECT_PRACTICE, None)
    assert not found.lines[0].role_sure


def test_an_analysed_session_keeps_the_time_of_every_utterance() -> None:
    session = small_session()
    found = conversation_of(session.utterances, Setting.DIRECT_PRACTICE, None)
    assert [line.span for line in found.lines] == [
        Span(start_ms=one.start_ms, end_ms=one.end_ms) for one in session.utterances
    ]
