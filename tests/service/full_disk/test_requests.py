"""A disk that runs out at any write of a request: a problem that says so, nothing lost, and all well later."""

from __future__ import annotations

import pytest

from tests.service.acts import ACTS, Act
from tests.service.full_disk.place import Place, says_it_is_full

FEW = (0, 2, 5, 9)
"""Free pages of the disk, where not every number of them is tried."""
ENOUGH = 400
"""More than any of these acts needs."""


def goes_on(act: Act, place: Place, rooms: tuple[int, ...]) -> bool:
    """Try an act with so little room, then with enough; whether it was done before there was enough."""
    trying = act.ready(place.council)
    for pages in rooms:
        place.later()
        with place.short(pages):
            answer = act.do(trying)
            assert answer.status_code < 300 or says_it_is_full(answer), (pages, answer.status_code, answer.text)
        if answer.status_code < 300:
            break
        assert act.done(trying) in (0, 1)
    early = answer.status_code < 300
    if not early:
        place.later()
        assert act.do(trying).status_code < 300
    assert act.done(trying) == 1
    return early


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_an_act_without_room_is_refused_and_done_once_there_is_some(act: Act, place: Place) -> None:
    goes_on(act, place, FEW[:2])
    place.whole()


@pytest.mark.slow
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_an_act_that_runs_out_of_room_at_any_page_loses_nothing(act: Act, place: Place) -> None:
    assert goes_on(act, place, tuple(range(ENOUGH)))
    place.whole()
