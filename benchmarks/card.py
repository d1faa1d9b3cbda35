"""Write figures into a document between ``<!-- figures: NAME -->`` and ``<!-- end -->``; the rest is left alone."""

from __future__ import annotations

from pathlib import Path

END = "<!-- end -->"


def filled(text: str, name: str, figures: str) -> str:
    """The document with these figures in their place. Raises ValueError where the place is not there exactly once."""
    start = f"<!-- figures: {name} -->\n"
    before, *rest = text.split(start)
    if len(rest) != 1 or END not in rest[0]:
        raise ValueError(f"the document needs one place for {name}, from its marker to {END}")
    return f"{before}{start}\n{figures.strip()}\n\n{END}{rest[0].split(END, 1)[1]}"


def fill(path: Path, name: str, figures: str) -> None:
    """Write the figures into a file."""
    path.write_text(filled(path.read_text("utf-8"), name, figures), "utf-8")
