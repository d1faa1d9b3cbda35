"""The pages of a reflection over HTTP, as a browser without scripts uses them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import update

from models.records.coding import Off
from service.database.tables import session
from service.database.words import StaffRole
from service.ids import new_id
from tests.service.council import VISIT, Caller, Council
from tests.service.reflection.made import made_session
from tests.service.reflection.test_routes import ELEMENTS

MARKED = "You sound worn out by all of it."
SUGGESTED = "Suggested by the program"
HTML = {"Accept": "text/html"}


def page(who: Caller, path: str) -> Any:
    return who.client.get(path, headers={**who.headers, **HTML}, follow_redirects=False)


def send(who: Caller, path: str, **fields: str) -> Any:
    """A form, with the token that its page has in a hidden field."""
    headers = {name: value for name, value in who.headers.items() if name != "X-CSRF"}
    sent = {"csrf": who.headers["X-CSRF"], **fields}
    return who.client.post(path, data=sent, headers={**headers, **HTML}, follow_redirects=False)


@pytest.fixture(scope="module")
def visit(council: Council) -> dict[str, Any]:
    """What a session is added with; fewer people agree faster."""
    return {**VISIT, "participants": ["practitioner", "parent_or_carer"]}


@pytest.fixture
def fresh_id(council: Council, visit: dict[str, Any]) -> str:
    """A session that everybody agreed to, without a recording yet."""
    made: str = council.worker.done("POST", "/sessions", visit)["id"]
    council.agree(made, "reflection")
    return made


@pytest.fixture(scope="module")
def looked_id(council: Council) -> str:
    """A session whose worker chose to see the suggestions; tests add to it and take nothing away."""
    made = made_session(
        council, "reflection", "coaching", off=(Off(name="empathy-", reason="x"), Off(name="affirm", reason="x"))
    )
    council.worker.done("POST", f"/sessions/{made}/reflection/rated", {"without_rating": True})
    return made


def at(session_id: str) -> str:
    return f"/sessions/{session_id}/reflection"


def test_the_first_page_asks_for_ratings_and_shows_no_suggestion(council: Council) -> None:
    made = made_session(council)
    shown = page(council.worker, at(made))
    assert shown.status_code == 200
    assert "Not rated yet" in shown.text
    assert MARKED not in shown.text
    assert SUGGESTED not in shown.text


def test_an_element_is_asked_with_its_anchors(council: Council, fresh_id: str) -> None:
    shown = unescape(page(council.worker, f"{at(fresh_id)}/rate/empathy").text)
    assert "No interest in how the person sees things." in shown
    assert "I cannot say" in shown
    assert "Element 1 of 7" in shown


def test_saving_a_rating_leads_to_the_next_element(council: Council, fresh_id: str) -> None:
    saved = send(council.worker, f"{at(fresh_id)}/rate/empathy", rating="4")
    assert (saved.status_code, saved.headers["location"]) == (303, f"{at(fresh_id)}/rate/collaboration")
    assert "4, Clearly present" in page(council.worker, at(fresh_id)).text


def test_saving_nothing_says_what_to_do(council: Council, fresh_id: str) -> None:
    refused = send(council.worker, f"{at(fresh_id)}/rate/empathy")
    assert refused.status_code == 422
    assert "Choose a number, or say that you cannot." in refused.text


def test_a_form_without_its_token_is_not_taken(council: Council, fresh_id: str) -> None:
    assert send(council.worker, f"{at(fresh_id)}/rate/empathy", rating="4", csrf="x").status_code == 403


def test_after_the_last_rating_the_suggestions_can_be_asked_for(council: Council, fresh_id: str) -> None:
    for element in ELEMENTS:
        last = send(council.worker, f"{at(fresh_id)}/rate/{element}", rating="cannot-say")
    assert last.headers["location"] == f"{at(fresh_id)}#ratings"
    assert "Show me what the program suggests" in page(council.worker, at(fresh_id)).text
    send(council.worker, f"{at(fresh_id)}/rated")
    shown = page(council.worker, at(fresh_id)).text
    assert "The program has not finished with this session" in shown
    assert "I cannot say" in shown


def test_who_has_seen_the_suggestions_does_not_rate_any_more(council: Council, looked_id: str) -> None:
    for answer in (
        page(council.worker, f"{at(looked_id)}/rate/empathy"),
        send(council.worker, f"{at(looked_id)}/rate/empathy", rating="5"),
    ):
        assert (answer.status_code, answer.headers["location"]) == (303, at(looked_id))
    assert council.worker.get(at(looked_id)).json()["ratings"] == {}


def test_going_on_without_rating_is_asked_about_first(council: Council, fresh_id: str) -> None:
    assert "This cannot be undone" in page(council.worker, f"{at(fresh_id)}/without").text
    send(council.worker, f"{at(fresh_id)}/rated")
    assert council.worker.get(at(fresh_id)).json()["rated_ms"] is None
    send(council.worker, f"{at(fresh_id)}/rated", without="yes")
    assert council.worker.get(at(fresh_id)).json()["without_rating"]


def test_a_suggestion_is_shown_as_one_with_its_doubt_in_words(council: Council, looked_id: str) -> None:
    shown = page(council.worker, at(looked_id)).text
    assert SUGGESTED in shown
    assert MARKED in shown
    assert re.search(r"(Likely|Unsure|Could not tell)[^<]*\d", shown)
    assert "You chose to see the suggestions before you had rated every element." in shown


def test_a_moment_has_its_sound_and_questions_of_ours(council: Council, looked_id: str) -> None:
    shown = unescape(page(council.worker, at(looked_id)).text)
    assert f"/api/v1/sessions/{looked_id}/sound?purpose=reflection#t=0.48,0.72" in shown
    assert "How could you tell whether you had understood them?" in shown or "What had you heard" in shown


def test_what_is_switched_off_says_so(council: Council, looked_id: str) -> None:
    shown = page(council.worker, at(looked_id)).text
    assert "The program does not mark moments against Empathy" in shown
    assert "<li>Affirm</li>" in shown


def test_what_was_written_to_a_moment_is_there_again(council: Council, looked_id: str) -> None:
    version = str(council.worker.get(at(looked_id)).json()["version"])
    saved = send(
        council.worker,
        at(looked_id),
        version=version,
        note="Long day.",
        **{"answer u3:empathy+ own": "Her <b>breath</b>."},
    )
    assert (saved.status_code, saved.headers["location"]) == (303, at(looked_id))
    shown = page(council.worker, at(looked_id)).text
    assert "Her &lt;b&gt;breath&lt;/b&gt;." in shown
    assert ">Long day.</textarea>" in shown


def test_a_text_from_another_window_is_offered_beside_what_stands(council: Council, looked_id: str) -> None:
    late = send(council.worker, at(looked_id), version="0", wanted="Written elsewhere")
    now = council.worker.get(at(looked_id)).json()
    send(council.worker, at(looked_id), version=str(now["version"]), wanted="Written here")
    late = send(council.worker, at(looked_id), version="0", wanted="Written late")
    assert late.headers["location"] == f"{at(looked_id)}#beside"
    shown = page(council.worker, at(looked_id)).text
    assert "You wrote in two windows at once" in shown
    assert "Written late" in shown
    found = next(one for one in council.worker.get(at(looked_id)).json()["asides"] if one["text"] == "Written late")
    send(council.worker, f"{at(looked_id)}/beside", aside=found["id"], act="use")
    assert council.worker.get(at(looked_id)).json()["wanted"] == "Written late"


def test_a_text_that_is_too_long_is_given_back_with_what_to_do(council: Council, looked_id: str) -> None:
    version = str(council.worker.get(at(looked_id)).json()["version"])
    long = "so " * 1_400
    refused = send(council.worker, at(looked_id), version=version, note=long)
    assert refused.status_code == 422
    assert "Shorten it." in refused.text
    assert long.strip() in refused.text


def test_answers_to_a_moment_that_is_not_marked_any_more_stay(council: Council, looked_id: str) -> None:
    version = str(council.worker.get(at(looked_id)).json()["version"])
    send(council.worker, at(looked_id), version=version, **{"answer u99:empathy+ heard": "Still here"})
    shown = unescape(page(council.worker, at(looked_id)).text)
    assert "What you wrote to moments that are not marked any more" in shown
    assert "Still here" in shown


def test_sharing_is_asked_about_and_says_what_the_coach_never_sees(council: Council, looked_id: str) -> None:
    asked = f"/sessions/{looked_id}/sharing"
    assert f'href="{asked}"' in page(council.worker, at(looked_id)).text
    assert "Your coach will never see" in page(council.worker, asked).text
    assert council.worker.get(f"/sessions/{looked_id}").json()["shared_ms"] is None


def test_sharing_is_undone_until_the_review_begins(council: Council, looked_id: str) -> None:
    asked = f"/sessions/{looked_id}/sharing"
    send(council.worker, asked)
    assert "take that back" in page(council.worker, at(looked_id)).text
    send(council.worker, f"{asked}/back")
    assert council.worker.get(f"/sessions/{looked_id}").json()["shared_ms"] is None
    send(council.worker, asked)
    with council.parts.database.writing() as rows:
        rows.execute(update(session).where(session.c.id == looked_id).values(review_begun_ms=council.clock()))
    assert send(council.worker, f"{asked}/back").status_code == 409
    assert "Your coach has begun the review" in page(council.worker, asked).text


def test_a_session_that_is_not_ready_is_not_shared(council: Council, fresh_id: str) -> None:
    asked = f"/sessions/{fresh_id}/sharing"
    assert send(council.worker, asked).status_code == 409
    assert "cannot be shared now" in page(council.worker, asked).text


def test_nobody_else_opens_the_pages_although_the_session_is_shared(council: Council, looked_id: str) -> None:
    everything = council.person("everything", *StaffRole)
    paths = ("", "/without", "/rate/empathy")
    for who in (council.coach, council.administrator, council.callers["stranger"], everything):
        nowhere = page(who, at(new_id()))
        shown = [page(who, at(looked_id) + path) for path in paths]
        assert {one.status_code for one in shown} == {404}
        assert nowhere.status_code == 404
        assert not any(MARKED in one.text for one in shown)


def test_who_is_not_signed_in_is_led_to_sign_in(council: Council, looked_id: str) -> None:
    answer = council.client.get(at(looked_id), headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={at(looked_id)}")
