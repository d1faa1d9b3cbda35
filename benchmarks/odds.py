"""Counts what each sign of the please-check list led to, and writes ``pipelines/stages/odds.json``.

``python -m benchmarks.odds [--keep FOLDER] DEVSET`` speaks and reads the sessions of the development set and
risk_sentences.json as `benchmarks.checks` does, takes the passages that the list would ask for if all signs were worth
the same and a fifth of the recording might be heard, and counts by the strongest sign of each: its seconds with what is
played on either side, and whether a negation was flipped or a risk word lost in it. ``unheard_sessions`` are left out:
they are for reporting.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.checks import heard, read, true_turns
from models.records.speech import Words
from pipelines.evaluation.annotation import Annotation
from pipelines.evaluation.check_measures import important_errors, is_heard
from pipelines.evaluation.speech import align_words
from pipelines.stages.attribute import attribute
from pipelines.stages.check import PLAYED_MS, Passage, passages
from pipelines.stages.findings import find
from pipelines.stages.odds import COUNTS

CHOSEN_ON = tuple(f"session-{number:02}" for number in range(1, 13))
SENTENCES = Path(__file__).with_name("risk_sentences.json")
NOISIER = ("session-01", "risk_sentences")
"""Read a second time in a noisier room."""

SHARE = 0.2


def readings(devset: Path, keep: Path | None) -> Iterator[tuple[Annotation, Words]]:
    """Every reference with what was read in it."""
    for script in [*(devset / f"{name}.json" for name in CHOSEN_ON), SENTENCES]:
        for snr_db in (26.0, 21.0) if script.stem in NOISIER else (26.0,):
            yield read(script, snr_db, 0.1, keep)


def asked(reference: Annotation, words: Words) -> tuple[Passage, ...]:
    """The passages of a list to which all signs are worth the same."""
    turns, speech = true_turns(reference)
    found = find(words, attribute(words, turns, speech), turns, speech)
    return passages(found, reference.duration_ms or 0, SHARE, enough=0.0, weigh=lambda sign: 1.0)


def main() -> None:
    """Count, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("devset", type=Path, help="the folder with the session scripts")
    parser.add_argument("--keep", type=Path, help="folder for what was read")
    options = parser.parse_args()
    signs: dict[str, dict[str, float]] = {}
    for reference, words in readings(options.devset, options.keep):
        errors = important_errors(align_words(reference, heard(reference, words, SHARE)))
        for passage in asked(reference, words):
            counts = signs.setdefault(passage.offers[0].finding.sign, {"passages": 0, "seconds": 0.0, "changed": 0})
            counts["passages"] += 1
            counts["seconds"] = round(counts["seconds"] + (passage.span.duration_ms + PLAYED_MS) / 1000, 1)
            counts["changed"] += any(is_heard(passage.span, error) for error in errors)
    document = {"counted_on": [*CHOSEN_ON, SENTENCES.stem], "signs": dict(sorted(signs.items()))}
    COUNTS.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(COUNTS.read_text("utf-8"))


if __name__ == "__main__":
    main()
