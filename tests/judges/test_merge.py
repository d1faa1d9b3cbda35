"""From votes to a suggestion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.records.scoring import NoScore, Suggestion
from pipelines.judges.merge import Part, merged
from pipelines.judges.votes import Piece, Vote
from tests.judges.made import element


def a_piece(number: int, direction: str = "+") -> Piece:
    indicator = "E+1" if direction == "+" else "E-1"
    return Piece(utterance=f"x{number}", turn=number, direction=direction, indicator=indicator, quote="so it is")


def vote(
    score: int | None, ours: int = 3, theirs: int = 3, *, reason: NoScore | None = None, **more: int | None
) -> Vote:
    pieces = (*(a_piece(n) for n in range(ours)), *(a_piece(50 + n, "-") for n in range(theirs)))
    known = {"low": None, "high": None, **more}
    none = reason or (NoScore.NOT_ENOUGH_EVIDENCE if score is None else None)
    return Vote(score=score, reason=none, pieces=pieces, dropped=0, low=known["low"], high=known["high"])


def part(*votes: Vote, weight: float = 10.0) -> Part:
    return Part(votes=votes, weight=weight, asked=len(votes))


def score(*parts: Part, **more: bool) -> int | None:
    return merged(element(**more), parts).score


def test_the_middle_of_the_samples_is_the_score() -> None:
    assert score(part(vote(2), vote(4), vote(4))) == 4


@pytest.mark.parametrize(
    ("scores", "middle"), [((1, 2), 2), ((2, 3), 3), ((3, 4), 3), ((2, 4), 3), ((1, 4), 3), ((1, 3), 2)]
)
def test_between_two_scores_the_one_nearer_to_three_is_taken(scores: tuple[int, int], middle: int) -> None:
    assert score(part(*(vote(one) for one in scores))) == middle


def test_a_window_weighs_as_many_as_its_utterances() -> None:
    assert score(part(vote(2), weight=30), part(vote(4), weight=10)) == 2
    assert score(part(vote(2), weight=10), part(vote(4), weight=30)) == 4


def test_opening_and_close_weigh_twice_for_an_element_of_the_whole_session() -> None:
    parts = (part(vote(4)), part(vote(2), weight=15), part(vote(4), weight=1))
    assert score(*parts) == 2
    assert score(*parts, whole_session=True) == 4


def test_a_whole_session_element_seen_in_parts_has_a_wider_interval() -> None:
    parts = (part(vote(3)), part(vote(3)))
    narrow, wide = (merged(element(whole_session=whole), parts) for whole in (False, True))
    assert (narrow.low, narrow.high, wide.low, wide.high) == (2, 4, 1, 5)


def test_above_three_takes_two_utterances_for_it() -> None:
    assert score(part(vote(5, ours=1, theirs=0))) == 3
    assert score(part(vote(5, ours=2, theirs=0))) == 5


def test_below_three_takes_two_utterances_against_it() -> None:
    assert score(part(vote(1, ours=0, theirs=1))) == 3
    assert score(part(vote(1, ours=0, theirs=2))) == 1


def test_five_beside_evidence_against_becomes_four_and_says_so() -> None:
    suggestion = merged(element(), [part(vote(5, theirs=1))])
    assert suggestion.score == 4
    assert "became 4: 5 is not given beside evidence against" in suggestion.because
    assert "A 5 needs that nothing speaks against it." in suggestion.would_change


def test_one_utterance_under_two_indicators_is_one_piece() -> None:
    twice = Vote(
        score=4, reason=None, low=None, high=None, dropped=0,
        pieces=(a_piece(1), Piece(utterance="x1", turn=1, direction="+", indicator="E+2", quote="so it is")),
    )  # fmt: skip
    assert score(part(twice)) == 3


def test_most_answers_without_a_score_give_none() -> None:
    suggestion = merged(element(), [part(vote(4), vote(None), vote(None))])
    assert (suggestion.score, suggestion.reason) == (None, NoScore.NOT_ENOUGH_EVIDENCE)
    assert (suggestion.low, suggestion.high, suggestion.chances, suggestion.evidence) == (None, None, (), ())


def test_windows_without_a_say_do_not_pull_the_score() -> None:
    assert score(part(vote(4), weight=20), part(vote(None), weight=30)) == 4


def test_windows_with_a_say_that_weigh_too_little_give_none() -> None:
    assert score(part(vote(4), weight=9), part(vote(None), weight=30)) is None


def test_most_answers_that_it_does_not_apply_give_that_reason() -> None:
    away = vote(None, reason=NoScore.NOT_APPLICABLE)
    assert merged(element(), [part(away, away, vote(None))]).reason is NoScore.NOT_APPLICABLE


def test_evidence_is_listed_once_with_the_share_of_votes_that_named_it() -> None:
    found = merged(element(), [part(vote(4, 3, 0), vote(4, 2, 1))]).evidence
    assert [(one.utterance, one.moved) for one in found] == [("x0", 1.0), ("x1", 1.0), ("x2", 0.5), ("x50", -0.5)]


def test_at_most_seven_pieces_are_shown_and_both_sides_among_them() -> None:
    found = merged(element(), [part(vote(4, 12, 0), vote(4, 12, 0), vote(4, 12, 1))]).evidence
    assert len(found) == 7
    assert "-" in {one.direction for one in found}


def test_the_models_own_doubt_widens_the_interval_and_never_narrows_it() -> None:
    wide = merged(element(), [part(vote(3, low=1, high=5))])
    sure = merged(element(), [part(vote(3, low=3, high=3))])
    assert (wide.low, wide.high, sure.low, sure.high) == (1, 5, 2, 4)


def test_a_person_has_to_listen_where_the_rubric_says_so() -> None:
    assert merged(element(listen_before=(4,)), [part(vote(4))]).listen_first
    assert not merged(element(listen_before=(5,)), [part(vote(4))]).listen_first


VOTES = st.builds(vote, st.sampled_from([None, 1, 2, 3, 4, 5]), st.integers(0, 3), st.integers(0, 3))


@given(
    st.lists(
        st.builds(lambda v, w: part(*v, weight=w), st.lists(VOTES, min_size=1, max_size=4), st.floats(1, 50)),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_was_voted_the_suggestion_keeps_its_promises(parts: list[Part]) -> None:
    suggestion: Suggestion = merged(element(), parts)
    if suggestion.score is None:
        assert suggestion.reason is not None
        return
    low, high = suggestion.low or 0, suggestion.high or 0
    assert 1 <= low <= suggestion.score <= high <= 5
    assert abs(sum(suggestion.chances) - 1) < 1e-9
    assert sum(suggestion.chances[low - 1 : high]) >= 0.8 - 1e-9
    assert high > low
    sides = [one.direction for one in suggestion.evidence]
    assert suggestion.score <= 3 or sides.count("+") >= 2
    assert suggestion.score >= 3 or sides.count("-") >= 2
    assert suggestion.score < 5 or "-" not in sides
