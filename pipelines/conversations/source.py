"""The text of a transcript file, whatever program saved it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.errors import BadInputError

MOST_BYTES = 50_000_000

Tell = Callable[[str], None]
"""Told, in one plain sentence, what a person should know about how a file was read."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""How files begin that say how they are encoded; UTF-32's mark starts with UTF-16's, so it comes first."""

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file's text with its name for errors; ``path`` is where it lies."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.name

    @property
    def lines(self) -> list[str]:
        """The text by lines, as an editor counts them."""
        return re.split(r"\r\n|\r|\n", self.text)


def tell_nobody(sentence: str) -> None:
    """A word about the reading that nobody hears."""


def read_source(path: Path, tell: Tell = tell_nobody) -> Source:
    """The text of ``path``: UTF-8, or UTF-16 and UTF-32 with their marks, else Windows-1252, which is told.

    Raises BadInputError if the file is missing, empty, too large or no text.
    """
    content = _bytes(path)
    if content.startswith(_ZIP):
        raise BadInputError(
            f"{path.name} is a Word document or a zip file. Save the transcript as .vtt, .srt or .csv and try again."
        )
    text = _decoded(content, path.name, tell)
    if _CONTROL.search(text):
        raise BadInputError(f"{path.name} is not a text file. Give a transcript as .json, .vtt, .srt or .csv.")
    if not text.strip():
        raise BadInputError(f"{path.name} is empty. Save the transcript again and try once more.")
    return Source(path=path, text=text)


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise BadInputError(f"{path.name} is a folder. Name one transcript.")
        if not path.exists():
            raise BadInputError(f"There is no file {path.name}. Check the name and the folder.")
        if not path.is_file():
            raise BadInputError(f"{path.name} is not an ordinary file. Name one transcript.")
        if path.stat().st_size > MOST_BYTES:
            most = MOST_BYTES // 1_000_000
            raise BadInputError(f"{path.name} is larger than {most} MB, more than any transcript. Check the file.")
        return path.read_bytes()
    except OSError as refused:
        raise BadInputError(f"{path.name} cannot be opened. Check that you may read it.") from refused


def _decoded(content: bytes, name: str, tell: Tell) -> str:
    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    try:
        return content.decode(marked or "utf-8")
    except UnicodeDecodeError as refused:
        if marked:
            raise BadInputError(f"{name} is broken: its text breaks off. Save it again as UTF-8.") from refused
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as refused:
        raise BadInputError(f"{name} is not text that can be read. Save it as UTF-8 and try again.") from refused
    if not _CONTROL.search(text):
        tell(f"{name} is not UTF-8 and was read as Windows-1252. Check accents and quotation marks in the result.")
    return text
