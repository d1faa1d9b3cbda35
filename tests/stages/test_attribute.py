from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from models.records.speech import UNKNOWN_SPEAKER, Stretch, Timing, Turn, Turns, Utterance, Word, Words
from pipelines.stages.attribute import attribute
from pipelines.stages.breaks import LONGEST_MS
from tests.stages.timeline import said, speech, turns, voice, words


def lines(utterances: tuple[Utterance, ...]) -> list[str]:
    names = {voice(letter): letter for letter in "ABCDEF"} | {UNKNOWN_SPEAKER: "?"}
    return [f"{names[u.speaker]}: {u.text}" for u in utterances]


def test_no_words_give_no_utterances() -> None:
    assert attribute(words(), turns(("A", 0, 1000)), speech((0, 1000))) == ()


def test_each_word_goes_to_the_voice_whose_turn_it_lies_in() -> None:
    heard = words(said("How are you?"), said("Not bad.", 1000))
    spoken = attribute(heard, turns(("A", 0, 950), ("B", 950, 1700)), speech((0, 1700)))
    assert lines(spoken) == ["A: How are you?", "B: Not bad."]


def test_a_change_of_voice_in_the_middle_of_a_phrase_is_kept_where_times_are_measured() -> None:
    heard = words(said("we could maybe leave it please"))
    spoken = attribute(heard, turns(("A", 0, 900), ("B", 900, 1800)), speech((0, 1800)))
    assert lines(spoken) == ["A: we could maybe", "B: leave it please"]


def test_a_change_of_voice_moves_to_the_end_of_the_sentence_where_times_are_estimated() -> None:
    heard = words(said("Is that all right? Yes it is all right by me I think"), timing=Timing.ESTIMATED)
    late = turns(("A", 0, 1800), ("B", 1800, 4000))
    assert lines(attribute(heard, late, speech((0, 4000))))[0] == "A: Is that all right?"


def test_a_change_of_voice_moves_to_the_start_of_a_stretch_where_times_are_estimated() -> None:
    stretches = (
        Stretch(start_ms=0, end_ms=1200, text="is that all right"),
        Stretch(start_ms=1200, end_ms=4000, text="yes"),
    )
    heard = words(
        said("is that all right yes it is all right by me I think"), timing=Timing.ESTIMATED, stretches=stretches
    )
    late = turns(("A", 0, 1800), ("B", 1800, 4000))
    assert lines(attribute(heard, late, speech((0, 4000))))[0] == "A: is that all right"


def test_one_word_on_the_edge_of_another_voice_is_no_turn_of_its_own() -> None:
    heard = words(said("I think we might go there tomorrow"))
    flicker = turns(("A", 0, 1000), ("B", 1000, 1150), ("A", 1150, 2100))
    assert lines(attribute(heard, flicker, speech((0, 2100)))) == ["A: I think we might go there tomorrow"]


def test_a_word_outside_all_turns_goes_to_the_nearest_voice() -> None:
    heard = words(said("Hello there. |200 Anyone?"))
    assert lines(attribute(heard, turns(("B", 0, 600)), speech((0, 600)))) == ["B: Hello there. Anyone?"]


def test_a_word_far_from_every_turn_has_no_speaker() -> None:
    heard = words(said("Hello there."), said("ghost", 9000))
    spoken = attribute(heard, turns(("B", 0, 600)), speech((0, 600)))
    assert lines(spoken) == ["B: Hello there.", "?: ghost"]


def test_without_any_turns_nobody_is_guessed() -> None:
    assert lines(attribute(words(said("Hello there.")), turns(), speech())) == ["?: Hello there."]


def test_a_listeners_yeah_gets_its_own_utterance_and_does_not_break_the_one_around_it() -> None:
    heard = words(said("He went out the back"), said("yeah", 1500), said("and never shut the gate.", 1850))
    both = turns(("A", 0, 1500), ("B", 1500, 1800), ("A", 1850, 3500))
    spoken = attribute(heard, both, speech((0, 3500)))
    assert lines(spoken) == ["A: He went out the back and never shut the gate.", "B: yeah"]
    assert [u.id for u in spoken] == ["u00000000", "u00001500"]


def test_a_yeah_after_a_question_is_an_answer_and_ends_the_question() -> None:
    heard = words(said("Did he go?"), said("Yeah.", 900), said("And then what?", 1200))
    both = turns(("A", 0, 900), ("B", 900, 1200), ("A", 1200, 2100))
    assert lines(attribute(heard, both, speech((0, 2100)))) == ["A: Did he go?", "B: Yeah.", "A: And then what?"]


def test_sentences_in_one_breath_stay_together_and_a_pause_after_a_sentence_ends_the_utterance() -> None:
    heard = words(said("He left. I stayed. |800 Then it rained."))
    spoken = attribute(heard, turns(("A", 0, 9000)), speech((0, 9000)))
    assert lines(spoken) == ["A: He left. I stayed.", "A: Then it rained."]


def test_a_short_pause_inside_a_sentence_does_not_end_the_utterance() -> None:
    heard = words(said("I was |900 not sure."))
    assert lines(attribute(heard, turns(("A", 0, 9000)), speech((0, 9000)))) == ["A: I was not sure."]


def test_without_punctuation_a_pause_alone_ends_the_utterance() -> None:
    heard = words(said("he left |800 then it rained"))
    assert lines(attribute(heard, turns(("A", 0, 9000)), speech((0, 9000)))) == ["A: he left", "A: then it rained"]


def test_with_estimated_times_a_pause_is_seen_in_the_detected_speech() -> None:
    heard = words(said("He left. Then it rained.", each_ms=600), timing=Timing.ESTIMATED)
    spoken = attribute(heard, turns(("A", 0, 3000)), speech((0, 700), (1600, 3000)))
    assert lines(spoken) == ["A: He left.", "A: Then it rained."]


def test_a_monologue_is_cut_at_its_sentences() -> None:
    heard = words(said("and so it went on and on. " * 20))
    spoken = attribute(heard, turns(("A", 0, 60_000)), speech((0, 60_000)))
    assert all(u.duration_ms <= LONGEST_MS and u.text.endswith(".") for u in spoken)
    assert len(spoken) == 3


def test_a_monologue_without_sentences_is_cut_in_the_end() -> None:
    heard = words(said("and " * 600))
    spoken = attribute(heard, turns(("A", 0, 200_000)), speech((0, 200_000)))
    assert max(u.duration_ms for u in spoken) <= 2 * LONGEST_MS


def test_overlap_is_marked_where_two_voices_speak_at_once() -> None:
    heard = words(said("I told him that already"), said("no wait", 2000))
    both = turns(("A", 0, 1500), ("B", 1000, 2600), exclusive=(("A", 0, 1500), ("B", 1500, 2600)))
    assert [u.overlap for u in attribute(heard, both, speech((0, 2600)))] == [True, False]


def test_the_margin_of_an_utterance_is_the_mean_of_its_turns() -> None:
    sure = (
        Turn(start_ms=0, end_ms=300, speaker="SPEAKER_00", margin=0.9),
        Turn(start_ms=300, end_ms=600, speaker="SPEAKER_00", margin=0.1),
    )
    (utterance,) = attribute(words(said("hello there")), Turns(turns=sure, exclusive=sure), speech((0, 600)))
    assert utterance.margin == 0.5


def test_two_utterances_that_start_together_get_different_ids() -> None:
    at_once = [Word(start_ms=0, end_ms=10, text="a."), Word(start_ms=0, end_ms=2000, text="b")]
    spoken = attribute(words(at_once), turns(("A", 0, 10), ("B", 900, 3000)), speech((0, 3000)))
    assert [u.id for u in spoken] == ["u00000000", "u00000000b"]


tokens = st.sampled_from(["yeah", "mm", "no.", "I", "went", "why?", "home,", "So", "…", "I'm"])


@st.composite
def sessions(draw: st.DrawFn) -> tuple[Words, Turns]:
    now, heard = 0, []
    for text, gap, length in draw(
        st.lists(st.tuples(tokens, st.integers(-200, 4000), st.integers(0, 2500)), max_size=40)
    ):
        now = max(0, now + gap)
        heard.append(Word(start_ms=now, end_ms=now + length, text=text))
        now += length
    now, owned = 0, []
    for letter, gap, length in draw(
        st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 3000), st.integers(1, 8000)), max_size=12)
    ):
        owned.append((letter, now + gap, now + gap + length))
        now += gap + length
    timing = draw(st.sampled_from(Timing))
    return words(heard, timing=timing), turns(*owned)


@settings(deadline=None, max_examples=60)
@given(sessions())
def test_every_word_lands_in_exactly_one_utterance(session: tuple[Words, Turns]) -> None:
    heard, owned = session
    spoken = attribute(heard, owned, speech((0, 5000), (6000, 9000)))
    assert Counter(w for u in spoken for w in u.words) == Counter(heard.words)


@settings(deadline=None, max_examples=60)
@given(sessions())
def test_utterances_are_sorted_named_apart_and_hold_their_words(session: tuple[Words, Turns]) -> None:
    heard, owned = session
    spoken = attribute(heard, owned, speech())
    assert [u.start_ms for u in spoken] == sorted(u.start_ms for u in spoken)
    assert len({u.id for u in spoken}) == len(spoken)
    assert all(u.start_ms <= w.start_ms and w.end_ms <= u.end_ms for u in spoken for w in u.words)
    assert all(u.text == " ".join(w.text for w in u.words) for u in spoken)


@settings(deadline=None, max_examples=60)
@given(sessions())
def test_the_same_input_gives_the_same_utterances(session: tuple[Words, Turns]) -> None:
    heard, owned = session
    assert attribute(heard, owned, speech()) == attribute(heard, owned, speech())
