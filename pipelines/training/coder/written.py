"""Counts of the invented material, as its README states them: ``python -m pipelines.training.coder.written [README]``.

With a README the tables are written into it, between ``<!-- counts -->`` and ``<!-- end -->``; else they are printed.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from models.coder.labels import DIMENSIONS, ELEMENTS
from models.errors import BadInputError
from models.records.coding import Setting
from pipelines.labelled.annomi import read_annomi
from pipelines.labelled.devset import read_devset
from pipelines.labelled.records import Gold, Labelled
from pipelines.training.coder.material import WRITTEN

_PLACE = re.compile(r"(<!-- counts -->\n).*?(<!-- end -->)", re.DOTALL)


def read_parts(folder: Path = WRITTEN) -> dict[str, tuple[Labelled, ...]]:
    """The parts of the invented material by their names. Raises BadInputError."""
    devset = read_devset(folder / "devset")
    sessions = read_devset(folder / "sessions", "written")
    utterances = read_devset(folder / "utterances", "written")
    return {
        "development set, sessions": _such(devset, lambda one: len(one.gold) > 1),
        "development set, single utterances": _such(devset, lambda one: len(one.gold) == 1),
        **{f"sessions {author}-*": _by(sessions, author) for author in ("a", "b", "c", "supervision")},
        "single utterances, practitioner": _such(utterances, lambda one: not _supervision(one)),
        "single utterances, supervisor": _such(utterances, _supervision),
        "dialogues.csv": read_annomi(folder / "dialogues.csv"),
    }


def counts(folder: Path = WRITTEN) -> str:
    """Two tables in Markdown: the size of each part, and how many lines carry each element's labels."""
    parts = read_parts(folder)
    return "\n".join([*_sizes(parts), "", *_labels(parts), ""])


def _such(material: Sequence[Labelled], wanted: Callable[[Labelled], bool]) -> tuple[Labelled, ...]:
    return tuple(one for one in material if wanted(one))


def _by(sessions: Sequence[Labelled], author: str) -> tuple[Labelled, ...]:
    return tuple(one for one in sessions if one.name.startswith(f"{author}-"))


def _supervision(one: Labelled) -> bool:
    return one.conversation.setting is Setting.SUPERVISION


def _gold(material: Iterable[Labelled]) -> list[Gold]:
    return [gold for one in material for gold in one.gold]


def _sizes(parts: dict[str, tuple[Labelled, ...]]) -> list[str]:
    lines = [
        "| Part | Conversations | Lines | Looked at for flags | of these none found | Client talk |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, material in parts.items():
        gold = _gold(material)
        looked = [one.labels for one in gold if one.labels is not None]
        told = sum("talk" in one.heads for one in gold)
        whole = sum(len(one.gold) > 1 for one in material)
        empty = sum(not labels for labels in looked)
        lines.append(f"| {name} | {whole} | {len(gold):,} | {len(looked):,} | {empty:,} | {told:,} |")
    return lines


def _labels(parts: dict[str, tuple[Labelled, ...]]) -> list[str]:
    found: dict[str, Counter[str]] = {"sessions": Counter(), "single": Counter()}
    for material in parts.values():
        for one in material:
            where = found["single" if len(one.gold) == 1 else "sessions"]
            for gold in one.gold:
                where.update({label.evidence for label in gold.labels or ()})
    lines = ["| Lines with a label | Sessions + | Sessions - | Single + | Single - |", "|---|---:|---:|---:|---:|"]
    for element in (*ELEMENTS, *DIMENSIONS):
        cells = [found[where][element + sign] for where in ("sessions", "single") for sign in ("+", "-")]
        lines.append(f"| {element} | {' | '.join(f'{cell:,}' for cell in cells)} |")
    return lines


def fill(readme: str, tables: str) -> str:
    """The README with these tables in the place of the old ones. Raises BadInputError without such a place."""
    filled, places = _PLACE.subn(lambda place: f"{place[1]}\n{tables}\n{place[2]}", readme)
    if places != 1:
        raise BadInputError("The file must hold <!-- counts --> and <!-- end --> once. Give the material's README.")
    return filled


if __name__ == "__main__":
    if len(sys.argv) > 1:
        written = Path(sys.argv[1])
        written.write_text(fill(written.read_text("utf-8"), counts()), "utf-8")
    else:
        sys.stdout.write(counts())
