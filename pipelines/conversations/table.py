"""Transcripts as tables: CSV with a header that names the columns speaker and text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from models.errors import BadInputError
from models.records.speech import Role
from pipelines.conversations.role_words import role_in
from pipelines.conversations.source import Source
from pipelines.conversations.spoken import Spoken

_DELIMITERS = (",", ";", "\t")
_NEEDED = {"speaker", "text"}
_LONGEST_HEADER = 10_000


def header_of(source: Source) -> tuple[list[str], str] | None:
    """The columns' names in lower case and what separates them, where one of them is ``text``; else None."""
    first = source.lines[_header_row(source)].removeprefix("\ufeff")
    if len(first) > _LONGEST_HEADER:
        return None
    for delimiter in _DELIMITERS:
        try:
            names = [name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter), [])]
        except csv.Error:
            continue
        if len(names) > 1 and ({"text", "utterance_text"} & set(names)):
            return names, delimiter
    return None


def _header_row(source: Source) -> int:
    """1 where a spreadsheet program put the separator into a line of its own before the header, else 0."""
    lines = source.lines
    return int(len(lines) > 1 and re.fullmatch(r"\ufeff?sep=.", lines[0], re.IGNORECASE) is not None)


def spoken_rows(source: Source) -> tuple[Spoken, ...]:
    """One entry a row, in order; rows without speaker and text are passed over.

    Raises BadInputError with the line where a row cannot be used.
    """
    header = header_of(source)
    names, delimiter = header if header else ([], ",")
    missing = sorted(_NEEDED - set(names))
    if missing:
        raise BadInputError(f"{source.name}, line 1: there is no column {missing[0]}. Name the columns speaker,text.")
    twice = next((name for name in ("speaker", "text", "role", "turn", "id") if names.count(name) > 1), None)
    if twice:
        raise BadInputError(f"{source.name}, line 1: there are two columns called {twice}. Leave one of them out.")
    seen: set[str] = set()
    return tuple(_spoken(source, number, row, seen) for number, row in _rows(source, names, delimiter))


def _rows(source: Source, names: Sequence[str], delimiter: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(source.text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for _ in range(_header_row(source) + 1):
            next(reader)
        for number, cells in _numbered(reader):
            if len(cells) != len(names):
                raise BadInputError(
                    f"{source.name}, line {number}: {len(cells)} cells where line 1 has {len(names)}. "
                    "Put text that holds a separator into double quotes."
                )
            row = dict(zip(names, cells, strict=True))
            if row["speaker"].strip() or row["text"].strip():
                yield number, row
    except csv.Error as refused:
        raise BadInputError(
            f"{source.name}, line {max(number, reader.line_num)}: a quotation mark is not closed or stands in the "
            "wrong place. Correct the row and try again."
        ) from refused


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, with the line that each begins on."""
    last = getattr(reader, "line_num", 1)
    for cells in reader:
        first, last = last + 1, getattr(reader, "line_num", last + 1)
        if any(cell.strip() for cell in cells):
            yield first, cells


def _spoken(source: Source, number: int, row: dict[str, str], seen: set[str]) -> Spoken:
    identity = row.get("id", "").strip()
    if identity and identity in seen:
        raise BadInputError(f"{source.name}, line {number}: this id has been used before. Give every row its own id.")
    seen.add(identity)
    return Spoken(
        speaker=row["speaker"].strip() or None,
        text=row["text"].strip(),
        role=_role(source, number, row.get("role", "")),
        turn=_turn(source, number, row.get("turn", "")),
        id=identity or None,
    )


def _role(source: Source, number: int, cell: str) -> Role | None:
    if not cell.strip():
        return None
    role = role_in(cell)
    if role is None:
        raise BadInputError(f"{source.name}, line {number}: role must be one of {', '.join(Role)}.")
    return role


def _turn(source: Source, number: int, cell: str) -> int | None:
    plain = cell.strip()
    if not plain:
        return None
    if not (plain.isascii() and plain.isdecimal() and len(plain) < 10):
        raise BadInputError(f"{source.name}, line {number}: turn is not a whole number.")
    return int(plain)
