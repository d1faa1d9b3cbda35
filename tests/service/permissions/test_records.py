"""What follows from answers: the latest of each voice holds, and everybody has to agree."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.database.words import How, PermissionAnswer, PermissionPurpose
from service.permissions.records import Answer, Standing, agreed, all_agreed, standing_to

YES = Answer(
    number=1, participant_id="a", purpose=PermissionPurpose.REFLECTION, answer=PermissionAnswer.GIVEN,
    how=How.SPOKEN, statement="adult-1", recorded_by=None, said_ms=0, until_ms=None, recorded_ms=0,
)  # fmt: skip
NO = replace(YES, number=2, answer=PermissionAnswer.REFUSED)
BY_PARENT = replace(YES, number=3, how=How.THROUGH_PARENT)


def holds(*answers: Answer, now: int = 10) -> bool:
    return agreed("a", PermissionPurpose.REFLECTION, answers, now)


@pytest.mark.parametrize(
    ("answers", "agrees"),
    [
        ([], False),
        ([YES], True),
        ([NO], False),
        ([YES, NO], False),
        ([NO, replace(YES, number=3)], True),
        ([YES, replace(NO, answer=PermissionAnswer.WITHDRAWN)], False),
        ([replace(YES, purpose=PermissionPurpose.RESEARCH)], False),
        ([replace(YES, participant_id="b")], False),
        ([BY_PARENT], True),
        ([NO, BY_PARENT], False),
        ([YES, BY_PARENT, replace(NO, number=4)], False),
        ([YES, replace(BY_PARENT, answer=PermissionAnswer.WITHDRAWN)], False),
    ],
)
def test_the_latest_of_each_voice_holds_and_no_voice_overrules_another(answers: list[Answer], agrees: bool) -> None:
    assert holds(*answers) is agrees


def test_a_yes_is_over_at_the_very_millisecond_of_its_end() -> None:
    assert holds(replace(YES, until_ms=11))
    assert not holds(replace(YES, until_ms=10))


def test_a_session_without_participants_is_covered_by_nobody() -> None:
    assert not all_agreed([], PermissionPurpose.REFLECTION, [YES], 10)


ANSWERS = st.lists(
    st.builds(
        lambda participant, answer, how, until: replace(
            YES, participant_id=participant, answer=answer, how=how, until_ms=until
        ),
        st.sampled_from("abc"),
        st.sampled_from(list(PermissionAnswer)),
        st.sampled_from([How.SPOKEN, How.THROUGH_PARENT]),
        st.sampled_from([None, 5, 15]),
    ),
    max_size=8,
).map(lambda said: [replace(one, number=number) for number, one in enumerate(said)])


@settings(max_examples=200, deadline=None)
@given(ANSWERS, st.sampled_from("abc"))
def test_one_more_no_never_makes_a_session_covered(said: list[Answer], who: str) -> None:
    no = replace(NO, number=100, participant_id=who)
    assert not all_agreed("abc", PermissionPurpose.REFLECTION, [*said, no], 10)


@settings(max_examples=200, deadline=None)
@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_in_which_rows_are_read_makes_no_difference(said: list[Answer], chance: object) -> None:
    mixed = list(said)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert all_agreed("abc", PermissionPurpose.REFLECTION, said, 10) is all_agreed(
        "abc", PermissionPurpose.REFLECTION, mixed, 10
    )


@pytest.mark.parametrize(
    ("answers", "stands"),
    [
        ([], Standing.MISSING),
        ([YES], Standing.GIVEN),
        ([YES, NO], Standing.REFUSED),
        ([NO, BY_PARENT], Standing.REFUSED),
        ([YES, replace(BY_PARENT, answer=PermissionAnswer.WITHDRAWN)], Standing.WITHDRAWN),
        ([replace(YES, until_ms=10)], Standing.OVER),
        ([replace(YES, until_ms=11)], Standing.GIVEN),
        ([replace(YES, purpose=PermissionPurpose.RESEARCH)], Standing.MISSING),
    ],
)
def test_a_participant_stands_to_a_purpose_as_the_voice_that_says_no(answers: list[Answer], stands: Standing) -> None:
    assert standing_to("a", PermissionPurpose.REFLECTION, answers, 10) is stands
    assert (stands is Standing.GIVEN) is holds(*answers)
