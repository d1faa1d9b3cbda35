"""The whole evaluation: what is measured, what is not and why, and the laws that every measure keeps."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.agreement import DiarizationErrors, JaccardErrors, Share, WordErrors
from models.errors import BadInputError
from models.records.speech import Check, Role
from pipelines.demo.make_demo import HERE, REFERENCE
from pipelines.evaluation.annotation import Annotation, Said, turns_of
from pipelines.evaluation.speech import CHECK_MEASURES, TURN_MEASURES, FileMeasures, add_up, evaluate, measure
from tests.pipelines.evaluation.timelines import said

ROLES = {"A": Role.PRACTITIONER, "B": Role.PARENT_OR_CARER, "C": Role.CHILD}
VOCABULARY = ["i", "was", "not", "drunk", "never", "hurt", "him", "wasn't", "yes", "Karen,", "home."]


@st.composite
def tellings(draw: st.DrawFn) -> Annotation:
    """One to six utterances by up to three speakers, some of them at the same time."""
    utterances: list[Said] = []
    start = 0
    for _ in range(draw(st.integers(1, 6))):
        speaker = draw(st.sampled_from("ABC"))
        text = " ".join(draw(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=5)))
        utterances.append(said(start, speaker, text, ROLES[speaker], timed=draw(st.booleans())))
        start += draw(st.integers(1, 7))
    told = tuple(utterances)
    return Annotation(said=told, turns=turns_of(told), checks=(), duration_ms=60_000)


def renamed(told: Annotation, names: dict[str, str]) -> Annotation:
    return replace(
        told,
        said=tuple(replace(one, speaker=names[one.speaker]) for one in told.said or ()),
        turns=tuple(replace(turn, speaker=names[turn.speaker]) for turn in told.turns or ()),
    )


@settings(max_examples=25, deadline=None)
@given(truth=tellings())
def test_a_perfect_result_has_no_errors_of_any_kind(truth: Annotation) -> None:
    found = measure("x", truth, truth).measures
    for name in ("wer", "cpwer", *TURN_MEASURES, "wder"):
        count = found[name]
        assert count is not None
        assert count.rate in (0, None)
    for name in ("role_accuracy", "negation_recall", "risk_recall"):
        count = found[name]
        assert isinstance(count, Share)
        assert count.part == count.whole


@settings(max_examples=25, deadline=None)
@given(truth=tellings(), result=tellings())
def test_the_names_of_the_voices_change_nothing(truth: Annotation, result: Annotation) -> None:
    """Matchings that are equally good may pair words differently, so the counts that follow from one are left out."""
    other = renamed(result, {"A": "Z", "B": "SPEAKER_07", "C": "A"})
    ours, theirs = measure("x", truth, result).measures, measure("x", truth, other).measures
    for name in ("wer", "wder", "role_accuracy", "negation_recall", "risk_recall"):
        assert ours[name] == theirs[name]
    for name in ("cpwer", "der", "der_collar"):
        left, right = ours[name], theirs[name]
        assert left is not None
        assert right is not None
        assert left.rate == right.rate


@settings(max_examples=15, deadline=None)
@given(pairs=st.lists(st.tuples(tellings(), tellings()), min_size=2, max_size=3))
def test_the_counts_of_several_recordings_add_up(pairs: list[tuple[Annotation, Annotation]]) -> None:
    rows = [measure(str(i), truth, result) for i, (truth, result) in enumerate(pairs)]
    total = add_up(rows)
    for name, count in total.measures.items():
        for field in type(count).__dataclass_fields__:
            assert getattr(count, field) == pytest.approx(sum(getattr(row.measures[name], field) for row in rows))
    assert sum(errors.length for errors in total.by_role.values()) == sum(
        errors.length for row in rows for errors in row.by_role.values()
    )


TRUTH = (said(0, "A", "I was not drunk", Role.PRACTITIONER), said(5, "B", "yes I was", Role.PARENT_OR_CARER))
RESULT = (said(0, "0", "I was drunk yes", Role.PRACTITIONER), said(6, "1", "he was really", Role.PARENT_OR_CARER))


def test_every_measure_of_a_small_dialogue_is_as_counted_by_hand() -> None:
    """The dialogue is drawn in test_word_measures; its turns are those of the utterances.

    A 0-4, B 5-8; result 0 0-4, 1 6-9: a second of B is missed and one after B is a false alarm.
    """
    check = Check(id="c", rank=1, start_ms=2000, end_ms=4000, kinds=("negation",), reason="", utterances=())
    truth = Annotation(said=TRUTH, turns=turns_of(TRUTH), duration_ms=10_000)
    result = Annotation(said=RESULT, turns=turns_of(RESULT), checks=(check,), duration_ms=10_000)
    found = measure("x", truth, result)
    assert found.reasons == {}
    assert found.measures == {
        "wer": WordErrors(length=7, substitutions=1, deletions=1, insertions=1),
        "cpwer": found.measures["cpwer"],
        "der": DiarizationErrors(total_ms=7000, missed_ms=1000, false_alarm_ms=1000),
        "der_collar": DiarizationErrors(total_ms=6000, missed_ms=750, false_alarm_ms=750),
        "jer": JaccardErrors(speakers=2, error=pytest.approx(0.5)),
        "jer_collar": JaccardErrors(speakers=2, error=pytest.approx(1.5 / 3.25)),
        "wder": Share(part=1, whole=6),
        "role_accuracy": Share(part=5, whole=6),
        "negation_recall": Share(part=0, whole=1),
        "risk_recall": Share(part=1, whole=1),
        "check_precision": Share(part=1, whole=1),
        "check_precision_important": Share(part=1, whole=1),
        "check_recall_negations": Share(part=1, whole=1),
        "check_recall_risk_words": Share(part=0, whole=0),
        "check_recall_important": Share(part=1, whole=1),
        "check_recall_all_errors": Share(part=2, whole=4),
        "check_share_of_audio": Share(part=2000, whole=10_000),
    }
    cpwer = found.measures["cpwer"]
    assert isinstance(cpwer, WordErrors)
    assert (cpwer.length, cpwer.errors) == (7, 5)
    assert list(found.by_role) == [Role.PARENT_OR_CARER, Role.PRACTITIONER]


def test_what_a_source_cannot_tell_is_not_judged_and_the_reason_is_given() -> None:
    turns_only = Annotation(turns=turns_of(TRUTH))
    found = measure("x", turns_only, Annotation(said=RESULT, turns=turns_of(RESULT)))
    assert {name for name, count in found.measures.items() if count is not None} == set(TURN_MEASURES)
    assert set(found.reasons) == set(found.measures) - set(TURN_MEASURES)


def test_roles_and_checks_are_judged_only_where_both_sides_have_them() -> None:
    truth = Annotation(said=(said(0, "A", "hello"),), turns=())
    found = measure("x", truth, Annotation(said=(said(0, "0", "hello"),), turns=()))
    assert {name for name, count in found.measures.items() if count is None} == {"role_accuracy", *CHECK_MEASURES}


def test_an_empty_result_misses_everything_and_does_not_fail() -> None:
    truth = Annotation(said=TRUTH, turns=turns_of(TRUTH), duration_ms=10_000)
    found = measure("x", truth, Annotation(said=(), turns=(), checks=(), duration_ms=10_000))
    assert found.measures["wer"] == found.measures["cpwer"] == WordErrors(length=7, deletions=7)
    assert found.measures["der"] == DiarizationErrors(total_ms=7000, missed_ms=7000)
    assert found.measures["check_recall_negations"] == Share(part=0, whole=1)


def test_a_result_longer_than_the_recording_counts_as_false_alarm() -> None:
    truth = Annotation(said=TRUTH, turns=turns_of(TRUTH), duration_ms=8_000)
    longer = (*TRUTH, said(20, "A", "and more of it"))
    found = measure("x", truth, Annotation(said=longer, turns=turns_of(longer)))
    assert found.measures["der"] == DiarizationErrors(total_ms=7000, false_alarm_ms=4000)


def test_pooled_measures_are_missing_only_where_every_file_lacks_them() -> None:
    one = FileMeasures(name="a", measures={"wer": WordErrors(length=5), "der": None}, by_role={}, reasons={"der": "x"})
    two = FileMeasures(name="b", measures={"wer": None, "der": None}, by_role={}, reasons={"wer": "y", "der": "z"})
    total = add_up([one, two])
    assert total.measures == {"wer": WordErrors(length=5), "der": None}
    assert total.reasons == {"der": "x"}


def test_two_files_evaluated_together_are_the_sum_of_each_alone() -> None:
    pairs = [((HERE / "demo.stm", HERE / "demo.rttm"), REFERENCE), ((REFERENCE,), HERE / "demo.stm")]
    both = evaluate(pairs)
    alone = [evaluate([pair]).pooled for pair in pairs]
    assert both.pooled.measures == add_up(alone).measures
    assert [row.name for row in both.files] == ["demo", "demo"]


def test_the_sample_session_agrees_with_itself_in_every_format() -> None:
    found = evaluate([((HERE / "demo.stm", HERE / "demo.rttm"), REFERENCE)]).pooled
    for name in ("wer", "cpwer", "der", "wder"):
        count = found.measures[name]
        assert count is not None
        assert count.rate == 0


def test_the_document_gives_rates_counts_and_reasons(tmp_path: Path) -> None:
    document = json.loads(evaluate([(HERE / "demo.rttm", REFERENCE)]).to_json())
    assert document["pooled"]["measures"]["der"]["rate"] == 0
    assert document["pooled"]["measures"]["der"]["total_ms"] > 150_000
    assert document["files"][0]["measures"]["wer"] == {
        "rate": None,
        "reason": "The reference or the result holds no text.",
    }


def test_a_session_is_called_after_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "visit-3"
    folder.mkdir()
    (folder / "session.json").write_bytes(REFERENCE.read_bytes())
    assert evaluate([(REFERENCE, folder / "session.json")]).files[0].name == "visit-3"


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(BadInputError, match="nothing to compare"):
        evaluate([])
