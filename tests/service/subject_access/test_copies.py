"""A copy from the request to the file: who may make it, what it leaves in the audit, and when it is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.records.speech import Role
from service.admin.canaries import scan, text_canary
from service.audit.records import Action, Outcome, Purpose
from service.blobs.errors import NoSuchBlobError
from service.database.words import Content
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.permissions.errors import NoSuchParticipantError
from service.retention.schedule import DAY_MS, Kind
from service.retention.store import kept_one
from service.retention.usecases import run
from service.retention.watch import ClockWatch
from service.subject_access.copied import copies_made
from service.subject_access.errors import NoSuchCopyError, NothingLeftError, NotReadYetError
from service.subject_access.packing import zipped
from service.subject_access.records import commitment
from tests.service.council import Council, standing_council
from tests.service.subject_access.asked import REFERENCE, Asked, document, opened, spoken
from tests.service.subject_access.conftest import VISIT

OTHERS = "My sister will not hear of it."


def texts(handed_out: dict[str, object]) -> list[str]:
    return [one["text"] for one in handed_out["transcript"] if "text" in one]  # type: ignore[attr-defined]


def test_the_file_has_their_words_and_of_others_only_what_was_kept(asked: Asked) -> None:
    copy_id = asked.made()
    kept = asked.said_by_others(copy_id)["She never does."]
    found = opened(zipped(asked.finished(copy_id, kept)))
    assert set(found) == {"copy.json", "copy.html", "copy.docx"}
    page = found["copy.html"].decode()
    for words in ("I drew a boat.", "A red one.", "She never does."):
        assert words in page
    assert "How was school?" not in page
    assert OTHERS not in page
    assert texts(document(zipped(asked.finished(copy_id)))) == ["I drew a boat.", "A red one."]


def test_each_act_leaves_one_row_that_names_the_copy_and_each_opening_one(asked: Asked) -> None:
    copy_id = asked.made()
    asked.access.finish(asked.administrator, asked.session_id, copy_id, [])
    asked.access.take(asked.administrator, asked.session_id, copy_id)
    asked.access.discard(asked.administrator, asked.session_id, copy_id)
    assert [(one.action, one.object_id) for one in asked.acts()] == [
        (action, copy_id) for action in (Action.EXPORT, Action.EDIT, Action.RELEASE, Action.ERASURE)
    ]
    openings = [one for one in asked.audited() if one not in asked.acts()]
    assert [one.action for one in openings] == [Action.EXPORT] * 4
    assert {one.actor_id for one in asked.audited()} == {asked.administrator.person_id}


def test_the_audit_can_be_held_against_the_reference_in_the_copy(asked: Asked) -> None:
    handed_out = asked.finished(asked.made())
    assert asked.acts()[0].commitment == commitment(REFERENCE, handed_out["proof"])
    assert handed_out["reference"] == REFERENCE


def test_only_an_administrator_asks_and_only_for_somebody_who_was_there(asked: Asked) -> None:
    for who in (asked.council.worker, asked.council.coach):
        with pytest.raises(RefusedError):
            asked.access.make(who.actor, asked.session_id, asked.request())
        assert asked.audited()[-1].outcome is Outcome.DENIED
    with pytest.raises(NoSuchParticipantError):
        asked.made(participant_id=new_id())
    assert asked.blobs() == set()


def test_a_copy_is_read_before_it_is_handed_out(asked: Asked) -> None:
    copy_id = asked.made()
    for step in (asked.access.take, asked.access.look):
        with pytest.raises(NotReadYetError):
            step(asked.administrator, asked.session_id, copy_id)


def test_reading_again_takes_the_place_of_the_reading_before(asked: Asked) -> None:
    copy_id = asked.made()
    asked.finished(copy_id, asked.said_by_others(copy_id)[OTHERS])
    before = asked.blobs()
    assert texts(asked.finished(copy_id)) == ["I drew a boat.", "A red one."]
    gone = before - asked.blobs()
    assert len(gone) == 1
    assert len(asked.blobs()) == 2
    with pytest.raises(NoSuchBlobError):
        asked.council.parts.blobs.size(gone.pop())


def test_a_copy_is_deleted_before_its_time_with_its_files(asked: Asked) -> None:
    copy_id = asked.made()
    asked.finished(copy_id)
    blobs = asked.blobs()
    asked.access.discard(asked.administrator, asked.session_id, copy_id)
    assert asked.blobs() == set()
    assert copies_made(asked.council.parts, asked.session_id) == ()
    assert not blobs & set(asked.council.parts.blobs.ids())
    with pytest.raises(NoSuchCopyError):
        asked.access.take(asked.administrator, asked.session_id, copy_id)


def test_a_copy_of_another_session_is_no_copy_of_this_one(asked: Asked) -> None:
    other = spoken(asked.council, VISIT)
    copy_id = other.made()
    for step in (asked.access.draft, asked.access.discard, asked.access.take):
        for unknown in (copy_id, new_id()):
            with pytest.raises(NoSuchCopyError):
                step(asked.administrator, asked.session_id, unknown)
    with pytest.raises(NoSuchParticipantError):
        asked.made(participant_id=other.people["child"])
    assert len(other.blobs()) == 1


def test_of_a_withdrawn_session_nothing_is_made_read_or_taken(asked: Asked) -> None:
    copy_id = asked.made()
    asked.finished(copy_id)
    path = f"/sessions/{asked.session_id}/participants/{asked.people['child']}/withdrawal"
    asked.council.worker.done("POST", path, {})
    with pytest.raises(NothingLeftError, match="Nothing of it is kept any more"):
        asked.made()
    for step in (asked.access.take, asked.access.draft, asked.access.discard):
        with pytest.raises(NothingLeftError):
            step(asked.administrator, asked.session_id, copy_id)
    assert asked.access.copies(asked.administrator, asked.session_id) == ()


def test_copies_are_erased_with_their_session(tmp_path: Path) -> None:
    with standing_council(tmp_path) as council:
        asked = spoken(council, VISIT)
        asked.finished(asked.made())
        blobs = asked.blobs()
        council.worker.done("DELETE", f"/sessions/{asked.session_id}")
        assert council.erase() == 1
        assert asked.blobs() == set()
        assert len(blobs) == 2
        assert not blobs & set(council.parts.blobs.ids())


def test_a_withdrawal_while_a_copy_is_made_leaves_no_file(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(asked.council.parts.blobs.ids())
    keeping = type(asked.access)._keeping

    def late(self: object, *given: object) -> object:
        path = f"/sessions/{asked.session_id}/participants/{asked.people['child']}/withdrawal"
        asked.council.worker.done("POST", path, {})
        return keeping(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(type(asked.access), "_keeping", late)
    with pytest.raises(NothingLeftError):
        asked.made()
    assert set(asked.council.parts.blobs.ids()) <= before


def test_a_session_in_quarantine_is_answered_about_too(asked: Asked) -> None:
    """Asking what is kept is a right; it waits for nobody's permission."""
    asked.council.worker.done("POST", f"/sessions/{asked.session_id}/participants", {"role": "other_family"})
    assert texts(asked.finished(asked.made())) == ["I drew a boat.", "A red one."]


def test_without_a_transcript_a_copy_has_answers_and_accesses(council: Council) -> None:
    from tests.service.council import VISIT as NEW

    session_id = council.worker.done("POST", "/sessions", NEW)["id"]
    council.agree(session_id)
    found = council.worker.get(f"/sessions/{session_id}/participants").json()["items"]
    asked = Asked(council, session_id, {one["role"]: one["id"] for one in found})
    assert asked.access.voices(asked.administrator, session_id) == ()
    handed_out = asked.finished(asked.made(voices=()))
    assert handed_out["transcript"] == []
    assert [one["purpose"] for one in handed_out["permissions"]] == ["reflection", "coaching"]
    assert handed_out["accesses"]


def test_nothing_of_a_copy_lies_in_the_clear(asked: Asked) -> None:
    canary = text_canary("said to a worker")
    other = spoken(asked.council, [(Role.CHILD, str(canary.content))])
    handed_out = other.finished(other.made())
    assert texts(handed_out) == [canary.content]
    assert not scan([asked.council.folder], [canary]).found


def test_no_other_part_of_the_service_asks_for_the_purpose() -> None:
    """What is behind `service/subject_access` stays there: a route that took any purpose would go around it."""
    root = Path(__file__).resolve().parents[3] / "service"
    named = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if "SUBJECT_ACCESS" in path.read_text("utf-8")
    }  # fmt: skip
    assert {name for name in named if not name.startswith("subject_access/")} == {
        "audit/records.py", "keybroker/policy.py",
    }  # fmt: skip


def test_an_administrator_sees_no_session_by_it_and_opens_nothing_else(asked: Asked) -> None:
    parts, who = asked.council.parts, asked.administrator
    with parts.database.reading() as rows:
        for content in Content:
            assert rows.scalars(parts.broker.visible_sessions(rows, who, content=content)).all() == []
    for content in (Content.RECORDING, Content.REFLECTION):
        with pytest.raises(RefusedError):
            parts.broker.open(who, asked.session_id, content, purpose=Purpose.SUBJECT_ACCESS, action=Action.EXPORT)


def test_copies_are_deleted_after_thirty_days_each_by_its_own_and_not_under_a_hold(tmp_path: Path) -> None:
    with standing_council(tmp_path) as council:
        asked = spoken(council, VISIT)
        first = asked.made()
        asked.finished(first)
        council.clock.pass_ms(20 * DAY_MS)
        council.again("administrator")
        second = asked.made()
        _settle(council, 10 * DAY_MS - 60_000)
        assert _ids(asked) == [second, first]
        until = council.clock() + 3 * DAY_MS
        _hold(council, asked, until)
        _settle(council, DAY_MS)
        assert _ids(asked) == [second, first], "a hold keeps them"
        council.clock.pass_ms(3 * DAY_MS)
        _settle(council, 0)
        assert _ids(asked) == [second]
        with council.parts.database.reading() as rows:
            kept = kept_one(rows, asked.session_id)
        assert kept is not None
        assert Kind.TRANSCRIPT in kept.there, "the transcript has its own time"
        _settle(council, 30 * DAY_MS)
        assert _ids(asked) == []
        assert asked.blobs() == set()


def _ids(asked: Asked) -> list[str]:
    found = asked.access.copies(asked.council.again("administrator").actor, asked.session_id)
    return [one.id for one in found]


def _hold(council: Council, asked: Asked, until: int) -> None:
    body = {"reason": "court", "until_ms": until}
    council.again("administrator").done("POST", f"/sessions/{asked.session_id}/holds", body)


def _settle(council: Council, passing_ms: int) -> None:
    """Time passes, and housekeeping runs; its clock is believed."""
    council.clock.pass_ms(passing_ms)
    watch = ClockWatch(council.parts)
    watch.confirm(council.again("administrator").actor)
    run(council.parts, watch, new_id())
