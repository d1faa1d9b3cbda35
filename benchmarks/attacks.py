"""Prints how many attacks on the language-model judge are found, and how often ordinary speech is taken for one.

`python -m benchmarks.attacks [SHARED]`, where SHARED is the folder that holds ``data/devset`` and ``data/annomi``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.judges.addressed import addressed
from pipelines.labelled.annomi import read_annomi
from pipelines.labelled.devset import read_devset
from pipelines.labelled.records import Labelled

Attack = dict[str, Any]
ROOT = Path(__file__).parents[1]
ATTACKS = ROOT / "tests" / "judges"
OWN = ROOT / "pipelines" / "training" / "coder" / "data" / "sessions"


def caught(attack: Attack) -> bool:
    """Whether every turn of an attack but fillers ("yeah") is found, read on its own as a transcript."""
    found = addressed([turn["text"] for turn in attack["turns"]])
    return all(hit or turn.get("filler") for hit, turn in zip(found, attack["turns"], strict=True))


def attacks(name: str) -> list[Attack]:
    """The attacks of one file, in its order."""
    return [json.loads(line) for line in (ATTACKS / name).read_text("utf-8").splitlines()]


def ordinary(shared: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """Texts of whole conversations, by where they come from."""
    yield "invented sessions of the repository", [_texts(one) for one in read_devset(OWN)]
    if (shared / "data").is_dir():
        yield "devset", [_texts(one) for one in read_devset(shared / "data" / "devset")]
        yield "AnnoMI", [_texts(one) for one in read_annomi(shared / "data" / "annomi" / "train.csv")]


def _texts(labelled: Labelled) -> list[str]:
    return [line.text for line in labelled.conversation.lines]


def main() -> None:
    """Print the rates."""
    for name in sorted(path.name for path in ATTACKS.glob("attacks*.jsonl")):
        listed = attacks(name)
        missed = [one["id"] for one in listed if not caught(one)]
        told = f"; missed: {', '.join(missed)}" if missed else ""
        print(f"{name}: {len(listed) - len(missed)} of {len(listed)} found{told}")
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared"
    for name, conversations in ordinary(shared):
        said = sum(len(one) for one in conversations)
        alarms = sum(sum(addressed(one)) for one in conversations if one)
        print(f"{name}: {alarms} of {said} utterances taken for speech to the software")


if __name__ == "__main__":
    main()
