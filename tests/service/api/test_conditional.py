"""Versions: what did not change is not sent again, and no change is overwritten."""

from __future__ import annotations

import pytest

from tests.service.api.conftest import READER, WORKER, WRITER, Site

THING = "/api/v1/things/" + "a" * 32
BODY = {"name": "x", "day": 1}


@pytest.mark.parametrize("told", ['"v7"', 'W/"v7"', '"v1", "v7"', '"other" ,W/"v7"', "*"])
def test_what_the_reader_has_is_not_sent_again(shared_site: Site, told: str) -> None:
    response = shared_site.client.get(THING, headers={**READER, "If-None-Match": told})
    assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", '"v7"')


@pytest.mark.parametrize("told", ['"v8"', '"v70"', "v7", '"', "", '"v1""v7"', "x, y"])
def test_what_the_reader_does_not_have_is_sent(shared_site: Site, told: str) -> None:
    response = shared_site.client.get(THING, headers={**READER, "If-None-Match": told})
    assert (response.status_code, response.headers["etag"]) == (200, '"v7"')


def test_nobody_learns_without_access_that_nothing_changed(shared_site: Site) -> None:
    assert shared_site.client.get(THING, headers={"If-None-Match": '"v7"'}).status_code == 401
    assert shared_site.client.get(THING, headers={**WRITER, "If-None-Match": '"v7"'}).status_code == 403


def test_a_change_of_what_was_seen_is_made(shared_site: Site) -> None:
    response = shared_site.client.put(THING, headers={**WRITER, "If-Match": '"v7"'}, json=BODY)
    assert (response.status_code, response.headers["etag"]) == (200, '"v8"')


def test_a_change_of_what_changed_meanwhile_is_refused(shared_site: Site) -> None:
    response = shared_site.client.put(THING, headers={**WRITER, "If-Match": '"v6"'}, json=BODY)
    assert (response.status_code, response.json()["type"]) == (412, "/problems/changed-meanwhile")


@pytest.mark.parametrize("told", [None, "*", 'W/"v7"', '"v7", "v8"', "v7", '"7"', '"v07"', '"v' + "9" * 30 + '"'])
def test_a_change_that_does_not_say_what_was_seen_is_refused(shared_site: Site, told: str | None) -> None:
    headers = WRITER if told is None else {**WRITER, "If-Match": told}
    response = shared_site.client.put(THING, headers=headers, json=BODY)
    assert (response.status_code, response.json()["type"]) == (428, "/problems/version-needed")


def test_a_cookie_of_another_page_comes_before_the_version(shared_site: Site) -> None:
    response = shared_site.client.put(THING, headers={**WORKER, "If-Match": '"v7"'}, json=BODY)
    assert response.status_code == 403
