"""The score stage: who is not judged at all, and which answers of a judge are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from models.errors import BadInputError, EngineError
from models.ports import Progress, no_progress
from models.records.coding import Coding, Setting
from models.records.provenance import Engine
from models.records.rubric import Rubric
from models.records.scoring import Circumstances, Evidence, Measure, NoScore, Observed, Suggestion, Verdict
from models.records.span import Span
from models.records.speech import Role
from pipelines.rubrics import shipped_rubric
from pipelines.stages.score import observe, quoted, score
from tests.judges.evidence import coding

RUBRIC = shipped_rubric(Setting.DIRECT_PRACTICE)
PROOF = Evidence(utterance="u0001", turn=1, direction="+", indicator="EM+1", moved=0.5)


class SetJudge:
    """Answers with a 3 for every element, changed where it was told to."""

    engine = Engine(name="set-judge", version="1")

    def __init__(self, **changes: Any) -> None:
        self._changes, self.asked = changes, 0

    def judge(self, observed: Observed, rubric: Rubric, progress: Progress = no_progress) -> Verdict:
        """The same for every session."""
        self.asked += 1
        three = Suggestion(element="", score=3, low=2, high=4, evidence=(PROOF,))
        made = [replace(three, element=one.id) for one in rubric.elements]
        made[0] = replace(made[0], **self._changes)
        return Verdict(suggestions=tuple(made), notes=("From the judge.",), addressed=("u0003",), quotes_dropped=2)


def ready(held: Coding | None = None, **circumstances: Any) -> Observed:
    return observe(coding() if held is None else held, (), Circumstances(**circumstances))


def only(held: Coding, keep: Callable[[Role], bool]) -> Coding:
    return replace(held, utterances=tuple(one for one in held.utterances if keep(one.role)))


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (replace(coding(), utterances=()), "the transcript is empty"),
        (only(coding(), lambda role: role is not Role.PRACTITIONER), "Nobody here is known as the practitioner"),
        (only(coding(), lambda role: role is Role.PRACTITIONER), "Only the practitioner speaks"),
        (coding(turns=12), "shorter than 2 minutes"),
    ],
    ids=["empty", "no practitioner", "one speaker", "too short"],
)
def test_a_session_that_cannot_be_judged_gets_none_and_the_reason_and_the_judge_is_not_asked(
    held: Coding, said: str
) -> None:
    judge, measure = SetJudge(), Measure(name="m", unit="count", value=1.0)
    found = score(observe(held, (measure,), Circumstances()), RUBRIC, judge)
    assert judge.asked == 0
    assert len(found.suggestions) == len(RUBRIC.elements)
    for one in found.suggestions:
        assert (one.score, one.reason) == (None, NoScore.NOT_ENOUGH_EVIDENCE)
        assert said in one.because
    assert found.measures == (measure,)


def test_no_supervisor_in_a_supervision_is_said_by_its_name() -> None:
    held = only(coding(setting=Setting.SUPERVISION), lambda role: role is not Role.SUPERVISOR)
    found = score(ready(held), shipped_rubric(Setting.SUPERVISION), SetJudge())
    assert "known as the supervisor" in found.suggestions[0].because


def test_a_rubric_of_the_other_setting_is_refused() -> None:
    with pytest.raises(BadInputError, match="for supervision, and this session is direct_practice"):
        score(ready(), shipped_rubric(Setting.SUPERVISION), SetJudge())


def test_what_the_judge_says_comes_through_with_who_judged_by_which_rubric() -> None:
    found = score(ready(), RUBRIC, SetJudge())
    assert found.judge.name == "set-judge"
    assert found.rubric == RUBRIC.ref
    assert (found.addressed, found.quotes_dropped) == (("u0003",), 2)
    assert found.notes[-1] == "From the judge."


def test_a_judge_may_give_no_score_with_a_reason() -> None:
    none: dict[str, Any] = {"score": None, "low": None, "high": None, "evidence": (), "reason": NoScore.NO_ANSWER}
    assert score(ready(), RUBRIC, SetJudge(**none)).suggestions[0].reason is NoScore.NO_ANSWER


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"score": None}, "neither a score nor a reason"),
        ({"score": 0}, "not a score from 1 to 5"),
        ({"score": 6, "high": 6}, "not a score from 1 to 5"),
        ({"low": 4}, "within its interval"),
        ({"high": 2}, "within its interval"),
        ({"low": 0}, "within its interval"),
        ({"high": 6}, "within its interval"),
        ({"low": None}, "within its interval"),
        ({"high": None}, "within its interval"),
        ({"evidence": ()}, "a score and no evidence"),
        ({"reason": NoScore.NOT_APPLICABLE}, "a reason for none"),
        ({"evidence": (replace(PROOF, utterance="u9999"),)}, "not in the transcript"),
        ({"evidence": (replace(PROOF, utterance="u0002"),)}, "not in the transcript"),
        ({"evidence": (replace(PROOF, quote="never said"),)}, "not in the transcript"),
        ({"evidence": (replace(PROOF, direction="x"),)}, "not in the transcript"),
        ({"element": "kindness"}, "not the rubric's elements"),
    ],
)
def test_a_broken_answer_is_refused_and_says_what_broke(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(EngineError, match=said):
        score(ready(), RUBRIC, SetJudge(**changes))


def test_a_refusal_names_the_element_and_holds_no_speech() -> None:
    with pytest.raises(EngineError) as refused:
        score(ready(), RUBRIC, SetJudge(evidence=(replace(PROOF, quote="secret words"),)))
    assert RUBRIC.elements[0].id in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_score_without_the_change_goal_it_needs_is_refused() -> None:
    with pytest.raises(EngineError, match="evocation has a score though no change goal"):
        score(ready(coding(goal=None)), RUBRIC, SetJudge())


def test_too_few_suggestions_are_refused() -> None:
    class Silent(SetJudge):
        def judge(self, observed: Observed, rubric: Rubric, progress: Progress = no_progress) -> Verdict:
            return Verdict(suggestions=())

    with pytest.raises(EngineError, match="not the rubric's elements"):
        score(ready(), RUBRIC, Silent())


def test_a_quote_that_was_said_is_accepted() -> None:
    found = score(ready(), RUBRIC, SetJudge(evidence=(replace(PROOF, quote="say nothing"),)))
    assert found.suggestions[0].evidence[0].quote == "say nothing"


def test_the_length_comes_from_times_where_every_utterance_has_one() -> None:
    held = coding(turns=1)
    spans = {"u0001": Span(start_ms=5_000, end_ms=9_000), "u0002": Span(start_ms=9_000, end_ms=65_000)}
    timed = ready(held, spans=spans)
    assert (timed.length_ms, timed.length_estimated) == (60_000, False)
    half = ready(held, spans={"u0001": spans["u0001"]})
    assert (half.length_ms, half.length_estimated) == (20 * 60_000 // 150, True)


def test_a_long_session_of_few_words_is_judged() -> None:
    held = coding(turns=1)
    spans = {"u0001": Span(start_ms=0, end_ms=9_000), "u0002": Span(start_ms=9_000, end_ms=1_200_000)}
    judge = SetJudge()
    score(ready(held, spans=spans), RUBRIC, judge)
    assert judge.asked == 1


def test_a_short_session_an_interpreter_and_unconfirmed_roles_are_told() -> None:
    told = " ".join(score(ready(interpreter=True), RUBRIC, SetJudge()).notes)
    for words in ("short session", "reckoned from the number of words", "interpreter", "who is who"):
        assert words in told


def test_nothing_is_told_where_there_is_nothing_to_tell() -> None:
    assert score(ready(coding(turns=120), roles_checked=True), RUBRIC, SetJudge()).notes == ("From the judge.",)


def test_evidence_without_a_quote_gets_the_utterances_words() -> None:
    held = coding()
    assert quoted(PROOF, held).quote == held.utterances[0].text
    assert quoted(replace(PROOF, quote="say"), held).quote == "say"
