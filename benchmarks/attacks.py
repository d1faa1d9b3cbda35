"""Prints how many attacks on the language-model judge are found, and how often ordinary speech is taken for one.

`python -m benchmarks.attacks [SHARED]`, where SHARED is the folder that holds ``data/devset`` and ``data/annomi``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.judges.addressed import addressed
from pipelines.labelled.annomi import read_annomi
from pipelines.labelled.devset import read_devset

ROOT = Path(__file__).parents[1]
ATTACKS = ROOT / "tests" / "judges"
OWN = ROOT / "pipelines" / "training" / "coder" / "data" / "sessions"
_TOO_SHORT = 3
"""A turn of fewer words ("yeah") between the parts of an attack commands nothing."""


def caught(turns: Sequence[str]) -> bool:
    """Whether every turn of an attack that says something is found, read on its own as a transcript."""
    found = addressed(turns)
    return any(found) and all(hit or len(turn.split()) < _TOO_SHORT for hit, turn in zip(found, turns, strict=True))


def attacks(name: str) -> list[dict[str, object]]:
    """The attacks of one file, in its order."""
    return [json.loads(line) for line in (ATTACKS / name).read_text("utf-8").splitlines()]


def ordinary(shared: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """Texts of whole conversations, by where they come from."""
    yield "invented sessions of the repository", [_texts(one) for one in read_devset(OWN)]
    if (shared / "data").is_dir():
        yield "devset", [_texts(one) for one in read_devset(shared / "data" / "devset")]
        yield "AnnoMI", [_texts(one) for one in read_annomi(shared / "data" / "annomi" / "train.csv")]


def _texts(labelled: object) -> list[str]:
    return [line.text for line in labelled.conversation.lines]  # type: ignore[attr-defined]


def main() -> None:
    """Print the rates."""
    for name in sorted(path.name for path in ATTACKS.glob("attacks*.jsonl")):
        listed = attacks(name)
        missed = [str(one["id"]) for one in listed if not caught([turn["text"] for turn in one["turns"]])]  # type: ignore[attr-defined]
        told = f"; missed: {', '.join(missed)}" if missed else ""
        print(f"{name}: {len(listed) - len(missed)} of {len(listed)} found{told}")
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared"
    for name, conversations in ordinary(shared):
        said = sum(len(one) for one in conversations)
        alarms = sum(sum(addressed(one)) for one in conversations if one)
        print(f"{name}: {alarms} of {said} utterances taken for speech to the software")


if __name__ == "__main__":
    main()
