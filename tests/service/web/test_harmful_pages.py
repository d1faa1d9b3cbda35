"""Texts that do harm where they are taken for markup: on every page each of the 300 is a text (SECURITY S9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from tests.service.content_seen import Seen, seen_session
from tests.service.council import VISIT, Council, standing_council
from tests.service.harmful_talk import EVERY, say_every_payload
from tests.service.payloads import MARK
from tests.service.talks import lengthen

FIRST = "u00000000"
TALK = (
    ("worker", "/transcript"), ("worker", f"/transcript?edit={FIRST}"), ("worker", f"/transcript/editor?about={FIRST}"),
    ("worker", "/voices"), ("coach", "/review"),
)  # fmt: skip
"""Who, and where they see what was said."""
ADDRESSES = re.compile(r"href|src|action|formaction|srcset|poster|style|on\w+")


class Shape(HTMLParser):
    """What of a page is markup: each tag with the names of its attributes; and its texts and its values apart."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[tuple[str, frozenset[str]]] = set()
        self.texts, self.values, self.led_to = "", "", ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add((tag, frozenset(name for name, _ in attrs)))
        self.values += "".join(f" {value}" for name, value in attrs if name == "value")
        self.led_to += "".join(f" {value}" for name, value in attrs if ADDRESSES.fullmatch(name))

    def handle_data(self, data: str) -> None:
        self.texts += data


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Council]:
    with standing_council(tmp_path_factory.mktemp("harmful")) as made:
        yield made


def shape(seen: Seen, who: str, address: str) -> Shape:
    response = seen.get(who, address, Accept="text/html")
    assert response.status_code == 200
    return Shape(response.text)


def test_what_was_said_adds_no_markup_to_any_page_that_shows_it(council: Council) -> None:
    seen = seen_session(council)
    lengthen(council.parts, seen.id, len(EVERY), flags=150)
    before = {at: shape(seen, at[0], f"/sessions/{seen.id}{at[1]}") for at in TALK}
    council.clock.pass_ms(10)
    say_every_payload(council.parts, seen.id)
    for at, plain in before.items():
        page = shape(seen, at[0], f"/sessions/{seen.id}{at[1]}")
        assert page.tags <= plain.tags, at
        assert MARK not in page.led_to
        assert page.texts.count(MARK) >= (len(EVERY) if at[1] in ("/transcript", "/review") else 1), at


def test_what_was_typed_and_is_shown_again_adds_no_markup(council: Council) -> None:
    """The form is sent from a page that is behind, so that all four texts come back in their fields."""
    session_id = council.worker.done("POST", "/sessions", VISIT)["id"]
    known = typed(council, session_id, ["plain"] * 4).tags | typed(council, session_id, ["\0"] * 4).tags
    for start in range(0, len(EVERY), 4):
        four = EVERY[start : start + 4]
        page = typed(council, session_id, four)
        assert page.tags <= known, four
        assert MARK not in page.led_to
        assert MARK in page.texts + page.values


def typed(council: Council, session_id: str, texts: list[str]) -> Shape:
    fields = dict(zip(("title", "purpose", "change_goal", "notes"), texts, strict=True)) | {"version": "-"}
    headers = {**council.worker.headers, "Accept": "text/html"}
    sent = council.client.post(f"/sessions/{session_id}/details", data=fields, headers=headers, follow_redirects=False)
    assert sent.status_code in (409, 412, 422, 428), sent.status_code
    return Shape(sent.text)


def test_what_people_and_teams_are_called_adds_no_markup_to_the_lists_of_administration(council: Council) -> None:
    lead, lists = council.administrator, ("/administration/teams", "/administration/people?state=invited")
    made = 0
    for number, text in enumerate(EVERY[::5]):
        person = {"sign_in_name": f"a{number}@north.example", "shown_name": text, "roles": ["coach"]}
        answers = [lead.send("POST", "/teams", {"name": text}), lead.send("POST", "/people", person)]
        made += sum(one.status_code == 201 for one in answers)
    assert made > len(EVERY) // 10
    for address in lists:
        page = Shape(lead.client.get(address, headers=lead.headers).text)
        assert MARK in page.texts
        assert MARK not in page.led_to
        assert not [name for _, names in page.tags for name in names if name == "style" or name.startswith("on")]
        assert not {tag for tag, _ in page.tags} & {"iframe", "object", "embed", "base"}
