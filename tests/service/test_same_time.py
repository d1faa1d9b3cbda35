"""How long an answer takes does not tell whether somebody else's session is there (SECURITY S2)."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import pytest

from service.ids import new_id
from tests.service.content_seen import Seen, seen_session
from tests.service.council import standing_council

ASKED = 500
MOST_APART_MS = 2.0


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    with standing_council(tmp_path_factory.mktemp("time")) as council:
        yield seen_session(council)


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/sessions/{}",
        "/api/v1/sessions/{}/sound",
        "/sessions/{}",
        "/sessions/{}/transcript",
    ],
)
def test_a_whole_request_takes_as_long_for_a_foreign_session_as_for_none(seen: Seen, path: str) -> None:
    """In processor time, which other programs on the machine hardly change; both write one row of the audit."""
    took: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(2 * ASKED):
        there = turn % 2 == 0
        address = path.format(seen.id if there else new_id())
        begun = time.process_time()
        response = seen.get("stranger", address)
        took[there].append((time.process_time() - begun) * 1000)
        assert response.status_code == 404
    apart = abs(statistics.median(took[True]) - statistics.median(took[False]))
    assert apart <= MOST_APART_MS, f"of medians of {ASKED}, the one of {statistics.median(took[True]):.2f} ms"
