"""The people's way to a copy: the session's number, whose it is, which voices, reading it, and the file."""

from __future__ import annotations

import re

import pytest
from httpx2 import Response

from models.records.speech import Role
from tests.service.council import Council
from tests.service.subject_access.asked import REFERENCE, Asked, document, opened, spoken
from tests.service.web.admin.conftest import Desk

AT = "/subject-access"
LINES = (
    (Role.PRACTITIONER, "How was school?"),
    (Role.CHILD, "I drew a <b>boat</b>."),
    (Role.PARENT_OR_CARER, "My sister will not hear of it."),
)


@pytest.fixture
def asked(council: Council) -> Asked:
    return spoken(council, LINES)


def at(asked: Asked, more: str = "") -> str:
    return f"{AT}/{asked.session_id}{more}"


def form(asked: Asked, role: Role = Role.CHILD) -> str:
    return at(asked, f"/participants/{asked.people[role]}")


def ticked(page: str) -> set[str]:
    return {one[1] for one in re.finditer(r'value="([^"]+)" checked', page)}


def led_to(response: Response) -> str:
    assert response.status_code == 303, response.text
    return str(response.headers["Location"]).removeprefix("/administration")


def made(desk: Desk, asked: Asked, *voices: str) -> str:
    """The address of a copy that is to be read."""
    sent = {"voices": list(voices) or ["child"], "reference": REFERENCE}
    return led_to(desk.send(form(asked), sent)).removesuffix("/read")


def test_a_session_is_found_by_its_number_and_a_wrong_one_is_kept_to_be_corrected(desk: Desk, asked: Asked) -> None:
    found = desk.caller.client.get(
        f"/administration{AT}", params={"session": f" {asked.session_id.upper()} "}, headers=desk.caller.headers,
        follow_redirects=False,
    )  # fmt: skip
    assert led_to(found) == at(asked)
    wrong = desk.get(AT, session="a1b2")
    assert wrong.status_code == 422
    assert 'value="a1b2"' in wrong.text
    assert desk.get(f"{AT}/{'0' * 32}").status_code == 404


def test_the_voice_of_a_role_that_only_one_person_has_is_suggested(desk: Desk, asked: Asked) -> None:
    assert ticked(desk.page(form(asked))) == {"child"}
    asked.council.worker.done("POST", f"/sessions/{asked.session_id}/participants", {"role": "child"})
    assert ticked(desk.page(form(asked))) == set()


def test_scores_are_offered_for_the_role_of_the_worker_alone(desk: Desk, asked: Asked) -> None:
    assert "Is it their session?" in desk.page(form(asked, Role.PRACTITIONER))
    assert "Is it their session?" not in desk.page(form(asked))


def test_what_was_typed_is_there_again_with_what_is_wrong(desk: Desk, asked: Asked) -> None:
    refused = desk.send(form(asked), {"voices": ["parent_or_carer"], "reference": "A name"})
    assert refused.status_code == 422
    assert "Leave names out of it" in refused.text
    assert 'value="A name"' in refused.text
    assert 'id="reference-error"' in refused.text
    assert ticked(refused.text) == {"parent_or_carer"}
    assert asked.blobs() == set()


def test_what_others_said_is_left_out_unless_it_was_ticked(desk: Desk, asked: Asked) -> None:
    copy = made(desk, asked)
    page = desk.page(f"{copy}/read")
    boxes = re.findall(r'name="keep" type="checkbox" value="([^"]+)"', page)
    assert boxes[:2] == ["written:title", "written:change_goal"]
    assert len(boxes) == 4
    assert "I drew a &lt;b&gt;boat&lt;/b&gt;." in page
    assert led_to(desk.send(f"{copy}/read")) == copy
    shown = desk.page(copy)
    assert "2 utterances of other people are left out, and 2 texts of the worker" in shown
    assert "How was school?" not in shown
    assert "I drew a &lt;b&gt;boat&lt;/b&gt;." in shown
    assert led_to(desk.send(f"{copy}/read", {"keep": boxes[1::2]})) == copy
    shown = desk.page(copy)
    assert "My sister will not hear of it." in shown
    assert '<span class="copy-when">Change goal</span>' in shown
    assert ticked(desk.page(f"{copy}/read")) == set(boxes[1::2])


def test_the_file_has_a_name_that_names_nobody_and_is_not_kept_by_browsers(desk: Desk, asked: Asked) -> None:
    copy = made(desk, asked)
    desk.send(f"{copy}/read")
    found = desk.get(f"{copy}/file")
    copy_id = copy.rpartition("/")[2]
    assert found.headers["Content-Disposition"] == f'attachment; filename="subject-access-{copy_id[:8]}.zip"'
    assert found.headers["Cache-Control"] == "no-store"
    assert document(found.content)["reference"] == REFERENCE
    assert b"<b>boat" not in opened(found.content)["copy.html"]


def test_a_copy_that_nobody_read_leads_to_reading_it(desk: Desk, asked: Asked) -> None:
    copy = made(desk, asked)
    first = desk.caller.client.get(
        f"/administration{copy}", headers=desk.caller.headers, follow_redirects=False
    )  # fmt: skip
    assert led_to(first) == f"{copy}/read"
    assert desk.get(f"{copy}/file").status_code == 409


def test_the_worker_and_administrators_see_that_a_copy_was_made(desk: Desk, asked: Asked) -> None:
    home = f"/sessions/{asked.session_id}"
    worker, words = asked.council.worker, "an administrator made a copy for them"
    headers = {**worker.headers, "Accept": "text/html"}
    assert words not in worker.client.get(home, headers=headers).text
    copy = made(desk, asked)
    shown = worker.client.get(home, headers=headers).text
    assert words in shown
    assert "Copies for people who asked: until" in shown
    assert REFERENCE not in shown
    assert "Copies made:" in desk.page(f"/permissions/{asked.session_id}")
    assert f"{copy}" in desk.page(at(asked))


def test_a_copy_can_be_deleted(desk: Desk, asked: Asked) -> None:
    copy = made(desk, asked)
    assert led_to(desk.send(f"{copy}/delete")) == at(asked)
    assert copy not in desk.page(at(asked))
    assert desk.get(copy).status_code == 404


def test_of_a_session_that_is_over_one_sentence_says_that_nothing_is_left(desk: Desk, asked: Asked) -> None:
    copy = made(desk, asked)
    path = f"/sessions/{asked.session_id}/participants/{asked.people['child']}/withdrawal"
    asked.council.worker.done("POST", path, {})
    page = desk.page(at(asked))
    assert "there is nothing to make a copy of" in page
    assert "Make a copy" not in page
    assert desk.get(f"{copy}/file").status_code == 410
    assert "subject-access" not in desk.page(f"/permissions/{asked.session_id}").partition("<main")[2]
