"""A session to send recordings to."""

from __future__ import annotations

import pytest

from service.database.engine import Database
from service.ingest.records import Limits
from service.ingest.usecases import Ingest
from service.parts import Parts
from tests.service.ingest.material import NEXT_SESSION, SESSION, queue, settle
from tests.service.stand_ins import OpenHandedBroker


@pytest.fixture
def settled(database: Database, open_handed: OpenHandedBroker) -> None:
    settle(database)
    open_handed.known |= {SESSION, NEXT_SESSION}


@pytest.fixture
def ingest(parts: Parts, settled: None) -> Ingest:
    return Ingest(parts=parts, queue=queue, limits=Limits(part_bytes=100_000, spare_bytes=0))
