"""The list of all pictures of pages, as a page of the guide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

HEAD = """# Every page in pictures

Taken by `make pictures` from the demo, 1280, 768 and 320 pixels wide, some also in the dark look. What is said in the
session was invented and is spoken by synthetic voices.
"""
PARTS = {
    "worker": "For social workers",
    "coach": "For coaches",
    "administrator": "For administrators",
    "": "For everybody",
}
"""How the name of a picture begins, and the heading that it stands under; what begins with none of them is for all."""
LOOKS = {"1280": "wide", "768": "middle", "320": "narrow", "1280-dark": "dark"}


def listed(titles: Mapping[str, str], files: Iterable[str]) -> str:
    """The list in Markdown. ``titles``: of each page, by the name of its pictures; ``files``: what was taken."""
    files, text = set(files), HEAD
    for part, heading in PARTS.items():
        rows = [_row(name, title, files) for name, title in titles.items() if _part_of(name) == part]
        if rows:
            text += f"\n## {heading}\n\n| Page | State | Pictures |\n|---|---|---|\n" + "\n".join(rows) + "\n"
    return text


def _row(name: str, title: str, files: set[str]) -> str:
    found = [(look, f"{name}-{end}.webp") for end, look in LOOKS.items() if f"{name}-{end}.webp" in files]
    links = " ".join(f"[{look}](../images/pages/{file})" for look, file in found)
    state = name.removeprefix(_part_of(name)).replace("-", " ").strip()
    return f"| {title} | {state} | {links} |"


def _part_of(name: str) -> str:
    first = name.partition("-")[0]
    return first if first in PARTS else ""
