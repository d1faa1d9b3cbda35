"""The time-use classifier is fitted alike each time, and measured only on sessions that it has not seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.coder.time_use.codes import CLASSES
from models.errors import BadInputError
from pipelines.training.time_use.figures import coded_shares, confusion_of, run_length, tables
from pipelines.training.time_use.fit import CrossEntropy, Flow, fit_chain, fit_words
from pipelines.training.time_use.material import Coded, Hint, digest_of, read_coded, read_hints
from pipelines.training.time_use.unseen import AT_ONCE, Scores, answer_unseen, folds_of, score_unseen

SAID = {"HOW": "how will you say it to her", "NARR": "she rang us on monday night", "-": "mm right"}
FLOW = Flow(scale=1.0, hold=0.5, relief=0.5)


def made(name: str, *codes: str) -> Coded:
    texts = tuple(SAID[code] for code in codes)
    words = np.array([len(text.split()) for text in texts], np.float64)
    places = np.array([CLASSES.index(code) for code in codes], np.intp)
    return Coded(name=name, texts=texts, bare=texts, codes=places, words=words)


SESSIONS = tuple(made(f"s{number}", *["NARR", "NARR", "-", "HOW", "HOW", "HOW"] * 2) for number in range(6))
HINTS = (Hint(text="how will you say it", code=CLASSES.index("HOW")),)


def test_it_learns_what_the_words_tell() -> None:
    model = fit_words(SESSIONS, HINTS, 4.0)
    found = model.scores(["how will you say it to her", "she rang us on monday night", "mm right"]).argmax(1)
    assert [CLASSES[at] for at in found] == ["HOW", "NARR", "-"]


def test_equal_material_gives_an_equal_model() -> None:
    one, other = fit_words(SESSIONS, HINTS, 4.0), fit_words(SESSIONS, HINTS, 4.0)
    assert np.array_equal(one.weights["now"], other.weights["now"])
    assert np.array_equal(one.bias, other.bias)


def test_the_slope_of_the_loss_is_its_slope() -> None:
    loss = CrossEntropy(np.array([0, 3, 10]), np.array([1.0, 0.3, 2.0]))
    scores = np.random.default_rng(0).normal(size=(3, len(CLASSES)))
    value, slope = loss(scores)
    for row, column in ((0, 0), (1, 5), (2, 10)):
        moved = scores.copy()
        moved[row, column] += 1e-6
        assert (loss(moved)[0] - value) / 1e-6 == pytest.approx(slope[row, column], abs=1e-4)


def test_the_chain_counts_which_code_follows_which() -> None:
    found = fit_chain(SESSIONS, FLOW)
    how, narr = CLASSES.index("HOW"), CLASSES.index("NARR")
    assert found.steps[how, how] > found.steps[how, narr]
    assert np.allclose(np.exp(found.steps).sum(1), 1)
    assert np.exp(found.start).argmax() == narr


def test_three_sessions_at_most_are_left_out_at_a_time() -> None:
    for count in (2, 3, 7, 19):
        folds = folds_of(count)
        assert len(folds) == count
        assert max(folds.count(fold) for fold in folds) <= AT_ONCE


def test_a_session_is_scored_by_models_that_have_not_seen_it() -> None:
    odd = Coded(name="odd", texts=("zebra", "zebra"), bare=("zebra", "zebra"), codes=np.array([3, 3]), words=np.ones(2))
    sessions = (odd, *SESSIONS)
    scores = score_unseen(sessions, HINTS, lambda text: None, (4.0,))
    seen = fit_words(sessions, HINTS, 4.0).scores(odd.texts)
    assert not np.allclose(scores.by_strength[4.0][0], seen)


def test_a_sessions_own_codes_do_not_change_what_is_said_of_it() -> None:
    """With the setting given, other codes in one session leave its own answers as they are, and change the others'."""
    rng = np.random.default_rng(5)
    held = tuple(rng.normal(size=(12, len(CLASSES))).astype(np.float32) for _ in SESSIONS)
    scores = Scores(folds=tuple(range(6)), by_strength={4.0: held})
    changed = (made("s0", *["-"] * 12), *SESSIONS[1:])
    before, after = (answer_unseen(sessions, scores, (FLOW,)) for sessions in (SESSIONS, changed))
    assert np.array_equal(before.probabilities[0], after.probabilities[0])
    assert not np.array_equal(before.probabilities[1], after.probabilities[1])


def test_what_is_told_apart_easily_is_stated() -> None:
    scores = score_unseen(SESSIONS, HINTS, lambda text: None, (4.0,))
    found = answer_unseen(SESSIONS, scores)
    assert {"HOW", "NARR"} == set(found.sure)
    assert found.stated[0][:3] == ("NARR", "NARR", None)


def test_the_tables_hold_every_code() -> None:
    scores = score_unseen(SESSIONS, (), lambda text: None, (4.0,))
    found = answer_unseen(SESSIONS, scores)
    written = tables(SESSIONS, found, [("another way", found)])
    assert all(f"| {code} |" in written for code in CLASSES)
    assert "another way | 1.000" in written


def test_shares_and_stretches_leave_greetings_out() -> None:
    one = made("s", "NARR", "-", "NARR", "HOW")
    assert coded_shares(one)[CLASSES.index("HOW")] == pytest.approx(7 / 19)
    assert run_length([one]) == 1.5
    assert confusion_of([one], [one.codes]).accuracy == 1


def test_every_coded_session_is_read_and_hints_are_single() -> None:
    sessions, hints = read_coded(), read_hints()
    assert len(sessions) == 19
    assert all(len(one.codes) == len(one.texts) == len(one.bare) for one in sessions)
    assert len(hints) > 200
    assert digest_of(sessions, hints) != digest_of(sessions[1:], hints)


def test_material_without_codes_is_refused_in_a_sentence(tmp_path: Path) -> None:
    for folder in ("devset", "sessions"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.json").write_text('{"turns": [{"text": "Hello."}, {"text": "Hi."}]}', "utf-8")
    with pytest.raises(BadInputError, match="Fewer than two supervisions"):
        read_coded(tmp_path)
