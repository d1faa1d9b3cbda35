"""A house for each module: from an erased session there is no way back."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.routes_matrix.cells import ASSERTED
from tests.service.routes_matrix.house import House, standing_house


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """In memory where there is such a folder: what is asked here is not what outlasts a loss of power."""
    memory = Path("/dev/shm")
    with (
        tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder,
        standing_house(Path(folder)) as made,
    ):
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many cells there were."""
    if ASSERTED:
        states = ", ".join(f"{state} {count}" for state, count in Counter(ASSERTED).items())
        terminalreporter.write_line(f"routes x principals: {len(ASSERTED)} cells asserted ({states})")
