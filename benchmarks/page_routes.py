"""Which addresses of the service are pages, so that none of them is left without a picture."""

from __future__ import annotations

import re
from collections.abc import Iterable
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

NO_PAGES = {
    "/healthz": "for whoever watches the process",
    "/readyz": "for whoever watches the process",
    "/metrics": "for whoever watches the process",
    "/look.css": "a style sheet",
    "/static/{digest}/{name}": "files of the pages",
    "/problems/{slug}": "the words of a problem, for programs",
    "/sessions/{session_id}/transcript/editor": "a piece of the transcript's page, which has its picture",
    "/sessions/{session_id}/feedback/document.pdf": "a download",
    "/sessions/{session_id}/feedback/document.docx": "a download",
    "/administration/audit.csv": "a download",
    "/administration/erasures/{erasure_id}/certificate": "a download",
    "/administration/subject-access/{session_id}/copies/{copy_id}/file": "a download",
}
"""Addresses below none of which a page lies, each with what it is instead."""


def page_routes() -> set[str]:
    """Every address that answers a browser with a page, as a template; from an installation made for that alone."""
    from service.api.description import routes_of
    from service.installation import opened_installation
    from service.settings_service import ServiceSettings
    from service.web_process import web_app

    with TemporaryDirectory(prefix="page-routes-") as place:
        given = {
            "PRACTICE_DATA": f"{place}/data",
            "PRACTICE_KEYS": f"{place}/keys",
            "PRACTICE_URL": "http://localhost:1",
        }
        with opened_installation(ServiceSettings.from_environment(given), may_begin=True) as installation:
            found = {one.path for one in routes_of(web_app(installation)) if one.method == "GET"}
    return {path for path in found if not path.startswith("/api/")}


def without_picture(routes: Iterable[str], seen: Iterable[str]) -> list[str]:
    """One sentence for each page of ``routes`` that none of the addresses ``seen`` leads to, and for each
    exception that is no route any more."""
    routes, paths = sorted(routes), {urlsplit(address).path for address in seen}
    shown = {_most_exact(routes, path) for path in paths}
    lacking = [f"{route}: no picture of this page" for route in routes if route not in shown and route not in NO_PAGES]
    return lacking + [f"{route}: an exception, but no such address" for route in NO_PAGES if route not in routes]


def _most_exact(routes: Iterable[str], path: str) -> str | None:
    """The route that answers this path: the one with the fewest places to fill in."""
    fitting = [one for one in routes if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", one.replace(".", r"\.")), path)]
    return min(fitting, key=lambda one: one.count("{"), default=None)
