"""A disk that runs out while a stage keeps its result: the job goes on later, with one result of each stage."""

from __future__ import annotations

import pytest

from tests.service.by_hand import hands
from tests.service.full_disk.place import Place

ENOUGH, EVERY = 600, 7
"""Pages."""


def worked_with(place: Place, pages: int) -> bool:
    """Work on a new job with so much room, and again with enough; whether there was enough at once."""
    with hands(place.council) as worker:
        job_id = worker.queued()
        with place.short(pages):
            worker.one_pass()
            early = worker.is_done_once(job_id)
            assert early or worker.state(job_id) in ("queued", "running")
        for _ in range(2):
            worker.later()
            worker.one_pass()
        assert worker.is_done_once(job_id)
    return early


@pytest.mark.parametrize("pages", [0, 40])
def test_a_job_without_room_is_done_once_there_is_some(place: Place, pages: int) -> None:
    worked_with(place, pages)
    place.whole()


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_job_that_runs_out_of_room_wherever_keeps_one_result_of_each_stage(place: Place) -> None:
    for pages in range(0, ENOUGH, EVERY):
        place.council.again("worker")
        if worked_with(place, pages):
            break
    else:
        raise AssertionError("there was never enough")
    place.whole()
