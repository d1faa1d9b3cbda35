"""Somebody asks: of all that was planted about them nothing is missing, of others nothing is in it (SECURITY P10)."""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from models.records.speech import Role
from service.admin.canaries import text_canary
from service.audit.records import NOBODY, Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.database.words import ReplyKind
from service.ids import new_id
from service.reviews.records import Act, ActKind
from service.reviews.usecases import Reviews
from service.subject_access.packing import zipped
from service.subject_access.records import iso
from tests.service.council import Council
from tests.service.subject_access.asked import Asked, opened, spoken
from tests.service.web.feedback_visit import NEXT, Visit, reviewed

QUICK, WHOLE = (200, 500), (3_600, 20_000)
"""Utterances of a session, and rows of the audit that are about others: of a few minutes, of four hours."""
LONGEST_S = 3_600


@dataclass(frozen=True)
class Planted:
    """What was put there: words of the one who asks and of others, and who did what how often."""

    own: list[str]
    others: list[str]
    looked: Counter[tuple[str, ...]]


def planted(council: Council, utterances: int, rows: int) -> tuple[Asked, Planted]:
    """Every other utterance is the child's, and every sixth person who looks is turned away."""
    words = [str(text_canary(f"line {place} {new_id()}").content) for place in range(utterances)]
    speaker = {0: Role.PRACTITIONER, 1: Role.CHILD, 2: Role.PARENT_OR_CARER, 3: Role.CHILD}
    asked = spoken(council, [(speaker[place % 4], text) for place, text in enumerate(words)])
    for purpose in ("research", "model-improvement"):
        one = {"id": asked.people["child"], "role": "child"}
        council.answer(asked.session_id, one, purpose)
    ways = [(action, role) for action in (Action.VIEW, Action.PLAY, Action.DENIAL) for role in ActorRole]
    looked: Counter[tuple[str, ...]] = Counter()
    with council.parts.database.writing() as connection:
        for place in range(rows):
            action, role = ways[place % len(ways)]
            mine = place % 10 == 0
            event = AuditEvent(
                when_ms=council.clock(), actor_id=NOBODY, role=role, action=action, kind=Kind.RECORDING,
                object_id=asked.session_id if mine else new_id(), purpose=Purpose.COACHING,
                outcome=Outcome.DENIED if action is Action.DENIAL else Outcome.DONE, request_id=new_id(),
                session_id=asked.session_id if mine else None,
            )  # fmt: skip
            council.parts.trail.append(connection, event)
            looked[_told(event)] += mine
    return asked, Planted(own=words[1::2], others=words[::2], looked=+looked)


def _told(event: AuditEvent) -> tuple[str, ...]:
    return (iso(event.when_ms), event.role, event.action, event.kind, event.purpose, event.outcome)


@pytest.mark.parametrize("size", [QUICK, pytest.param(WHOLE, marks=pytest.mark.slow)])
def test_all_that_was_planted_about_somebody_is_found_and_nothing_of_others(
    council: Council, size: tuple[int, int]
) -> None:
    asked, there = planted(council, *size)
    before = len(asked.audited())
    began = time.perf_counter()
    copy_id = asked.made()
    flagged = asked.said_by_others(copy_id)
    handed_out = asked.finished(copy_id)
    file = opened(zipped(handed_out))
    took = time.perf_counter() - began
    assert set(flagged) == set(there.others), "everything of other voices is marked to be read"
    text = file["copy.json"].decode() + file["copy.html"].decode()
    assert [words for words in there.own if text.count(words) != 2] == []
    assert [words for words in there.others if words in text] == []
    assert [one["purpose"] for one in handed_out["permissions"]] == [
        "reflection", "coaching", "research", "model-improvement",
    ]  # fmt: skip
    assert _found(handed_out) >= there.looked
    assert [one.action for one in asked.acts()] == [Action.EXPORT, Action.EDIT, Action.RELEASE]
    assert len(asked.audited()) - before == 3 + 5, "three acts, and the five times that content was opened for them"
    assert took < LONGEST_S
    sys.stdout.write(
        f"P10: {len(there.own)} of {len(there.own)} own utterances found, 0 of {len(there.others)} of others, "
        f"{there.looked.total()} accesses, {took:.2f} s of one hour\n"
    )


def _found(handed_out: dict[str, Any]) -> Counter[tuple[str, ...]]:
    names = ("when", "role", "action", "what", "purpose", "outcome")
    return Counter(tuple(one[name] for name in names) for one in handed_out["accesses"])


def test_what_a_worker_wrote_about_a_session_is_found_and_left_out_until_it_is_let_in(council: Council) -> None:
    asked, _ = planted(council, 4, 0)
    texts = {
        name: str(text_canary(f"{name} {new_id()}").content) for name in ("title", "purpose", "change_goal", "notes")
    }
    path = f"/sessions/{asked.session_id}"
    etag = {"If-Match": council.worker.get(path).headers["ETag"]}
    assert council.worker.send("PUT", f"{path}/details", texts, etag).status_code == 200
    copy_id = asked.made()
    drafted = asked.access.draft(asked.administrator, asked.session_id, copy_id)
    assert {one["what"]: one["text"] for one in drafted["written"]} == texts
    for kept in ((), ("written:notes", "written:change_goal")):
        file = opened(zipped(asked.finished(copy_id, *kept)))["copy.html"].decode()
        assert {f"written:{name}" for name, text in texts.items() if text in file} == set(kept)


def test_of_others_exactly_what_was_ticked_is_in_it(council: Council) -> None:
    asked, there = planted(council, 40, 0)
    copy_id = asked.made()
    flagged = asked.said_by_others(copy_id)
    ticked = there.others[:3]
    text = opened(zipped(asked.finished(copy_id, *(flagged[words] for words in ticked))))["copy.json"].decode()
    assert [words for words in there.others if words in text] == ticked


def worker_visit(council: Council, note: str) -> Visit:
    """A released session whose coach wrote this note in the review."""
    visit = reviewed(council)
    reviews, coach = Reviews(parts=council.parts), council.coach.actor
    reviews.reopen(coach, visit.review_id)
    done = reviews.act(coach, visit.review_id, [Act(act_id=new_id(), kind=ActKind.NOTE, body={"text": note})])
    assert not done.refused
    reviews.finish(coach, visit.review_id)
    visit.release()
    return visit


def test_a_worker_finds_scores_notes_feedback_and_replies(council: Council) -> None:
    note, answer = "You waited well.", "That helped me."
    visit = worker_visit(council, note)
    assert (
        visit.post(council.worker, "/replies", {"kind": "answer", "words": answer, "act_id": new_id()}).status_code
        == 303
    )
    found = council.worker.get(f"/sessions/{visit.session_id}/participants").json()["items"]
    asked = Asked(council, visit.session_id, {one["role"]: one["id"] for one in found})
    voices = asked.access.voices(asked.administrator, visit.session_id)
    copy_id = asked.made(Role.PRACTITIONER, voices=tuple(one.label for one in voices), about_worker=True)
    handed_out = asked.finished(copy_id)
    worker = handed_out["worker"]
    assert {one["score"] for one in worker["confirmed"]} == {3}
    assert [one["text"] for one in worker["notes"]] == [note]
    assert [step for one in worker["feedback"] for step in one["next_steps"]] == [NEXT]
    assert [(one["kind"], one["words"]) for one in worker["replies"]] == [(ReplyKind.ANSWER, answer)]
    assert worker["suggested"]
    page = opened(zipped(handed_out))["copy.html"].decode()
    for words in (note, answer, NEXT, "You named what was hard."):
        assert words in page
    assert asked.finished(asked.made(Role.PRACTITIONER, voices=()))["worker"] is None, "only where it is their session"


def test_drafts_and_open_reviews_are_in_no_copy(council: Council) -> None:
    visit = reviewed(council)
    visit.begin()
    visit.draft()
    Reviews(parts=council.parts).reopen(council.coach.actor, visit.review_id)
    found = council.worker.get(f"/sessions/{visit.session_id}/participants").json()["items"]
    asked = Asked(council, visit.session_id, {one["role"]: one["id"] for one in found})
    worker = asked.finished(asked.made(Role.PRACTITIONER, voices=(), about_worker=True))["worker"]
    assert worker["feedback"] == worker["confirmed"] == worker["notes"] == []
