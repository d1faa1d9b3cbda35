"""A connection that is cut while a job is claimed, worked on or kept: it goes on, with one result of each stage."""

from __future__ import annotations

import time

import pytest

from tests.service.by_hand import Hands, hands
from tests.service.cut_database.far import RECOVERS_S, SILENCES_S, Far
from tests.service.cut_database.link import Cut

OFTEN = 50
LAST = 8
"""The number of messages differs: what was cut off before has to be connected again."""


def cut_in(far: Far, worker: Hands, how: Cut, message: int, *, answer: bool, silent_s: float | None = None) -> None:
    job_id, cuts = worker.queued(), far.link.cuts
    with far.cut(how, message, answer=answer, silent_s=silent_s):
        worker.one_pass()
    assert far.link.cuts == cuts + 1, "nothing was cut"
    begun = time.monotonic()
    while worker.state(job_id) != "done":
        assert worker.state(job_id) in ("queued", "running")
        assert time.monotonic() - begun < RECOVERS_S
        worker.later()
        worker.one_pass()
    assert worker.is_done_once(job_id)


@pytest.fixture(scope="package")
def many(standing: Far) -> int:
    """How many messages a client sends for a job that goes well."""
    standing.council.again("worker")
    with hands(standing.council) as worker:
        worker.queued()
        before = standing.link.messages
        worker.one_pass()
    return standing.link.messages - before


@pytest.mark.parametrize(("how", "share"), [(Cut.CLOSED, 0.1), (Cut.RESET, 0.5), (Cut.TERMINATED, 0.98)])
def test_a_job_goes_on_after_a_cut(far: Far, how: Cut, share: float, many: int) -> None:
    with hands(far.council) as worker:
        cut_in(far, worker, how, int(many * share), answer=True)


def test_a_job_goes_on_after_a_silence(far: Far, many: int) -> None:
    with hands(far.council) as worker:
        cut_in(far, worker, Cut.SILENT, many // 2, answer=True, silent_s=0.6)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_job_cut_at_any_message_keeps_one_result_of_each_stage(far: Far, many: int) -> None:
    with hands(far.council) as worker:
        for number in range(OFTEN):
            far.council.again("worker")
            how = list(Cut)[number % len(Cut)]
            silent_s = SILENCES_S[number // len(Cut) % len(SILENCES_S)] if how is Cut.SILENT else None
            message, answer = number * (many - LAST) // OFTEN, bool(number // len(Cut) % 2)
            cut_in(far, worker, how, message, answer=answer, silent_s=silent_s)
