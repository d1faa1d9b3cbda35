"""Reads the tables that `python -m benchmarks.judge --card` and `benchmarks.judge_swaps --card` wrote into a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from models.errors import BadInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with the line that stands over it; ``rows`` are dictionaries by the names of the columns."""

    title: str
    rows: tuple[dict[str, str], ...]


def tables(page: str, name: str) -> tuple[Table, ...]:
    """The tables between ``<!-- figures: NAME -->`` and ``<!-- end -->``. Raises BadInputError where there are none."""
    found = re.search(rf"<!-- figures: {re.escape(name)} -->\n(.*?)<!-- end -->", page, re.DOTALL)
    made = tuple(_tables(found[1])) if found else ()
    if not made:
        raise BadInputError(f"The page has no figures of {name}. Write them with the benchmark's --card.")
    return made


def number(cell: str) -> float | None:
    """The first number of a cell, like 0.47 of ``0.47 [0.33, 0.61]`` or 0.022 of ``2.2%``; None for a dash."""
    found = re.match(r"-?\d[\d,]*\.?\d*", cell)
    if found is None:
        return None
    read = float(found[0].replace(",", ""))
    return round(read / 100, 6) if cell[found.end() :].startswith("%") else read


def _tables(text: str) -> Iterator[Table]:
    title = ""
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.splitlines()
        if not lines[0].startswith("|"):
            title = block
            continue
        head, body = _cells(lines[0]), [_cells(line) for line in lines[2:]]
        yield Table(title=title, rows=tuple(dict(zip(head, row, strict=True)) for row in body))


def _cells(line: str) -> list[str]:
    return [cell.strip().strip("`*") for cell in line.strip().strip("|").split("|")]
