"""One key keeper for the tests of a file; each takes a machine and a session of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.installed import in_memory
from tests.service.keeper.places import Kept, kept


@pytest.fixture(scope="package")
def place() -> Iterator[Kept]:
    with in_memory() as folder, kept(folder) as running:
        yield running
