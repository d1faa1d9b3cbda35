from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from models.records.span import Span, total_ms, union
from models.records.speech import Check, Dropped, Speech, Stretch, Timing, Turns, Word, Words
from pipelines.stages.attribute import attribute
from pipelines.stages.check import BUDGET, check_list, passages
from pipelines.stages.finding import Finding
from tests.stages.timeline import said, speech, turns, words


def heard(text: str, *doubtful: str, second_look: str | None = None) -> Words:
    """Words said one after the other, sure but for the doubtful ones, as one stretch."""
    spoken = [
        Word(start_ms=w.start_ms, end_ms=w.end_ms, text=w.text, probability=0.1 if w.text in doubtful else 0.99)
        for w in said(text)
    ]
    stretch = Stretch(start_ms=0, end_ms=spoken[-1].end_ms, text=text, second_look=second_look)
    return words(spoken, timing=Timing.ESTIMATED, stretches=(stretch,))


def checks(
    found: Words, *, owned: Turns | None = None, spoken: Speech | None = None, audio_ms: int = 60_000, budget: float = 1
) -> tuple[Check, ...]:
    owned = owned or turns(("A", 0, audio_ms))
    spoken = spoken or Speech(spans=union(found.words))
    return check_list(found, attribute(found, owned, spoken), owned, spoken, audio_ms, budget)


def test_plain_words_that_are_sure_need_no_check() -> None:
    assert checks(heard("We went to the park and he loved it.")) == ()


def test_a_not_that_only_the_second_look_heard_is_asked_for_whatever_the_budget() -> None:
    (check,) = checks(heard("And I was drunk that day.", second_look="And I wasn't drunk that day."), budget=0)
    assert check.kinds == ("negation",)
    assert check.reason == "Heard 'I was drunk'; a second listening heard 'I wasn't drunk'."
    assert check.rank == 1


def test_a_not_that_only_the_first_look_heard_is_asked_for_whatever_the_budget() -> None:
    (check,) = checks(heard("I do not drink.", second_look="I do drink."), budget=0)
    assert "negation" in check.kinds


def test_a_risk_word_that_only_the_second_look_heard_is_asked_for() -> None:
    (check,) = checks(heard("He has an eye in there.", second_look="He has a knife in there."), budget=0)
    assert check.kinds == ("risk_word",)
    assert "'He has a knife in there'" in check.reason or "a knife" in check.reason


def test_a_risk_statement_without_a_not_is_on_the_list_although_all_its_words_are_sure() -> None:
    (check,) = checks(heard("Well I was drunk that day."))
    assert check.reason.startswith("Heard 'was drunk'; a 'not' may be missing.")


def test_an_any_without_a_not_before_it_is_on_the_list_although_all_its_words_are_sure() -> None:
    (check,) = checks(heard("We are getting any support from the school."))
    assert check.reason == "Heard 'are getting'; a 'not' may be missing."


def test_an_any_in_a_question_needs_no_not() -> None:
    assert checks(heard("Well are you getting any support?")) == ()


def test_a_doubtful_word_that_sounds_like_a_risk_word_names_it() -> None:
    (check,) = checks(heard("She could smell brink there.", "brink"))
    assert check.kinds == ("risk_word",)
    assert check.reason == "Heard 'brink'; it could be 'drink'."


def test_a_doubtful_word_that_the_second_look_heard_like_a_risk_word_names_it() -> None:
    (check,) = checks(heard("I gave him grapple.", "him", "grapple.", second_look="I gave him insolen."))
    assert check.reason == "Heard 'grapple'; it could be 'insulin'."


def test_a_doubtful_word_that_sounds_only_a_little_like_a_risk_word_names_none() -> None:
    (check,) = checks(heard("We saw that fair today.", "that", "fair"))
    assert check.reason in ("Not sure of 'that'.", "Not sure of 'fair'.")


def test_a_turn_in_which_its_voice_was_given_no_words_is_on_the_list() -> None:
    found = words(said("We went to the park that day."))
    owned = turns(("A", 0, 2100), ("B", 2300, 3200))
    (check,) = checks(found, owned=owned, spoken=speech((0, 3200)))
    assert check.reason == "Somebody speaks here and no words of theirs were written."


def test_what_a_second_look_heard_otherwise_all_through_a_recording_does_not_fill_the_list() -> None:
    found = heard("I was drunk. |2000 " * 30, second_look="I wasn't drunk. " * 30)
    asked = total_ms(checks(found, audio_ms=90_000, budget=0.1))
    assert 0 < asked <= BUDGET * 90_000


def test_a_doubtful_risk_word_comes_before_a_doubtful_plain_word() -> None:
    found = checks(heard("We saw the garden |3000 and the heroin |3000 there.", "the", "garden", "heroin"))
    assert [check.heard for check in found] == ["heroin", "garden"]


def test_a_doubtful_negation_is_on_the_list() -> None:
    (check,) = checks(heard("They went never there.", "never"))
    assert check.kinds[0] == "negation"
    assert check.heard == "never"


def test_passages_close_together_become_one_with_one_reason() -> None:
    found = checks(heard("The garden by the pond is big.", "garden", "by", "pond"))
    assert len(found) == 1
    assert found[0].reason in ("Not sure of 'garden'.", "Not sure of 'pond'.")


def test_words_where_nobody_speaks_are_on_the_list() -> None:
    found = checks(words(said("Thank you.", 8000)), spoken=speech((0, 2000)))
    assert "outside_speech" in {kind for check in found for kind in check.kinds}


def test_speech_in_which_no_word_was_written_is_on_the_list() -> None:
    found = checks(words(said("Hello there.")), spoken=speech((0, 700), (5000, 9000)))
    assert [(check.kinds, check.start_ms <= 5000) for check in found] == [(("speech_without_words",), True)]


def test_a_phrase_again_and_again_is_on_the_list() -> None:
    found = checks(heard("and then and then and then and then we left"))
    assert found[0].kinds == ("repetition",)


def test_text_that_the_engine_repeated_and_that_was_dropped_is_on_the_list() -> None:
    looped = Words(
        words=(),
        timing=Timing.ESTIMATED,
        language="en",
        dropped=(Dropped(start_ms=1000, end_ms=2000, text="", reason="repetition"),),
    )
    assert [check.kinds for check in checks(looped)] == [("repetition",)]


def test_two_voices_at_once_are_on_the_list() -> None:
    both = turns(("A", 0, 2100), ("B", 900, 1800), exclusive=(("A", 0, 2100),))
    found = checks(heard("We went to the park that day."), owned=both)
    assert [check.kinds for check in found] == [("overlap",)]


def test_words_without_a_speaker_are_on_the_list() -> None:
    found = checks(heard("We went to the park that day."), owned=turns())
    assert [check.kinds for check in found] == [("speaker_margin",)]


def test_a_check_names_the_utterances_it_touches() -> None:
    found = words(said("We went home."), said("I was drunk.", 3000))
    (check,) = checks(found, owned=turns(("A", 0, 1000), ("B", 3000, 4000)), spoken=speech((0, 900), (3000, 3900)))
    assert check.utterances == ("u00003000",)


def test_the_list_keeps_to_its_budget_and_takes_the_gravest_first() -> None:
    found = heard("We saw the garden |9000 and the heroin |9000 there.", "the", "garden", "heroin")
    (check,) = checks(found, audio_ms=20_000, budget=0.02)
    assert check.heard == "heroin"


def test_a_longer_recording_lets_more_fit() -> None:
    found = heard("We saw the garden |9000 and the heroin |9000 there.", "the", "garden", "heroin")
    assert len(checks(found, audio_ms=60_000, budget=0.02)) == 2


text = st.lists(
    st.sampled_from(["I", "was", "not", "drunk", "he", "hit", "never", "safe", "so", "because", "|900"]), max_size=40
)


@settings(deadline=None, max_examples=60)
@given(text, text, st.floats(0, 1), st.integers(0, 20_000))
def test_checks_lie_in_the_recording_apart_from_each_other_in_order_of_rank(
    first: list[str], second: list[str], budget: float, audio_ms: int
) -> None:
    spoken = said(" ".join(first), probability=0.4)
    looked = Stretch(start_ms=0, end_ms=30_000, text="", second_look=" ".join(w for w in second if w[0] != "|"))
    found = checks(words(spoken, stretches=(looked,)), audio_ms=audio_ms, budget=budget)
    assert [check.rank for check in found] == list(range(1, len(found) + 1))
    assert total_ms(found) == sum(check.duration_ms for check in found)
    assert all(0 <= check.start_ms <= check.end_ms <= audio_ms for check in found)
    assert all(check.reason.endswith(".") and check.kinds for check in found)


@settings(deadline=None, max_examples=60)
@given(text, st.floats(0, 1))
def test_without_a_second_look_the_list_never_asks_for_more_than_its_budget(first: list[str], budget: float) -> None:
    found = checks(words(said(" ".join(first), probability=0.4)), audio_ms=30_000, budget=budget)
    assert total_ms(found) <= budget * 30_000


def test_a_word_in_little_doubt_is_left_out_however_much_room_there_is() -> None:
    assert checks(words(said("We went to the garden.", probability=0.78)), audio_ms=3_600_000) == ()


def test_a_sign_that_led_to_more_changes_of_meaning_for_each_second_weighs_more() -> None:
    span = Span(start_ms=1000, end_ms=1300)
    often, seldom = (Finding(span=span, sign=sign, score=1.0, reason="Because.") for sign in ("overlap", "unsure"))
    offered = passages((seldom, often), 60_000, weigh={"overlap": 2.0, "unsure": 1.0}.__getitem__)
    assert [offer.finding.sign for offer in offered[0].offers] == ["overlap", "unsure"]
