"""300 payloads on the pages of a session in a real browser: no script runs and no policy is violated (SECURITY S9)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import WATCH
from tests.e2e.review_place import Place, served_council
from tests.service.council import VISIT, Council
from tests.service.harmful_talk import EVERY, say_every_payload
from tests.service.payloads import MARK

pytestmark = pytest.mark.slow
HANDLERS = "[...document.querySelectorAll('*')].filter((one) => [...one.attributes].some((a) => /^on/.test(a.name)))"
TAGS = "iframe, object, embed, base, script:not([src]):not([type])"
FOREIGN = f"{HANDLERS}.length + document.querySelectorAll('{TAGS}').length"


def _made(council: Council) -> dict[str, str]:
    session_id = council.ready()
    say_every_payload(council.parts, session_id)
    for number, text in enumerate(EVERY[::5]):
        body = {**VISIT, **dict.fromkeys(("title", "purpose", "change_goal", "notes"), text)}
        council.worker.send("POST", "/sessions", body)
        council.administrator.send("POST", "/teams", {"name": text})
        person = {"sign_in_name": f"a{number}@north.example", "shown_name": text, "roles": ["coach"]}
        council.administrator.send("POST", "/people", person)
    council.worker.done("PUT", f"/sessions/{session_id}/sharing")
    council.coach.done("POST", f"/sessions/{session_id}/reviews", {"kind": "open"})
    return {"session": session_id}


@pytest.fixture(scope="module")
def place(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with served_council(tmp_path_factory.mktemp("harmful"), _made) as served:
        yield served


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("worker", "/sessions/{}/transcript"), ("worker", "/sessions/{}/transcript?edit=u00000000"),
        ("worker", "/sessions/{}/voices"), ("coach", "/sessions/{}/review"), ("worker", "/"),
        ("administrator", "/administration/teams"), ("administrator", "/administration/people?state=invited"),
    ],
)  # fmt: skip
def test_no_payload_runs_in_a_browser(browser: Any, place: Place, who: str, path: str) -> None:
    context = browser.new_context()
    context.add_cookies([{"name": "sid", "value": place.cookies[who], "url": place.url}])
    page, problems = context.new_page(), []
    page.add_init_script(WATCH)
    page.on("dialog", lambda dialog: (problems.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda asked: asked.url.startswith((place.url, "data:", "blob:")) or problems.append(asked.url))
    page.goto(place.url + path.format(place.made["session"]))
    page.wait_for_timeout(300)
    assert page.evaluate("violations") == []
    assert page.evaluate(FOREIGN) == 0
    assert problems == []
    assert path == "/" or MARK in page.locator("body").inner_text() + page.locator("main").inner_html()
    context.close()
