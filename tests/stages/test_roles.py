from __future__ import annotations

import pytest

from models.records.speech import UNKNOWN_SPEAKER, Role, SpeakerRole, Utterance
from pipelines.stages.roles import SURE, suggest_roles

WORKER = [
    "Hi, thanks for seeing me. I'm here today to talk about how the mornings have been.",
    "So it sounds like you were worn out by then. What would you like to be different?",
    "How did you feel when the school rang you? Can you tell me a bit more about that?",
    "We said at the last meeting that the plan would be reviewed. What do you think about the plan?",
    "So you want him to be at school, and you're worried about what they will say.",
]
PARENT = [
    "Yeah. Come through, mind the dog.",
    "I don't know. I just couldn't get him up, I was on my own and my mum was poorly.",
    "I was upset. I didn't want them ringing me at work, I told my sister that.",
    "No. I never wanted any of this, I just want my son to be all right.",
    "Yeah, I do. I had nobody to ask.",
]


def talk(*voices: list[str]) -> list[Utterance]:
    """The voices in turn."""
    spoken = []
    for turn in range(max(map(len, voices))):
        for number, lines in enumerate(voices):
            if turn < len(lines):
                start = len(spoken) * 1000
                speaker = f"SPEAKER_{number:02d}"
                spoken.append(
                    Utterance(
                        start_ms=start, end_ms=start + 900, id=str(start), speaker=speaker, text=lines[turn], words=()
                    )
                )
    return spoken


def roles(found: tuple[SpeakerRole, ...]) -> list[Role]:
    return [role.role for role in found]


def test_the_voice_that_asks_and_reflects_is_the_practitioner() -> None:
    found = suggest_roles(talk(PARENT, WORKER), {})
    assert roles(found) == [Role.PARENT_OR_CARER, Role.PRACTITIONER]
    assert all(SURE <= role.confidence < 1 and role.reason.endswith(".") for role in found)


def test_the_answer_does_not_hang_on_punctuation_or_on_who_is_named_first() -> None:
    bare = [[line.translate(str.maketrans("", "", ".?,")).lower() for line in lines] for lines in (WORKER, PARENT)]
    assert roles(suggest_roles(talk(*bare), {})) == [Role.PRACTITIONER, Role.PARENT_OR_CARER]


def test_two_voices_that_say_nothing_telling_stay_unknown() -> None:
    found = suggest_roles(talk(["It rained a lot."], ["It did rain."]), {})
    assert [(role.role, role.confidence) for role in found] == [(Role.UNKNOWN, 0.0)] * 2


def test_a_voice_heard_alone_is_judged_only_where_it_is_known_who_took_part() -> None:
    family = (Role.PRACTITIONER, Role.PARENT_OR_CARER)
    assert roles(suggest_roles(talk(WORKER), {})) == [Role.UNKNOWN]
    assert roles(suggest_roles(talk(WORKER), {}, family)) == [Role.PRACTITIONER]
    assert roles(suggest_roles(talk(PARENT), {}, family)) == [Role.PARENT_OR_CARER]


def test_a_given_role_stands_and_decides_the_other() -> None:
    found = suggest_roles(talk(PARENT, WORKER), {"SPEAKER_00": Role.PRACTITIONER})
    assert (found[0].role, found[0].confidence, found[0].reason) == (Role.PRACTITIONER, 1.0, "Given.")
    assert found[1].role is Role.PARENT_OR_CARER


def test_a_role_can_be_given_to_a_voice_that_says_nothing() -> None:
    assert roles(suggest_roles([], {"SPEAKER_03": Role.CHILD})) == [Role.CHILD]


def test_in_supervision_the_one_who_asks_is_the_supervisor() -> None:
    found = suggest_roles(talk(WORKER, PARENT), {}, (Role.SUPERVISOR, Role.PRACTITIONER))
    assert roles(found) == [Role.SUPERVISOR, Role.PRACTITIONER]


def test_two_expected_practitioners_need_no_telling_apart() -> None:
    found = suggest_roles(talk(WORKER, PARENT), {}, (Role.PRACTITIONER, Role.PRACTITIONER))
    assert roles(found) == [Role.PRACTITIONER] * 2


def test_an_interpreter_is_known_by_speaking_for_somebody() -> None:
    relayed = ["She says no.", "She says she does not know.", "She asks is it about the house.", "He says thank you."]
    found = suggest_roles(
        talk(WORKER, PARENT, relayed), {}, (Role.PRACTITIONER, Role.PARENT_OR_CARER, Role.INTERPRETER)
    )
    assert found[2].role is Role.INTERPRETER


def test_a_voice_more_than_took_part_stays_unknown() -> None:
    found = suggest_roles(talk(WORKER, PARENT, ["Tea?"]), {}, (Role.PRACTITIONER, Role.PARENT_OR_CARER))
    assert found[0].role is Role.PRACTITIONER
    assert found[2].role is Role.UNKNOWN


def test_never_two_practitioners_where_nobody_said_who_took_part() -> None:
    found = suggest_roles(talk(WORKER, WORKER, PARENT), {})
    assert roles(found).count(Role.PRACTITIONER) <= 1


def test_words_without_a_voice_have_no_role() -> None:
    lost = Utterance(start_ms=0, end_ms=5, id="u", speaker=UNKNOWN_SPEAKER, text="How are you?", words=())
    (found,) = suggest_roles([lost], {})
    assert (found.role, found.confidence) == (Role.UNKNOWN, 0.0)


@pytest.mark.parametrize("voices", [7, 9])
def test_more_voices_than_can_be_judged_still_all_get_an_answer(voices: int) -> None:
    assert len(suggest_roles(talk(WORKER, *[PARENT] * (voices - 1)), {})) == voices


def test_a_person_may_give_every_role_and_name_nobody_as_the_practitioner() -> None:
    given = {"SPEAKER_00": Role.CHILD, "SPEAKER_01": Role.PARENT_OR_CARER}
    found = suggest_roles(talk(PARENT, PARENT), given)
    assert [(role.role, role.confidence) for role in found] == [(role, 1.0) for role in given.values()]
