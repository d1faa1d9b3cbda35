"""Damaged recordings, each read or refused in a sentence: 63, and 315 with the slow tests.

`benchmarks/hostile_media.py` does more.
"""

from __future__ import annotations

import os

import pytest

from benchmarks.hostile_media import CONTAINERS, MUTATORS, mutant, run

QUICK_FILES = 63
FILES = 315
SHARE = 63


@pytest.mark.parametrize(
    "first",
    [
        *range(0, QUICK_FILES, SHARE),
        *(pytest.param(first, marks=pytest.mark.slow) for first in range(QUICK_FILES, FILES, SHARE)),
    ],
)
def test_damaged_files_are_read_or_refused(first: int) -> None:
    """No crash, no traceback, no hang, nothing left behind: a result or a known reason for every file."""
    verdicts = run(range(first, first + SHARE), os.cpu_count() or 1)
    assert [(verdict.name, verdict.fault) for verdict in verdicts if verdict.fault] == []
    assert {"read"} < {verdict.outcome for verdict in verdicts}, "the damage should spoil some files and spare some"


def test_every_container_is_damaged_in_every_way() -> None:
    """The first files already cover each way of damage in each container, and follow from their number."""
    names = {mutant(number)[0].split("-", 1)[1] for number in range(len(CONTAINERS) * len(MUTATORS))}
    assert len(names) == len(CONTAINERS) * len(MUTATORS)
    assert mutant(123) == mutant(123)
