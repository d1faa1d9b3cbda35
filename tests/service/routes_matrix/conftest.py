"""A house for each module: from an erased session there is no way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.service.routes_matrix.cells import ASSERTED
from tests.service.routes_matrix.house import House, standing_house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with standing_house(tmp_path_factory.mktemp("house")) as made:
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many cells there were."""
    if ASSERTED:
        states = ", ".join(f"{state} {count}" for state, count in Counter(ASSERTED).items())
        terminalreporter.write_line(f"routes x principals: {len(ASSERTED)} cells asserted ({states})")
