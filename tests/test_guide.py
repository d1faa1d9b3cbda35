"""The user guide and the site made of it: all that it points to is there, and its numbers are the program's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.page_pictures import MOST_BYTES
from service.people.passwords import SHORTEST
from service.retention.schedule import DEFAULT_DAYS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
GUIDE = sorted((DOCS / "guide").glob("*.md"))
SITE: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
KEYS = re.compile(r'^  \w+: \["[^"]+", "([^"]+)"\]', re.MULTILINE)
SHOWN = {" ": "Space", "ArrowDown": "↓", "ArrowUp": "↑"}


def pages(part: Any) -> Iterator[str]:
    """Every page that a part of the navigation names."""
    if isinstance(part, str):
        yield part
    else:
        for one in part.values() if isinstance(part, dict) else part:
            yield from pages(one)


def anchors(page: Path) -> set[str]:
    """What the headings of a page can be reached by."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", one).strip().lower()) for one in headings}


def test_every_page_that_the_navigation_names_is_there() -> None:
    assert [one for one in pages(SITE["nav"]) if not (DOCS / one).is_file()] == []


def test_every_document_is_in_the_navigation_once() -> None:
    named = list(pages(SITE["nav"]))
    assert sorted(named) == sorted(str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md"))


def test_the_site_loads_nothing_from_elsewhere() -> None:
    assert SITE["theme"] == {"name": "mkdocs", "color_mode": "auto", "highlightjs": False}
    assert SITE["plugins"] == ["search"]
    assert {"extra_css", "extra_javascript", "extra_templates"} & SITE.keys() == set()


@pytest.mark.parametrize("page", [*GUIDE, DOCS / "index.md"], ids=lambda page: page.stem)
def test_every_link_and_picture_of_the_guide_leads_somewhere(page: Path) -> None:
    lost = []
    for _, _, target in LINK.findall(page.read_text("utf-8")):
        name, _, anchor = target.partition("#")
        there = page.parent / name if name else page
        if not there.is_file() or (anchor and anchor not in anchors(there)):
            lost.append(target)
    assert lost == []


@pytest.mark.parametrize("page", GUIDE, ids=lambda page: page.stem)
def test_every_picture_of_the_guide_says_in_words_what_it_shows(page: Path) -> None:
    pictures = [words for sign, words, _ in LINK.findall(page.read_text("utf-8")) if sign]
    assert [words for words in pictures if len(words) < 15] == []


def test_the_pictures_stay_small() -> None:
    assert sum(path.stat().st_size for path in (DOCS / "images" / "pages").iterdir()) < MOST_BYTES


def test_the_coaches_page_lists_the_keys_that_the_workspace_has() -> None:
    script = (ROOT / "service/web/static/js/review/keys.js").read_text("utf-8")
    keys = [SHOWN.get(key, key.upper() if len(key) == 1 else key) for key in KEYS.findall(script)]
    listed = re.findall(r"^\| .+ \| (.+) \|$", (DOCS / "guide/coaches.md").read_text("utf-8"), re.MULTILINE)
    shown = {key.strip("`") for row in listed for key in row.split(", ")}
    assert len(keys) > 20
    assert [key for key in keys if key not in shown] == []


def test_the_guide_states_the_programs_numbers() -> None:
    kept = (DOCS / "guide/administrators.md").read_text("utf-8")
    assert re.findall(r"\| (\d+) days \|", kept) == [str(days) for days in DEFAULT_DAYS.values()]
    assert f"at least {SHORTEST} characters" in (DOCS / "guide/index.md").read_text("utf-8")
