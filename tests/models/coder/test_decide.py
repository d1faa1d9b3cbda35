"""From scores to what is said: whose lines, above which threshold, and with which indicator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.coder.combination import Combination, EvidenceCombination, HeadCombination
from models.coder.decide import decide
from models.coder.indicators import INDICATORS, INDICATORS_OF, indicator_slices
from models.coder.labels import EVIDENCE, HEADS, NONE, OUTPUTS, output_slices
from models.records.coding import CodedUtterance, Conversation, Line, Setting
from models.records.speech import Role


def combination(threshold: float | None = 0.5, sure: float = 0.5) -> Combination:
    heads = {
        head.name: HeadCombination(
            linear=0.5,
            network=0.5,
            bias=(0.0,) * len(head.classes),
            choice=(1.0,) * len(head.classes),
            sure={code: sure for code in head.codes if code != NONE},
        )
        for head in HEADS
    }
    one = EvidenceCombination(linear=0.5, network=0.5, bias=0.0, threshold=threshold)
    return Combination(heads=heads, evidence=dict.fromkeys(EVIDENCE, one), off={})


def conversation(*roles: Role, goal: str | None = "stop", setting: Setting = Setting.DIRECT_PRACTICE) -> Conversation:
    lines = tuple(
        Line(id=f"u{number}", turn=number, speaker=role.value, role=role, text="Hm.")
        for number, role in enumerate(roles, 1)
    )
    return Conversation(setting=setting, change_goal=goal, lines=lines)


def scores(lines: int, high: dict[int, list[int]] | None = None) -> np.ndarray:
    found = np.full((lines, OUTPUTS), -4.0, np.float32)
    for line, places in (high or {}).items():
        found[line, places] = 4.0
    return found


def place_of(head: str, name: str) -> int:
    at = output_slices()[head]
    if head == "evidence":
        return at.start + EVIDENCE.index(name)
    return at.start + next(one for one in HEADS if one.name == head).classes.index(name)


def coded(talk: Conversation, given: np.ndarray, how: Combination | None = None) -> tuple[CodedUtterance, ...]:
    indicators = np.zeros((len(talk.lines), len(INDICATORS)), np.float32)
    indicators[:, indicator_slices()["autonomy-"].start + 1] = 2.0
    return decide(talk, how or combination(), given, given, indicators)


def test_only_the_scored_role_earns_or_loses() -> None:
    talk = conversation(Role.PRACTITIONER, Role.PARENT_OR_CARER, Role.OTHER_PROFESSIONAL)
    high = {key: [place_of("evidence", "autonomy-"), place_of("behaviour", "question")] for key in range(3)}
    first, parent, other = coded(talk, scores(3, high))
    assert [(flag.element, flag.direction) for flag in first.flags] == [("autonomy", "-")]
    assert parent.flags == ()
    assert parent.evidence == {}
    assert set(parent.heads) == {"talk"}
    assert other.codes == ()
    assert other.heads == {}


def test_a_flag_names_its_likeliest_indicator() -> None:
    talk = conversation(Role.PRACTITIONER)
    (line,) = coded(talk, scores(1, {0: [place_of("evidence", "autonomy-")]}))
    assert line.flags[0].indicator == INDICATORS_OF["autonomy-"][1] == "AU-2"


def test_an_unsure_role_carries_codes_but_no_flag() -> None:
    talk = conversation(Role.PRACTITIONER)
    talk = replace(talk, lines=(replace(talk.lines[0], role_sure=False),))
    (line,) = coded(talk, scores(1, {0: [place_of("evidence", "empathy+"), place_of("question", "open")]}))
    assert line.flags == ()
    assert "open_question" in {code.code for code in line.codes}


def test_client_talk_is_judged_only_against_a_goal() -> None:
    """The stage that asks the coder says why it is missing."""
    talk = conversation(Role.PARENT_OR_CARER, goal=None)
    (line,) = coded(talk, scores(1, {0: [place_of("talk", "change")]}))
    assert line.codes == ()
    assert "talk" not in line.heads


def test_supervision_is_looked_at_for_its_own_dimensions() -> None:
    talk = conversation(Role.SUPERVISOR, Role.PRACTITIONER, setting=Setting.SUPERVISION)
    high = {key: [place_of("evidence", "sup_analysis+"), place_of("evidence", "empathy+")] for key in range(2)}
    supervisor, practitioner = coded(talk, scores(2, high))
    assert [flag.element for flag in supervisor.flags] == ["sup_analysis"]
    assert practitioner.flags == ()


def test_what_is_off_is_never_flagged_nor_stated() -> None:
    talk = conversation(Role.PRACTITIONER)
    how = combination(threshold=None)
    how = replace(how, heads={**how.heads, "question": replace(how.heads["question"], sure={"closed_question": 0.5})})
    high = {0: [place_of("evidence", "empathy+"), place_of("question", "open")]}
    (line,) = coded(talk, scores(1, high), how)
    assert line.flags == ()
    assert "open_question" not in {code.code for code in line.codes}
    assert line.choices["question"] == "open"


def test_below_its_threshold_a_code_is_said_to_be_unsure() -> None:
    talk = conversation(Role.PRACTITIONER)
    given = np.zeros((1, OUTPUTS), np.float32)
    (line,) = coded(talk, given, combination(sure=0.9, threshold=0.9))
    assert line.codes
    assert not any(code.sure for code in line.codes)


def test_probabilities_of_a_head_add_to_one() -> None:
    talk = conversation(Role.PRACTITIONER)
    given = np.random.default_rng(0).normal(size=(1, OUTPUTS)).astype(np.float32)
    (line,) = coded(talk, given)
    for shares in line.heads.values():
        assert sum(shares.values()) == pytest.approx(1, abs=1e-5)


def test_a_rare_class_is_chosen_where_it_is_given_its_due() -> None:
    talk = conversation(Role.PARENT_OR_CARER)
    given = np.zeros((1, OUTPUTS), np.float32)
    given[0, place_of("talk", "neutral")] = 1.0
    how = combination()
    due = replace(how.heads["talk"], choice=(1.0, 0.1, 0.1))
    (line,) = coded(talk, given, replace(how, heads={**how.heads, "talk": due}))
    assert line.choices["talk"] == "change"
    assert line.heads["talk"]["neutral"] > line.heads["talk"]["change"]
