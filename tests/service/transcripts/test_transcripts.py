"""Transcripts as they stand: corrected by the worker alone, each correction once, and kept sealed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from models.records.session import Session
from models.records.speech import Role
from pipelines.outputs.coding_json import coding_json
from pipelines.outputs.session_json import to_json
from service.audit.records import Action, Purpose
from service.database.tables import amendment
from service.database.words import AmendmentKind, Content, StaffRole
from service.ids import new_id
from service.keybroker.ports import Actor
from service.parts import Parts
from service.sessions.errors import NoDocumentError
from service.sessions.usecases import Sessions
from service.transcripts import planning, usecases
from service.transcripts.amendments import Act, Change
from service.transcripts.errors import (
    ActUsedError,
    LongTextError,
    NoSuchUtteranceError,
    NothingToUndoError,
    TooManyChangesError,
    TranscriptChangeError,
)
from service.transcripts.forms import ActForm
from service.transcripts.records import Standing
from service.transcripts.usecases import Amended, Transcripts
from tests.outputs.codings import small_coding
from tests.outputs.sessions import hostile_session, small_session
from tests.service.sessions.test_documents import keep
from tests.service.sessions.test_sessions import a_session, own, someone
from tests.service.stand_ins import OpenHandedBroker, RememberingTrail

K = AmendmentKind


@pytest.fixture
def worker(parts: Parts) -> Actor:
    return someone(parts, StaffRole.PRACTITIONER)


@pytest.fixture
def session_id(parts: Parts, worker: Actor) -> str:
    return held(parts, worker, small_session())


def held(parts: Parts, worker: Actor, session: Session) -> str:
    session_id = Sessions(parts=parts, visible=own).add(worker, a_session()).facts.id
    keep(parts, worker, session_id, "session", to_json(session).encode())
    return session_id


def act(kind: AmendmentKind, about: str, **more: Any) -> Act:
    return Act(act_id=new_id(), change=Change(kind=kind, about=about, **more))


def amend(parts: Parts, worker: Actor, session_id: str, *acts: Act) -> Amended:
    return Transcripts(parts=parts).amend(worker, session_id, acts)


def read(parts: Parts, worker: Actor, session_id: str) -> Standing:
    return Transcripts(parts=parts).read(worker, session_id, purpose=Purpose.REFLECTION)


def rows_of(parts: Parts, session_id: str) -> list[Any]:
    with parts.database.reading() as rows:
        return list(rows.execute(select(amendment).where(amendment.c.session_id == session_id)))


def test_a_correction_is_read_back_beside_the_machines_words(parts: Parts, worker: Actor, session_id: str) -> None:
    first = read(parts, worker, session_id)
    one = first.said[3]
    done = amend(parts, worker, session_id, act(K.WORDS, one.id, text="I was drunk."))
    after = read(parts, worker, session_id)
    assert (after.said[3].text, after.said[3].machine_text) == ("I was drunk.", one.text)
    assert after.number > first.number == 0
    assert (done.before, done.after) == (first, after)


def test_what_a_person_wrote_lies_sealed_and_no_column_has_it(parts: Parts, worker: Actor, session_id: str) -> None:
    said = read(parts, worker, session_id).said[0].id
    amend(parts, worker, session_id, act(K.WORDS, said, text="a-word-nobody-may-find"))
    row = rows_of(parts, session_id)[-1]
    assert b"a-word-nobody-may-find" not in row.body
    assert "a-word-nobody-may-find" not in repr(row)


def test_a_name_that_a_brought_transcript_uses_for_a_voice_stands_in_no_plain_column() -> None:
    assert Change(kind=K.ROLE, about="Somebody", of_voice=True).shown_about == "-"
    assert Change(kind=K.ROLE, about="SPEAKER_00", of_voice=True).shown_about == "SPEAKER_00"


def test_an_act_that_is_sent_twice_is_kept_once(parts: Parts, worker: Actor, session_id: str) -> None:
    one = act(K.SPLIT, read(parts, worker, session_id).said[0].id, at=10)
    first = amend(parts, worker, session_id, one).after
    assert amend(parts, worker, session_id, one).after == first
    assert len(rows_of(parts, session_id)) == 1


def test_a_split_is_timed_by_the_machines_words_at_once_and_when_it_is_read_again(
    parts: Parts, worker: Actor, session_id: str
) -> None:
    one = small_session().utterances[1]
    place = one.text.index("We are always late")
    word = len(one.text[:place].split())
    made = amend(parts, worker, session_id, act(K.SPLIT, one.id, at=place)).after
    again = read(parts, worker, session_id)
    assert made.said[2].start_ms == one.words[word].start_ms
    assert again == made


def test_another_act_under_a_used_id_is_refused(parts: Parts, worker: Actor, session_id: str) -> None:
    said = read(parts, worker, session_id).said[0].id
    one = act(K.WORDS, said, text="One")
    amend(parts, worker, session_id, one)
    with pytest.raises(ActUsedError):
        amend(parts, worker, session_id, replace(one, change=Change(kind=K.WORDS, about=said, text="Another")))


def test_a_batch_is_kept_whole_or_not_at_all(parts: Parts, worker: Actor, session_id: str) -> None:
    said = read(parts, worker, session_id).said[0].id
    with pytest.raises(NoSuchUtteranceError):
        amend(parts, worker, session_id, act(K.WORDS, said, text="One"), act(K.WORDS, "nowhere", text="x"))
    assert rows_of(parts, session_id) == []


def test_one_batch_has_one_audit_row(parts: Parts, worker: Actor, session_id: str, trail: RememberingTrail) -> None:
    said = [one.id for one in read(parts, worker, session_id).said]
    before = len(trail.events)
    amend(parts, worker, session_id, *(act(K.WORDS, one, text=f"New {one}") for one in said))
    assert [one.action for one in trail.events[before:]] == [Action.EDIT]


def test_corrections_are_asked_of_the_broker_as_edits_of_the_transcript(
    parts: Parts, worker: Actor, session_id: str, open_handed: OpenHandedBroker
) -> None:
    amend(parts, worker, session_id, act(K.HEARD, small_session().checks[0].id))
    assert open_handed.asked[-1][2:] == (Content.TRANSCRIPT, Purpose.REFLECTION, Action.EDIT)


def test_the_same_text_again_is_no_correction(parts: Parts, worker: Actor, session_id: str) -> None:
    one = read(parts, worker, session_id).said[0]
    amend(parts, worker, session_id, act(K.WORDS, one.id, text=f"  {one.text}\n"))
    assert rows_of(parts, session_id) == []


def test_text_that_is_too_long_is_refused_in_words(parts: Parts, worker: Actor, session_id: str) -> None:
    said = read(parts, worker, session_id).said[0].id
    with pytest.raises(LongTextError, match="5,000"):
        amend(parts, worker, session_id, act(K.WORDS, said, text="x" * 5001))


@pytest.mark.parametrize("sent", [{}, {"kind": "words", "about": "u1", "undoes": 3}, {"kind": "words"}])
def test_an_act_without_sense_is_refused(sent: dict[str, Any]) -> None:
    with pytest.raises(TranscriptChangeError):
        ActForm(act_id="0" * 32, **sent).act()


def test_what_was_never_done_cannot_be_taken_back(parts: Parts, worker: Actor, session_id: str) -> None:
    with pytest.raises(NothingToUndoError):
        amend(parts, worker, session_id, Act(act_id=new_id(), undoes=999))


def test_a_session_holds_so_many_corrections_and_no_more(
    parts: Parts, worker: Actor, session_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MOST_AMENDMENTS", 2)
    said = [one.id for one in read(parts, worker, session_id).said]
    amend(parts, worker, session_id, *(act(K.WORDS, one, text="x") for one in said[:2]))
    with pytest.raises(TooManyChangesError):
        amend(parts, worker, session_id, act(K.WORDS, said[2], text="x"))


def test_undo_takes_back_what_was_done_in_one_go_and_redo_does_it_again(
    parts: Parts, worker: Actor, session_id: str
) -> None:
    transcripts, before = Transcripts(parts=parts), read(parts, worker, session_id)
    done = amend(parts, worker, session_id, *(act(K.WORDS, one.id, text="x") for one in before.said))
    undo_id = new_id()
    undone = transcripts.undo(worker, session_id, undo_id)
    assert undone.after.said == before.said
    assert (undone.undoable.undo, undone.undoable.redo) == (False, True)
    assert transcripts.undo(worker, session_id, undo_id).after == undone.after  # the same act again
    assert transcripts.redo(worker, session_id, new_id()).after.said == done.after.said


def test_undo_of_nothing_says_so(parts: Parts, worker: Actor, session_id: str) -> None:
    with pytest.raises(NothingToUndoError):
        Transcripts(parts=parts).undo(worker, session_id, new_id())


def test_others_who_write_meanwhile_lose_nothing(
    parts: Parts, worker: Actor, session_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [one.id for one in read(parts, worker, session_id).said]
    planning_alone, raced = usecases.planned, []

    def race(*given: Any) -> Any:
        plan = planning_alone(*given)
        if not raced:
            raced.append(1)
            amend(parts, worker, session_id, act(K.WORDS, said[1], text="From the other tab"))
        return plan

    monkeypatch.setattr(usecases, "planned", race)
    after = amend(parts, worker, session_id, act(K.WORDS, said[0], text="From this tab")).after
    assert [one.text for one in after.said[:2]] == ["From this tab", "From the other tab"]


def test_a_hostile_transcript_is_corrected_like_any_other(parts: Parts, worker: Actor) -> None:
    session_id = held(parts, worker, hostile_session())
    before = read(parts, worker, session_id)
    sent = [
        act(K.WORDS, before.said[0].id, text="<b>x</b>"),
        act(K.ROLE, before.voices[0].speaker, of_voice=True, role=Role.CHILD),
    ]
    after = amend(parts, worker, session_id, *sent).after
    assert (after.said[0].text, after.voices[0].role) == ("<b>x</b>", Role.CHILD)


def test_the_machines_suggestion_is_kept_after_the_moments_were_marked_again(
    parts: Parts, worker: Actor, session_id: str
) -> None:
    first = small_session()
    given = tuple(replace(one, source="given", role=Role.CHILD, role_reason="Given.") for one in first.speakers)
    keep(parts, worker, session_id, "session", to_json(replace(first, speakers=given)).encode(), made_ms=2)
    standing = read(parts, worker, session_id)
    assert [one.suggested for one in standing.voices] == [one.role for one in first.speakers]
    assert set(standing.coded.values()) == {Role.CHILD}
    assert standing.marks_are_behind


def test_corrections_belong_to_one_session(parts: Parts, worker: Actor, session_id: str) -> None:
    other = held(parts, worker, small_session())
    amend(parts, worker, session_id, act(K.HEARD, small_session().checks[0].id))
    assert (read(parts, worker, other).number, read(parts, worker, other).heard) == (0, ())


def test_a_transcript_that_was_brought_is_corrected_and_its_names_stay_sealed(parts: Parts, worker: Actor) -> None:
    session_id = Sessions(parts=parts, visible=own).add(worker, a_session()).facts.id
    coding = small_coding()
    named = tuple(replace(one, speaker=f"Somebody {one.speaker}") for one in coding.utterances)
    keep(parts, worker, session_id, "coding", coding_json(replace(coding, utterances=named)).encode())
    before = read(parts, worker, session_id)
    name = before.voices[1].speaker
    assert name.startswith("Somebody")
    assert not before.timed
    after = amend(parts, worker, session_id, act(K.ROLE, name, of_voice=True, role=Role.CHILD)).after
    assert (after.voices[1].role, after.marks_are_behind) == (Role.CHILD, True)
    assert "Somebody" not in repr(rows_of(parts, session_id))


def test_a_session_without_a_transcript_says_so(parts: Parts, worker: Actor) -> None:
    session_id = Sessions(parts=parts, visible=own).add(worker, a_session()).facts.id
    with pytest.raises(NoDocumentError):
        read(parts, worker, session_id)
