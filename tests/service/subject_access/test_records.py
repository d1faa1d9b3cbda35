"""What goes into a copy and what of it is handed out, without a database."""

from __future__ import annotations

from typing import Any

import pytest

from models.records.speech import Role
from service.permissions.records import Participant
from service.sessions.records import Details
from service.subject_access import records
from service.subject_access.errors import (
    KeptChoiceError,
    NotTheWorkerError,
    RequestReferenceError,
    VoiceChoiceError,
)
from service.subject_access.records import Request
from service.subject_access.wording import Line, view_of
from service.transcripts.records import Said, Standing, Voice

CHILD = Participant(id="1" * 32, session_id="2" * 32, role=Role.CHILD, place=1)

WRITTEN = Details(title="A boat", change_goal="More mornings at school", notes=" \n")


def asked(reference: str = "SAR-1", **more: Any) -> Request:
    return Request(**{"participant_id": CHILD.id, "voices": ("B",), "reference": reference} | more)


def said(place: int, speaker: str, role: Role, *, sure: bool = True) -> Said:
    return Said(
        id=f"u{place}", speaker=speaker, role=role, text=f"words {place}", machine_text="", start_ms=place * 1000,
        role_sure=sure,
    )  # fmt: skip


def stands(*lines: Said) -> Standing:
    roles = {"A": Role.PARENT_OR_CARER, "B": Role.CHILD}
    voices = tuple(Voice(speaker=name, role=role, confidence=1.0, reason="") for name, role in roles.items())
    return Standing(said=lines, voices=voices, checks=())


def drafted(*lines: Said, worker: dict[str, Any] | None = None, own: bool = False) -> dict[str, Any]:
    return records.draft(
        asked(), CHILD, made_ms=0, proof="0" * 32, permissions=[], accesses=[],
        written=records.written_of(asked(about_worker=own), WRITTEN),
        transcript=records.transcript(stands(*lines), ["B"]), worker=worker,
    )  # fmt: skip


@pytest.mark.parametrize("reference", ["SAR-2026/014", "7a", "A" * 39 + "1"])
def test_a_reference_is_letters_digits_hyphens_and_slashes(reference: str) -> None:
    assert asked(reference).reference == reference


@pytest.mark.parametrize("reference", ["", "7", "Smith", "Jo Smith 2", "-1", "A" * 40 + "1", "a\n1", "ä1", "1_2"])
def test_a_reference_that_may_be_a_name_or_anything_else_is_refused(reference: str) -> None:
    with pytest.raises(RequestReferenceError):
        asked(reference)


def test_a_request_names_voices_of_the_transcript_each_once() -> None:
    asked().check(CHILD, {"A", "B"})
    for voices in (("C",), ("B", "B")):
        with pytest.raises(VoiceChoiceError):
            asked(voices=voices).check(CHILD, {"A", "B"})


def test_scores_are_about_the_worker_alone() -> None:
    with pytest.raises(NotTheWorkerError):
        asked(about_worker=True).check(CHILD, {"B"})


def test_an_utterance_that_is_surely_of_another_role_is_not_their_own_whatever_its_voice() -> None:
    found = records.transcript(
        stands(
            said(1, "B", Role.CHILD),
            said(2, "B", Role.PARENT_OR_CARER),
            said(3, "B", Role.PARENT_OR_CARER, sure=False),
            said(4, "A", Role.CHILD),
        ),
        ["B"],
    )
    assert [one["own"] for one in found] == [True, False, True, False]


def test_what_others_said_is_left_out_as_a_number_unless_it_is_kept() -> None:
    lines = (said(1, "A", Role.PARENT_OR_CARER), said(2, "A", Role.PARENT_OR_CARER), said(3, "B", Role.CHILD))
    found = records.ready(drafted(*lines, said(4, "A", Role.PARENT_OR_CARER)), ["u4"])
    assert [one.get("left_out") or (one["whose"], one["text"]) for one in found["transcript"]] == [
        2, ("own", "words 3"), ("another", "words 4"),
    ]  # fmt: skip
    assert found["left_out"] == 2
    assert records.kept_in(found) == {"u4"}


def test_what_the_worker_wrote_is_left_out_of_others_copies_unless_it_is_kept() -> None:
    found = records.ready(drafted(), ["written:change_goal"])
    assert found["written"] == [{"what": "change_goal", "text": "More mornings at school"}]
    assert found["written_left_out"] == 1
    assert records.kept_in(found) == {"written:change_goal"}
    shown = next(one for one in view_of(found).sections if "wrote" in one.heading)
    assert [(one.lead, one.words) for one in shown.lines] == [
        ("Change goal", "More mornings at school"), ("", "[1 text left out]"),
    ]  # fmt: skip


def test_a_worker_s_own_texts_are_in_their_copy() -> None:
    found = records.ready(drafted(own=True), [])
    assert [one["what"] for one in found["written"]] == ["title", "change_goal"]
    assert found["written_left_out"] == 0
    with pytest.raises(KeptChoiceError):
        records.ready(drafted(own=True), ["written:title"])


def test_nothing_but_what_is_of_others_can_be_kept() -> None:
    draft = drafted(said(1, "A", Role.PARENT_OR_CARER), said(2, "B", Role.CHILD))
    for kept in (["u2"], ["u9"], ["written:notes"], ["title"]):
        with pytest.raises(KeptChoiceError):
            records.ready(draft, kept)


def test_a_quote_in_feedback_is_left_out_with_the_utterance_that_it_is_of() -> None:
    strength = {"element": "empathy", "words": "Warm.", "moments": [
        {"utterance": "u1", "quote": "words of another", "start_ms": 1000, "end_ms": 2000},
        {"utterance": "u2", "quote": "words of theirs", "start_ms": 2000, "end_ms": 3000},
    ]}  # fmt: skip
    feedback = {"strengths": [strength], "scores": [], "next_steps": [], "released": "2026-11-22T10:00:00.000Z"}
    about = {"suggested": [], "confirmed": [], "notes": [], "feedback": [feedback], "replies": []}
    draft = drafted(said(1, "A", Role.PARENT_OR_CARER), said(2, "B", Role.CHILD), worker=about)

    def quotes(*kept: str) -> list[str]:
        ready = records.ready(draft, kept)
        return [one["quote"] for one in ready["worker"]["feedback"][0]["strengths"][0]["moments"]]

    assert quotes() == [records.LEFT_OUT, "words of theirs"]
    assert quotes("u1") == ["words of another", "words of theirs"]


def test_accesses_of_a_day_are_counted_in_words() -> None:
    event = {
        "who": "0" * 32, "role": "coach", "action": "play", "what": "recording", "purpose": "coaching",
        "outcome": "done",
    }  # fmt: skip
    looked = [event | {"when": f"2026-11-22T10:0{minute}:00.000Z"} for minute in range(3)]
    found = view_of(records.ready(drafted() | {"accesses": looked}, []))
    accesses = next(one for one in found.sections if one.heading.startswith("Who"))
    assert accesses.lines == (
        Line(lead="22 November 2026", words="A coach played the recording for coaching, 3 times"),
    )
