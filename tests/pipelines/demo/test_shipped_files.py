"""The sample recording that the project ships, and what is truly said in it, fit each other."""

from __future__ import annotations

import json

from models.records.span import Span
from pipelines.demo.make_demo import DIGESTS, HERE, OVERLAPS, RECORDING, REFERENCE, SCRIPT, digest

REFERENCE_DOCUMENT = json.loads(REFERENCE.read_text(encoding="utf-8"))
UTTERANCES = REFERENCE_DOCUMENT["utterances"]


def span(item: dict[str, int]) -> Span:
    return Span(start_ms=item["start_ms"], end_ms=item["end_ms"])


def test_every_shipped_file_has_the_digest_it_was_made_with() -> None:
    known = json.loads(DIGESTS.read_text(encoding="utf-8"))
    names = {RECORDING.name, "demo.reference.json", "demo.stm", "demo.rttm"}
    assert {name: digest(HERE / name) for name in names} == {name: known[name] for name in names}
    assert digest(SCRIPT) == known["script"]


def test_the_recording_is_small_and_about_four_minutes_long() -> None:
    assert RECORDING.stat().st_size < 3_000_000
    assert 210_000 < REFERENCE_DOCUMENT["duration_ms"] < 270_000


def test_utterances_are_in_order_of_time_and_within_the_recording() -> None:
    starts = [one["start_ms"] for one in UTTERANCES]
    assert starts == sorted(starts)
    assert all(0 <= one["start_ms"] < one["end_ms"] <= REFERENCE_DOCUMENT["duration_ms"] for one in UTTERANCES)
    assert len({one["id"] for one in UTTERANCES}) == len(UTTERANCES)


def test_words_lie_in_their_utterance_in_order_and_spell_its_text() -> None:
    for one in UTTERANCES:
        words = one["words"]
        assert " ".join(word["text"] for word in words) == one["text"]
        edges = [edge for word in words for edge in (word["start_ms"], word["end_ms"])]
        assert edges == sorted(edges)
        assert one["start_ms"] <= edges[0]
        assert edges[-1] <= one["end_ms"]


def test_the_script_is_spoken_whole_and_in_order() -> None:
    script = json.loads(SCRIPT.read_text(encoding="utf-8"))["turns"]
    for turn in script:
        said = [one for one in UTTERANCES if one["id"].startswith(f"t{turn['turn']:02d}-") and "aside" not in one["id"]]
        assert " ".join(one["text"] for one in said) == turn["text"]
        assert {(one["speaker"], one["role"]) for one in said} == {(turn["speaker"], turn["role"])}


def test_people_talk_over_each_other_as_often_as_planned() -> None:
    over = [
        (a["id"], b["id"])
        for number, a in enumerate(UTTERANCES)
        for b in UTTERANCES[number + 1 :]
        if a["speaker"] != b["speaker"] and span(a).overlap_ms(span(b))
    ]
    assert len(over) == len(OVERLAPS.early) + len(OVERLAPS.backchannels) == 10


def test_the_stm_file_tells_the_same_as_the_document() -> None:
    lines = (HERE / "demo.stm").read_text(encoding="utf-8").splitlines()
    told = [line.split(" ", 5) for line in lines]
    assert [(speaker, round(float(start) * 1000), text) for _, _, speaker, start, _, text in told] == [
        (one["speaker"], one["start_ms"], one["text"]) for one in UTTERANCES
    ]


def test_the_rttm_file_tells_the_same_as_the_document() -> None:
    lines = [line.split() for line in (HERE / "demo.rttm").read_text(encoding="utf-8").splitlines()]
    told = [(row[7], round(float(row[3]) * 1000), round((float(row[3]) + float(row[4])) * 1000)) for row in lines]
    assert told == [(one["speaker"], one["start_ms"], one["end_ms"]) for one in REFERENCE_DOCUMENT["turns"]]


def test_turns_hold_every_utterance_of_their_speaker() -> None:
    for one in UTTERANCES:
        assert any(
            turn["speaker"] == one["speaker"] and span(turn).overlap_ms(span(one)) == span(one).duration_ms
            for turn in REFERENCE_DOCUMENT["turns"]
        )
