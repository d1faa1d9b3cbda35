"""The rules by which a session is counted, each on a session made by hand in which nothing is in doubt."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.coder.labels import ACTS
from models.records.coding import CodedUtterance, Coding, Setting
from models.records.scoring import Circumstances, Measure
from models.records.speech import Role
from pipelines.stages.measures import MEASURES, measures
from pipelines.stages.measuring.document import explanation_text
from tests.stages.codings import line, parent, session, supervisor, worker

CODES = ("giving_information", "persuade", "question", "reflection", *ACTS)
UNITS = {"count", "share", "ratio", "seconds", "words"}


def measured(coding: Coding) -> dict[str, Measure]:
    return {one.name: one for one in measures(coding, Circumstances())}


def counted(*lines: CodedUtterance, **choices: object) -> dict[str, float | None]:
    found = measured(session(*lines, **choices))  # type: ignore[arg-type]
    return {name.removeprefix("count_"): one.value for name, one in found.items()}


def test_a_code_counts_once_in_a_volley_however_often_it_occurs() -> None:
    once = counted(worker("open"), worker("open"), worker("open"), parent())
    assert (once["question"], once["open_question"]) == (1, 1)


def test_someone_elses_words_end_a_volley() -> None:
    assert counted(worker("open"), parent(), worker("open"))["question"] == 2


def test_open_and_closed_questions_in_a_volley_are_one_question() -> None:
    found = counted(worker("open"), worker("closed"))
    assert (found["question"], found["open_question"], found["closed_question"]) == (1, 1, 1)


def test_a_complex_reflection_wins_over_a_simple_one_in_its_volley() -> None:
    found = counted(worker("simple"), worker("complex"), worker("simple"), parent(), worker("simple"))
    assert (found["complex_reflection"], found["simple_reflection"], found["reflection"]) == (1, 1, 2)


def test_a_volley_with_everything_in_it_counts_each_code_once_and_structuring_beside_them() -> None:
    everything = ("open", "closed", "simple", "complex", "information", *ACTS)
    found = counted(*(worker(one) for one in everything), *(worker(one) for one in everything))
    miti = ("giving_information", "persuade", "question", "simple_reflection", "complex_reflection", "affirm")
    acts = ("seeking_collaboration", "emphasizing_autonomy", "confront")
    assert sum(found[name] or 0 for name in (*miti, *acts)) == 8
    assert found["structuring"] == 1


@pytest.mark.parametrize("noise", ["Mm.", "Yeah.", "Mm, yeah, right.", "[sighs]", "", "Okay [coughs]"])
def test_a_listeners_noise_does_not_end_a_volley(noise: str) -> None:
    assert counted(worker("information"), parent(text=noise), worker("information"))["giving_information"] == 1


@pytest.mark.parametrize("words", ["Yeah, right, okay, sure.", "Mornings.", "Yeah, mornings.", "Right?"])
def test_more_than_a_listeners_noise_ends_a_volley(words: str) -> None:
    assert counted(worker("information"), parent(text=words), worker("information"))["giving_information"] == 2


@pytest.mark.parametrize("before", ["open", "closed", "simple", "complex"])
def test_a_yeah_that_answers_a_question_or_a_reflection_ends_the_volley(before: str) -> None:
    found = counted(worker("information"), worker(before), parent(text="Yeah."), worker("information"))
    assert found["giving_information"] == 2


def test_a_yeah_after_a_question_that_was_said_earlier_in_the_volley_does_not_answer_it() -> None:
    found = counted(worker("open"), worker("information"), parent(text="Yeah."), worker("information"))
    assert found["giving_information"] == 1


def test_the_workers_own_mm_is_no_volley() -> None:
    found = counted(worker("closed"), parent(), worker("open", text="Mm."), parent(), worker("closed"))
    assert (found["question"], found["longest_question_run"]) == (2, 2)


def test_two_workers_share_a_volley() -> None:
    assert counted(worker("open"), line(Role.PRACTITIONER, "open", text="And what else?"))["question"] == 1


def test_a_reflection_followed_by_a_checking_question_counts_as_both() -> None:
    found = counted(worker("complex", "closed", text="So it felt like blame. Is that right?"))
    assert (found["reflection"], found["question"]) == (1, 1)


@pytest.mark.parametrize("act", ["seeking_collaboration", "emphasizing_autonomy", "persuade", "structuring"])
def test_one_thought_that_is_an_act_is_not_a_question_as_well(act: str) -> None:
    found = counted(worker(act, "open", "information", text="What would you like us to get to?"))
    assert (found[act], found["question"], found["giving_information"]) == (1, 0, 0)


@pytest.mark.parametrize("text", ["I'd like to hear it. What would help?", "And " * 30 + "what would help?"])
def test_an_act_and_a_question_in_a_line_of_several_thoughts_both_count(text: str) -> None:
    found = counted(worker("seeking_collaboration", "open", text=text))
    assert (found["seeking_collaboration"], found["question"]) == (1, 1)


def test_a_reflection_and_its_checking_question_in_one_sentence_both_count() -> None:
    found = counted(worker("simple", "closed", text="So it was late, is that right?"))
    assert (found["reflection"], found["question"]) == (1, 1)


def test_a_clear_affirmation_that_is_also_a_reflection_is_an_affirmation() -> None:
    found = counted(worker("affirm", "complex", text="You kept going because he matters to you."))
    assert (found["affirm"], found["reflection"]) == (1, 0)


def test_an_affirmation_and_a_reflection_in_two_sentences_both_count() -> None:
    found = counted(worker("affirm", "complex", text="You kept going through all that. It has cost you a lot."))
    assert (found["affirm"], found["reflection"]) == (1, 1)


def test_confronting_in_the_form_of_a_question_is_confronting() -> None:
    found = counted(worker("confront", "closed", text="You do know that you left him alone?"))
    assert (found["confront"], found["question"]) == (1, 0)


def test_a_line_that_may_be_confronting_or_reflecting_is_neither() -> None:
    found = counted(worker("confront", "simple", text="So you think that leaving him is fine."))
    assert (found["confront"], found["reflection"]) == (0, 0)


def test_affirmations_of_the_same_words_stop_counting_after_three() -> None:
    texts = ["Well done.", "That's really well done!", "Well done, you.", "Done well.", "So well done."]
    lines = [one for text in texts for one in (worker("affirm", text=text), parent())]
    assert counted(*lines)["affirm"] == 3
    other = worker("affirm", text="You noticed that he was frightened and you stayed.")
    assert counted(*lines, other)["affirm"] == 4


def test_persuading_with_permission_is_never_counted_and_says_why() -> None:
    found = measured(session(worker("persuade"), parent()))["count_persuade_with_permission"]
    assert found.value is None
    assert "asked for or agreed" in found.reason


def test_only_the_scored_role_is_counted() -> None:
    asks = {"question": {"open": 1.0}, "mi_code": {"confront": 1.0}}
    others = [line(role, text="Why did you?", **asks) for role in Role if role is not Role.PRACTITIONER]
    found = counted(worker("open"), *others)
    assert (found["question"], found["confront"]) == (1, 0)


def test_ratios_and_totals_follow_their_formulas() -> None:
    turns = [("simple",), ("complex",), ("complex",), ("open",), ("open",), ("closed",), ("affirm",)]
    turns += [("seeking_collaboration",), ("emphasizing_autonomy",), ("persuade",), ("confront",), ("persuade",)]
    found = counted(*(one for does in turns for one in (worker(*does), parent())))
    assert found["reflection_to_question_ratio"] == 1
    assert found["percent_complex_reflections"] == pytest.approx(2 / 3)
    assert found["open_question_share"] == pytest.approx(2 / 3)
    assert (found["mi_adherent_total"], found["mi_non_adherent_total"]) == (3, 3)


def test_the_share_of_open_questions_is_of_open_and_closed_ones_even_in_one_volley() -> None:
    assert counted(worker("open"), worker("closed"))["open_question_share"] == 0.5


def test_change_talk_is_a_share_of_change_and_sustain_talk() -> None:
    found = counted(worker(), parent("change"), parent("sustain"), parent("change"), parent(), parent("change"))
    assert found["percent_change_talk"] == 0.75


@pytest.mark.parametrize(("does", "rate"), [("simple", 1), ("open", 1), ("affirm", 1), ("closed", 0), ("persuade", 0)])
def test_change_talk_is_taken_up_by_a_reflection_an_open_question_or_an_affirmation(does: str, rate: int) -> None:
    found = counted(parent("change"), worker("structuring"), worker(does), parent(), worker("open"))
    assert found["change_talk_followed_up_rate"] == rate


def test_change_talk_after_the_last_volley_could_not_be_taken_up() -> None:
    found = counted(parent("change"), worker("open"), parent("change"))
    assert found["change_talk_followed_up_rate"] == 1


def test_the_workers_mm_does_not_pass_over_change_talk() -> None:
    found = counted(parent("change"), worker(text="Mm."), parent(), worker("complex"))
    assert found["change_talk_followed_up_rate"] == 1


def test_a_run_of_questions_ends_with_a_reflection_or_with_a_volley_that_asks_nothing() -> None:
    asks, other = (worker("closed"), parent()), (worker("information"), parent())
    both = (worker("closed", "simple", text="So it was early. Was it?"), parent())
    assert counted(*asks, *asks, *both, *asks)["longest_question_run"] == 2
    assert counted(*asks, *other, *asks, *asks, *asks)["longest_question_run"] == 3
    assert counted(*both)["longest_question_run"] == 0


@pytest.mark.parametrize(
    ("off", "gone", "kept"),
    [
        ("affirm", {"count_affirm", "mi_adherent_total"}, {"count_confront", "change_talk_followed_up_rate"}),
        ("confront", {"count_confront", "mi_non_adherent_total"}, {"count_persuade", "mi_adherent_total"}),
        (
            "simple_reflection",
            {"count_simple_reflection", "percent_complex_reflections"},
            {"count_reflection", "count_complex_reflection", "reflection_to_question_ratio"},
        ),
        ("sustain", {"percent_change_talk"}, {"change_talk_followed_up_rate"}),
        ("information", {"count_giving_information"}, {"count_question"}),
    ],
)
def test_what_the_coder_switched_off_is_not_counted_nor_a_total_with_it(
    off: str, gone: set[str], kept: set[str]
) -> None:
    lines = (worker("affirm"), parent("change"), worker("confront"), parent("sustain"), worker("open"), parent())
    found = measured(session(*lines, worker("simple"), off={off: "It was too often wrong."}))
    assert {name for name in gone if found[name].value is None} == gone
    assert all("It was too often wrong." in found[name].reason for name in gone)
    assert {name for name in kept if found[name].value is not None} == kept


def test_an_act_that_is_switched_off_takes_nothing_from_a_question_or_a_reflection() -> None:
    found = counted(
        worker("confront", "closed"), parent(), worker("affirm", "simple"), off={"confront": "", "affirm": ""}
    )
    assert (found["question"], found["reflection"]) == (1, 1)


def test_nothing_to_divide_by_is_no_value_and_never_zero() -> None:
    found = measured(session(worker("simple"), parent()))
    assert found["reflection_to_question_ratio"].value is None
    assert "questions" in found["reflection_to_question_ratio"].reason
    assert found["percent_complex_reflections"].value == 0


def test_less_than_one_expected_case_is_nothing_to_divide_by() -> None:
    half = {"none": 0.6, "open": 0.4, "closed": 0.0}
    assert counted(worker("simple", question=half))["reflection_to_question_ratio"] is None
    three = [one for _ in range(3) for one in (worker("simple", question=half), parent())]
    assert counted(*three)["reflection_to_question_ratio"] is not None


def test_without_a_change_goal_client_talk_is_not_measured_and_says_so() -> None:
    found = measured(session(worker("open"), parent("change"), goal=None))
    for name in ("percent_change_talk", "change_talk_followed_up_rate"):
        assert found[name].value is None
        assert "change goal" in found[name].reason


def test_without_anybody_to_score_nothing_has_a_value() -> None:
    for coding in (session(), session(parent(), parent("change"))):
        found = measured(coding)
        assert {one.value for one in found.values()} == {None}
        assert "practitioner" in found["count_question"].reason


def test_a_head_the_coder_never_answered_is_no_count_of_zero() -> None:
    found = measured(session(worker(question={}), parent()))
    assert found["count_question"].value is None
    assert found["count_reflection"].value == 0


def test_one_line_is_enough_to_count() -> None:
    assert counted(worker("open"))["question"] == 1


def test_a_worker_who_only_listens_has_counts_of_zero() -> None:
    found = counted(worker(text="Mm."), parent())
    assert (found["question"], found["longest_monologue"], found["reflection_to_question_ratio"]) == (0, 0, None)


def test_supervision_counts_the_supervisor_and_has_no_client_talk() -> None:
    lines = (supervisor("open"), worker("closed"), supervisor("complex"), worker("open"))
    found = measured(session(*lines, setting=Setting.SUPERVISION))
    assert (found["count_question"].value, found["reflection_to_question_ratio"].value) == (1, 1)
    assert not {"percent_change_talk", "talk_share_practitioner"} & set(found)
    assert found["talk_share_supervisor"].value is not None


@pytest.mark.parametrize("setting", list(Setting))
def test_measures_come_in_the_order_and_with_the_names_of_their_wording(setting: Setting) -> None:
    role = worker if setting is Setting.DIRECT_PRACTICE else supervisor
    found = measures(session(role("open"), setting=setting), Circumstances())
    assert [one.name for one in found] == [kind.name for kind in MEASURES if setting in kind.settings]
    assert {one.unit for one in found} <= UNITS
    assert all((one.value is None) == bool(one.reason) for one in found)


def test_every_measure_has_its_own_name_and_title_and_one_sentence() -> None:
    assert len({kind.name for kind in MEASURES}) == len({kind.title for kind in MEASURES}) == len(MEASURES)
    assert all(kind.explanation.endswith(".") and ". " not in kind.explanation for kind in MEASURES)


def test_the_explanation_of_the_measures_is_current() -> None:
    kept = Path(__file__).resolve().parents[2] / "docs" / "measures.md"
    assert kept.read_text("utf-8") == explanation_text()
