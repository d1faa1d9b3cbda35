"""Who is who, please check and the transcript as plain pages: every form works without a script."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from service.ids import new_id
from tests.outputs.sessions import hostile_session, small_session
from tests.service.council import URL, Caller, Council
from tests.service.transcripts.made import keep

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def ready_id(council: Council) -> str:
    """A session whose recording was worked on; tests correct what is theirs."""
    made = council.ready()
    keep(council, made, small_session(), council.clock() + 1)
    return made


def get(council: Council, path: str, by: Caller | None = None) -> Any:
    who = by or council.worker
    return council.client.get(path, headers={**HTML, "Cookie": who.headers["Cookie"]}, follow_redirects=False)


def send(council: Council, path: str, by: Caller | None = None, **fields: str) -> Any:
    """A form as a browser without scripts sends it: the token is one of its fields."""
    who = by or council.worker
    told = {
        "csrf": who.headers["X-CSRF"],
        "act_id": new_id(),
        **{name.replace("_", "-"): fields[name] for name in fields},
    }
    told["act_id"] = fields.get("act_id", told["act_id"])
    headers = {**HTML, "Cookie": who.headers["Cookie"], "Origin": URL}
    return council.client.post(path, data=told, headers=headers, follow_redirects=False)


def said(council: Council, session_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = council.worker.get(f"/sessions/{session_id}/transcript").json()["utterances"]
    return found


def ids(council: Council, session_id: str) -> list[str]:
    return [one["id"] for one in said(council, session_id)]


def test_each_voice_has_its_clips_its_suggestion_in_words_and_its_share(council: Council, ready_id: str) -> None:
    page = get(council, f"/sessions/{ready_id}/voices").text
    assert page.count('class="voice"') == 2
    assert page.count('class="clip__sound"') == 5  # "Mm." is too short to tell a voice by
    assert re.search(r"/sound#t=[\d.]+,[\d.]+", page)
    assert "Suggested: social worker" in page
    assert "% of the talk" in page


def test_one_press_confirms_all_that_is_suggested_and_nothing_has_to_be_marked_again(council: Council) -> None:
    session_id = council.ready()
    keep(council, session_id, small_session(), council.clock() + 1)
    fields = {"voice_1": "SPEAKER_00", "role_1": "practitioner", "voice_2": "SPEAKER_01", "role_2": "parent_or_carer"}
    assert send(council, f"/sessions/{session_id}/voices", **fields).status_code == 303
    after = council.worker.get(f"/sessions/{session_id}/transcript").json()
    assert [one["confirmed"] for one in after["voices"]] == [True, True]
    assert not after["marks_are_behind"]
    assert [one["state"] for one in council.worker.get(f"/sessions/{session_id}/jobs").json()["items"]] == ["done"]


def test_another_role_than_was_suggested_has_the_moments_marked_again(council: Council) -> None:
    session_id = council.ready()
    keep(council, session_id, small_session(), council.clock() + 1)
    page = get(council, f"/sessions/{session_id}/voices").text
    chosen = re.findall(r'<option value="(\w+)" selected>', page)
    assert chosen == ["practitioner", "parent_or_carer"]
    fields = {"voice_1": "SPEAKER_00", "role_1": chosen[0], "voice_2": "SPEAKER_01", "role_2": "child"}
    answer = send(council, f"/sessions/{session_id}/voices", **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sessions/{session_id}/check")
    after = council.worker.get(f"/sessions/{session_id}/transcript").json()
    assert [one["confirmed"] for one in after["voices"]] == [True, True]
    jobs = council.worker.get(f"/sessions/{session_id}/jobs").json()["items"]
    assert sorted(one["state"] for one in jobs) == ["done", "queued"]  # both were made in the same moment
    assert "being marked again" in get(council, f"/sessions/{session_id}/voices").text


def test_a_voice_of_nobody_on_record_holds_the_session_back_until_it_is_said_whose_it_was(council: Council) -> None:
    session_id = council.ready()
    roles = {"voice_1": "SPEAKER_00", "role_1": "practitioner", "voice_2": "SPEAKER_01", "role_2": "unknown"}
    answer = send(council, f"/sessions/{session_id}/voices", **roles)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sessions/{session_id}/permissions")
    assert council.worker.get(f"/sessions/{session_id}").json()["state"] == "quarantined"
    assert council.worker.get(f"/sessions/{session_id}/transcript").status_code != 200
    page = get(council, f"/sessions/{session_id}/permissions").text
    match = re.search(rf"/sessions/{session_id}/participants/\w+/match", page)
    assert match is not None
    assert "Choose whose voice it was" in send(council, match[0], role="").text
    assert send(council, match[0], role="nobody").status_code == 303
    assert council.worker.get(f"/sessions/{session_id}").json()["state"] == "ready"


def test_without_any_role_the_page_says_what_to_do_and_keeps_nothing(council: Council, ready_id: str) -> None:
    before = council.worker.get(f"/sessions/{ready_id}/transcript").json()["number"]
    answer = send(council, f"/sessions/{ready_id}/voices", voice_1="SPEAKER_00", role_1="", voice_2="SPEAKER_01")
    assert answer.status_code == 409
    assert "Choose a role for at least one voice" in answer.text
    assert council.worker.get(f"/sessions/{ready_id}/transcript").json()["number"] == before


def test_a_passage_shows_its_reason_and_what_is_said_around_it(council: Council, ready_id: str) -> None:
    page = unescape(get(council, f"/sessions/{ready_id}/check").text)
    lines = said(council, ready_id)
    first = council.worker.get(f"/sessions/{ready_id}/transcript").json()["checks"][0]
    place = ids(council, ready_id).index(first["utterances"][0])
    assert "1 of 2" in page
    assert first["reason"] in page
    assert lines[place - 1]["text"] in page
    assert lines[place]["text"] in page


def test_a_passage_that_is_put_right_leads_to_the_next_and_then_to_the_end(council: Council) -> None:
    session_id = council.ready()
    keep(council, session_id, small_session(), council.clock() + 1)
    here = f"/sessions/{session_id}/check"
    one, two = council.worker.get(f"/sessions/{session_id}/transcript").json()["checks"]
    fields = {"passage": one["id"], "said_1": one["utterances"][0], "text_1": "I was drunk."}
    answer = send(council, here, **fields)
    assert answer.headers["location"] == f"{here}?passage={two['id']}"
    answer = send(council, here, passage=two["id"])
    assert answer.headers["location"] == here
    assert "All checked" in get(council, here).text
    changed = [line["text"] for line in said(council, session_id) if line["text"] != line["machine_text"]]
    assert changed == ["I was drunk."]


def test_text_that_cannot_be_kept_is_still_in_the_form(council: Council, ready_id: str) -> None:
    one = council.worker.get(f"/sessions/{ready_id}/transcript").json()["checks"][0]
    long = "far too long " * 500
    fields = {"passage": one["id"], "said_1": one["utterances"][0], "text_1": long}
    answer = send(council, f"/sessions/{ready_id}/check", **fields)
    assert answer.status_code == 422
    assert "5,000 characters" in answer.text
    assert long.strip() in answer.text


def test_the_editor_is_open_at_one_utterance_alone(council: Council, ready_id: str) -> None:
    one = ids(council, ready_id)[1]
    page = get(council, f"/sessions/{ready_id}/transcript?edit={one}").text
    assert page.count('id="editor"') == 1
    assert page.index(f'id="{one}"') < page.index('id="editor"')
    assert 'id="editor"' not in get(council, f"/sessions/{ready_id}/transcript?edit=nothing").text


def test_every_act_of_the_editor_works_as_a_form_and_leads_back_to_its_place(council: Council) -> None:
    session_id = council.ready()
    keep(council, session_id, small_session(), council.clock() + 1)
    here, before = f"/sessions/{session_id}/transcript", said(council, session_id)
    first = before[0]["id"]
    answer = send(council, here, do="words", about=first, text="Other words for it")
    assert answer.headers["location"] == f"{here}#{first}"
    send(council, here, do="split", about=first, at="6")
    assert [one["text"] for one in said(council, session_id)[:2]] == ["Other", "words for it"]
    send(council, here, do="join", about=first)
    assert said(council, session_id)[0]["text"] == "Other words for it"
    send(council, here, do="voice", about=first, speaker="new", reach="one")
    assert said(council, session_id)[0]["speaker"] == "ADDED_01"
    send(council, here, do="voice", about=first, last=before[2]["id"], speaker="SPEAKER_01", reach="range")
    assert [one["speaker"] for one in said(council, session_id)[:3]] == ["SPEAKER_01"] * 3
    send(council, here, do="voice", about=first, voice="SPEAKER_01", speaker="SPEAKER_00", reach="all")
    assert {one["speaker"] for one in said(council, session_id)} == {"SPEAKER_00"}
    for _ in range(6):
        assert send(council, here, do="undo").status_code == 303
    assert said(council, session_id) == before
    assert "nothing left to undo" in _followed(council, send(council, here, do="undo"))
    send(council, here, do="redo")
    assert said(council, session_id)[0]["text"] == "Other words for it"


def test_a_script_is_told_the_rows_that_changed(council: Council, ready_id: str) -> None:
    one = ids(council, ready_id)[-1]
    headers = {**council.worker.headers, "Accept": "application/json"}
    told = {"do": "words", "about": one, "text": "Told <b>anew</b>", "act_id": new_id()}
    path = f"/sessions/{ready_id}/transcript"
    made = council.client.post(path, data=told, headers=headers).json()
    assert [row["id"] for row in made["rows"]] == [one]
    assert "Told &lt;b&gt;anew&lt;/b&gt;" in made["rows"][0]["html"]
    assert (made["gone"], made["undo"]) == ([], True)
    refused = council.client.post(path, data={**told, "about": "x", "act_id": new_id()}, headers=headers)
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")


def test_what_was_said_is_text_on_every_page_and_never_markup(council: Council) -> None:
    session_id = council.ready()
    keep(council, session_id, hostile_session(), council.clock() + 1)
    for path in ("voices", "check", "transcript"):
        page = get(council, f"/sessions/{session_id}/{path}")
        assert page.status_code == 200
        assert "<img" not in page.text
        assert "49" not in re.findall(r"\{\{.*?\}\}", page.text)


def test_nobody_but_the_worker_opens_the_pages_not_even_the_coach(council: Council, ready_id: str) -> None:
    council.worker.done("PUT", f"/sessions/{ready_id}/sharing")
    for who in ("coach", "stranger", "administrator"):
        for path in ("voices", "check", "transcript", "transcript/editor"):
            assert get(council, f"/sessions/{ready_id}/{path}", council.callers[who]).status_code == 404


def test_a_form_from_elsewhere_changes_nothing(council: Council, ready_id: str) -> None:
    before = said(council, ready_id)
    headers = {**HTML, "Cookie": council.worker.headers["Cookie"], "Origin": URL}
    sent = {"do": "words", "about": before[0]["id"], "text": "x"}
    assert council.client.post(f"/sessions/{ready_id}/transcript", data=sent, headers=headers).status_code == 403
    assert said(council, ready_id) == before


def _followed(council: Council, answer: Any) -> str:
    cookie = f"{council.worker.headers['Cookie']}; {answer.headers['set-cookie'].partition(';')[0]}"
    found: str = council.client.get(answer.headers["location"], headers={**HTML, "Cookie": cookie}).text
    return found
