"""Who has which role: a person's word, the file's, a name that is a role word, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import BadInputError
from models.records.coding import Setting
from models.records.speech import Role
from pipelines.conversations import lines
from pipelines.conversations.choices import ReadingChoices
from pipelines.conversations.lines import conversation_from
from pipelines.conversations.role_words import role_in
from pipelines.conversations.spoken import Spoken, Told
from tests.pipelines.conversations.files import read
from tests.stages.test_roles import PARENT, WORKER


def told(*pairs: tuple[str, str], **more: object) -> Told:
    """A transcript of these speakers and texts."""
    return Told(spoken=tuple(Spoken(speaker=speaker, text=text) for speaker, text in pairs), **more)  # type: ignore[arg-type]


def roles(transcript: Told, **choices: object) -> dict[str, tuple[Role, bool]]:
    """Role and sureness by speaker."""
    found = conversation_from(transcript, ReadingChoices(**choices), "talk.csv")  # type: ignore[arg-type]
    return {line.speaker: (line.role, line.role_sure) for line in found.lines}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Social worker", Role.PRACTITIONER),
        ("THERAPIST 2", Role.PRACTITIONER),
        ("SW", Role.PRACTITIONER),
        ("Kim Hart (Social Worker)", Role.PRACTITIONER),
        ("Mum", Role.PARENT_OR_CARER),
        ("client", Role.PARENT_OR_CARER),
        ("Mum - Kim", Role.PARENT_OR_CARER),
        ("SPEAKER_01 (parent or carer)", Role.PARENT_OR_CARER),
        ("parent-or-carer", Role.PARENT_OR_CARER),
        ("Child A", Role.CHILD),
        ("young_person", Role.CHILD),
        ("Supervisor", Role.SUPERVISOR),
        ("Interpreter", Role.INTERPRETER),
        ("Health visitor", Role.OTHER_PROFESSIONAL),
        ("Nan", Role.OTHER_FAMILY),
        ("SPEAKER_02 (role not known)", Role.UNKNOWN),
        ("Kim", None),
        ("Kim Parent", None),
        ("Mum (Social worker)", None),
        ("Manager", None),
        ("", None),
    ],
)
def test_a_name_that_is_a_role_word_tells_the_role(name: str, role: Role | None) -> None:
    assert role_in(name) is role


def test_every_role_is_called_by_its_own_name() -> None:
    assert {role: role_in(role.value) for role in Role} == {role: role for role in Role}


def test_a_manager_is_the_supervisor_in_supervision_alone() -> None:
    assert role_in("Team manager", Setting.SUPERVISION) is Role.SUPERVISOR


def test_role_words_decide_and_leave_nothing_unsure() -> None:
    assert roles(told(("Mum", "Hi."), ("Worker", "Hello."))) == {
        "Mum": (Role.PARENT_OR_CARER, True),
        "Worker": (Role.PRACTITIONER, True),
    }


def test_two_names_are_told_apart_by_what_they_say() -> None:
    talk = [pair for both in zip(WORKER, PARENT, strict=True) for pair in (("Kim", both[0]), ("Lee", both[1]))]
    assert roles(told(*talk)) == {"Kim": (Role.PRACTITIONER, True), "Lee": (Role.PARENT_OR_CARER, True)}


def test_in_supervision_the_one_who_leads_is_the_supervisor() -> None:
    talk = [pair for both in zip(WORKER, PARENT, strict=True) for pair in (("Kim", both[0]), ("Lee", both[1]))]
    assert roles(told(*talk), setting=Setting.SUPERVISION)["Kim"] == (Role.SUPERVISOR, True)


def test_two_names_who_say_nothing_telling_stay_unknown_and_unsure() -> None:
    assert set(roles(told(("Kim", "It rained."), ("Lee", "It did."))).values()) == {(Role.UNKNOWN, False)}


def test_a_given_role_goes_before_the_name_and_helps_with_the_others() -> None:
    found = roles(told(("Mum", "It rained."), ("Lee", "It did.")), roles={"mum": Role.PRACTITIONER})
    assert found["Mum"] == (Role.PRACTITIONER, True)
    assert found["Lee"][0] is not Role.PRACTITIONER


def test_a_role_for_nobody_in_the_file_is_refused_without_the_name() -> None:
    with pytest.raises(BadInputError, match="not a speaker of this file") as caught:
        roles(told(("Kim", "Hi.")), roles={"Secret": Role.CHILD})
    assert "Secret" not in str(caught.value)
    assert "Kim" not in str(caught.value)


def test_what_the_file_calls_unknown_stays_unknown() -> None:
    spoken = tuple(
        Spoken(speaker="Kim" if n % 2 else "Lee", text=text, role=Role.UNKNOWN)
        for n, text in enumerate([*WORKER, *PARENT])
    )
    assert set(roles(Told(spoken=spoken)).values()) == {(Role.UNKNOWN, False)}


def test_without_a_word_about_it_the_setting_is_direct_practice_and_there_is_no_goal() -> None:
    found = conversation_from(told(("Mum", "Hi.")), ReadingChoices(), "talk.csv")
    assert (found.setting, found.change_goal) == (Setting.DIRECT_PRACTICE, None)


def test_a_goal_of_blanks_is_none() -> None:
    found = conversation_from(told(("Mum", "Hi."), change_goal="x"), ReadingChoices(change_goal="  "), "talk.csv")
    assert found.change_goal is None


def test_more_lines_than_any_session_has_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lines, "MOST_LINES", 3)
    assert len(read(tmp_path, "speaker,text\n" + "Mum,Hi.\n" * 3).lines) == 3
    with pytest.raises(BadInputError, match="more than 3 lines"):
        read(tmp_path, "speaker,text\n" + "Mum,Hi.\n" * 4)
