"""What a sign is worth: how much more often than others, for each second of listening, it led to a change of meaning.

``odds.json`` holds the counts and is written by ``python -m benchmarks.odds``: by sign, the seconds that the list would
ask for because of it, with the second played on either side, and in how many of these passages a negation was flipped
or a risk word lost. Counts are small, so a weight keeps near 1 until there are many.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

COUNTS = Path(__file__).with_name("odds.json")
PRIOR = 10
"""So many changes of meaning are taken to have been found as often as everywhere else."""

TRUST = 0.8
"""How far a weight follows the counts: at 1 all the way, at 0 not at all. Scores tell some of the same already."""


@cache
def counts_digest() -> str:
    """SHA-256 of the counts: another digest gives other lists."""
    return hashlib.sha256(COUNTS.read_bytes()).hexdigest()


@cache
def weight(sign: str) -> float:
    """The weight of a sign; 1 for one that was never met where it was counted."""
    counts = json.loads(COUNTS.read_text("utf-8"))["signs"]
    if sign not in counts:
        return 1.0
    rate = sum(c["changed"] for c in counts.values()) / sum(c["seconds"] for c in counts.values())
    return float(((counts[sign]["changed"] + PRIOR) / (counts[sign]["seconds"] * rate + PRIOR)) ** TRUST)
