"""Pages of feedback over HTTP, with real keys, policy and audit."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document

from service.audit.looking import look
from service.audit.reading import Filter
from service.audit.records import Action
from service.feedback.records import NOT_FOR
from service.people.sign_in_rows import FRESH_MS
from tests.service.council import Council
from tests.service.web.feedback_visit import NEXT, Visit, reviewed


@pytest.fixture
def visit(council: Council) -> Visit:
    return reviewed(council)


@pytest.fixture(scope="module")
def done(council: Council) -> Visit:
    """Released feedback that tests of this file only read, or add replies to."""
    visit = reviewed(council)
    visit.release()
    return visit


def test_a_coach_begins_from_the_finished_review(visit: Visit) -> None:
    assert "Start a draft" in visit.get(visit.council.coach).text
    assert visit.begin().status_code == 303
    page = visit.get(visit.council.coach)
    assert (page.status_code, 'name="strength.empathy"' in page.text) == (200, True)
    assert "3 of 5" in page.text


def test_the_worker_reads_nothing_until_it_is_released_by_the_pages_own_forms(visit: Visit) -> None:
    worker = visit.council.worker
    for act in (visit.begin, visit.draft, lambda: visit.step("send"), lambda: visit.step("confirm")):
        page = visit.get(worker)
        assert "Nothing has been released yet" in page.text
        assert "I do not need a conversation first" not in page.text
        assert NEXT not in page.text
        assert act().status_code == 303
    assert "I do not need a conversation first" in visit.get(worker).text
    assert visit.post(worker, "/waiver", {}).status_code == 303
    assert visit.step("release").status_code == 303
    page = visit.get(worker)
    assert NEXT in page.text
    assert NOT_FOR in page.text


def test_what_was_written_is_saved_and_gone_on_with_in_one_step(visit: Visit) -> None:
    visit.begin()
    assert visit.draft(then="send").status_code == 303
    page = visit.get(visit.council.coach).text
    assert "I have read it and confirm it" in page
    assert NEXT in page


def test_going_on_without_a_next_step_keeps_what_was_written(visit: Visit) -> None:
    visit.begin()
    answer = visit.draft(then="send", **{"step.0": ""})
    assert answer.status_code == 409
    assert "at least one strength and one next step" in answer.text
    assert "You named what was hard." in answer.text
    assert "Save the draft" in visit.get(visit.council.coach).text


def test_nothing_is_released_without_a_conversation(visit: Visit) -> None:
    for done in (visit.begin(), visit.draft(), visit.step("send"), visit.step("confirm")):
        assert done.status_code == 303
    refused = visit.step("release")
    assert refused.status_code == 409
    assert "Record that you talked" in refused.text


def test_what_was_typed_is_there_still_where_it_cannot_be_kept(visit: Visit) -> None:
    visit.begin()
    refused = visit.draft(**{f"quote.empathy.{visit.utterance}": "never said", "words.autonomy": "Kept <b>these</b>"})
    assert refused.status_code == 422
    assert "never said" in refused.text
    assert "Kept &lt;b&gt;these&lt;/b&gt;" in refused.text
    assert "Error: " in refused.text


def test_a_stranger_finds_nothing_on_any_of_it(done: Visit) -> None:
    stranger = done.council.callers["stranger"]
    assert done.get(stranger).status_code == 404
    for more in ("/document.pdf", "/document.docx"):
        assert done.get(stranger, more).status_code == 404
    for more in ("/waiver", "/replies"):
        assert done.post(stranger, more, {"kind": "answer", "words": "x"}).status_code == 404
    for more in ("", "/draft", "/step"):
        assert done.post(stranger, more, {"step": "send"}).status_code == 404


def test_the_worker_contests_the_coach_answers_and_both_views_stand(done: Visit) -> None:
    worker, coach = done.council.worker, done.council.coach
    fields = {"kind": "contest", "about": "empathy", "words": "I think it was more.", "act_id": "a" * 32}
    for _ in range(2):
        assert done.post(worker, "/replies", fields).status_code == 303
    assert done.get(coach).text.count("I think it was more.") == 1
    answer = {"kind": "respond", "about": "empathy", "words": "Let us listen.", "act_id": "b" * 32}
    assert done.post(coach, "/replies", answer).status_code == 303
    assert done.post(worker, "/replies", {"kind": "second", "act_id": "c" * 32}).status_code == 303
    page = done.get(worker).text
    assert page.index("I think it was more.") < page.index("Let us listen.")
    assert "A second coder is asked" in page


def test_a_reply_that_cannot_be_kept_is_shown_again(done: Visit) -> None:
    fields = {"kind": "answer", "about": "whole", "words": "My words", "act_id": "not an id"}
    refused = done.post(done.council.worker, "/replies", fields)
    assert (refused.status_code, "My words" in refused.text) == (422, True)


def test_a_word_document_is_an_export(done: Visit) -> None:
    worker = done.council.worker
    before = done.council.audited()
    given = done.get(worker, "/document.docx")
    assert given.headers["content-disposition"] == 'attachment; filename="feedback.docx"'
    auditor, more = done.council.administrator.actor, done.council.audited() - before
    found = look(done.council.parts, auditor, Filter(session_id=done.session_id), before=None, limit=more)
    assert Action.EXPORT in {one.event.action for one in found.readings if one.event}
    document = Document(io.BytesIO(given.content))
    headings = [one.text for one in document.paragraphs if one.style is not None and one.style.name == "Heading 2"]
    assert headings[:3] == ["What went well", "Next step", "Scores that the coach confirmed"]
    assert document.core_properties.language == "en-GB"
    assert not any("vba" in name.lower() for name in zipfile.ZipFile(io.BytesIO(given.content)).namelist())
    assert done.quote.strip() in "\n".join(one.text for one in document.paragraphs)


def test_a_copy_is_taken_after_a_fresh_sign_in_alone(done: Visit) -> None:
    council = done.council
    council.clock.pass_ms(FRESH_MS + 1)
    given = done.get(council.worker, "/document.docx")
    council.again("worker")
    council.again("coach")
    council.again("stranger")
    assert given.status_code == 303
    assert given.headers["location"].startswith("/confirm")
