"""Pages as a browser asks for them, and the forms in them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from starlette.testclient import TestClient

HTML = {"Accept": "text/html"}
_INPUT = re.compile(r"<input\b[^>]*>")


def get(browser: TestClient, path: str) -> Any:
    """A page; what it leads to is not followed."""
    return browser.get(path, headers=HTML, follow_redirects=False)


def send(browser: TestClient, path: str, **fields: object) -> Any:
    """A form, sent as it is without scripts: nothing but its fields, and where it stands."""
    asked = {"data": fields, "headers": {**HTML, "X-CSRF": ""}, "follow_redirects": False}
    return browser.post(path, **asked)


def field(page: Any, name: str) -> str:
    """What a field of a page holds."""
    for found in _INPUT.findall(page.text):
        if f'name="{name}"' in found:
            value = re.search(r'value="([^"]*)"', found)
            return unescape(value[1]) if value else ""
    raise AssertionError(f"no field {name}")


def heading(page: Any) -> str:
    """The one first heading of a page, without its marks."""
    found = re.findall(r"<h1\b[^>]*>(.*?)</h1>", page.text, re.DOTALL)
    assert len(found) == 1, found
    return unescape(re.sub(r"<[^>]+>", "", found[0])).strip()
