"""Permissions as options state them, and the words that were read out before."""

from __future__ import annotations

import pytest

from models.errors import BadInputError
from models.records.speech import Role
from service.database.words import How, PermissionAnswer, PermissionPurpose
from service.permissions.wording import statement_for, statements
from service.remote.errors import StrangeAnswerError
from service.remote.stated import audience, current_statements, said_of

FAMILY = (Role.PRACTITIONER, Role.PARENT_OR_CARER, Role.CHILD, Role.CHILD)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("how", How)
def test_the_words_chosen_for_somebody_are_words_that_the_service_takes(role: Role, how: How) -> None:
    items = [{"name": one.name, "audience": one.audience.value} for one in statements().values()]
    name = current_statements(items)[audience(role, how)]
    assert statement_for(name, role, how).name == name


def test_what_is_said_without_a_number_holds_for_everybody() -> None:
    said = said_of(["reflection, coaching=written"], [], FAMILY)
    assert [(one.place, one.purpose) for one in said] == [
        (place, purpose)
        for place in (1, 2, 3, 4)
        for purpose in (PermissionPurpose.REFLECTION, PermissionPurpose.COACHING)
    ]
    assert {(one.how, one.answer) for one in said} == {(How.WRITTEN, PermissionAnswer.GIVEN)}


def test_what_a_parent_says_holds_for_the_children_beside_their_own_word() -> None:
    said = said_of(["reflection=through-parent", "3:reflection=spoken"], ["4:reflection=spoken"], FAMILY)
    assert [(one.place, one.how, one.answer) for one in said] == [
        (3, How.THROUGH_PARENT, PermissionAnswer.GIVEN),
        (4, How.THROUGH_PARENT, PermissionAnswer.GIVEN),
        (3, How.SPOKEN, PermissionAnswer.GIVEN),
        (4, How.SPOKEN, PermissionAnswer.REFUSED),
    ]


@pytest.mark.parametrize(
    "text", ["", "=", "reflection", "=spoken", "0:reflection=spoken", "5:reflection=spoken", "²:reflection=spoken",
             "a:reflection=spoken", ":reflection=spoken", "all=spoken", "2:reflection=through-parent"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadInputError):
        said_of([text], [], FAMILY)


def test_nobody_answers_twice() -> None:
    with pytest.raises(BadInputError, match="Participant 2 is said to have answered twice about research"):
        said_of(["research=spoken"], ["2:research=written"], FAMILY)


@pytest.mark.parametrize("item", [{"name": "adult-1"}, {"audience": "adult"}, {"audience": "adult", "name": "x"}])
def test_statements_of_another_form_are_not_guessed(item: dict[str, str]) -> None:
    with pytest.raises(StrangeAnswerError):
        current_statements([item])
