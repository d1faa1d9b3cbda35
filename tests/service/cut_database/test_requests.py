"""A connection to PostgreSQL that is cut at any message of a request: told with 503, nothing lost, nothing twice."""

from __future__ import annotations

import pytest

from tests.service.acts import ACTS, Act
from tests.service.cut_database.far import Far
from tests.service.cut_database.link import Cut

AT_ONCE = (Cut.CLOSED, Cut.RESET, Cut.TERMINATED)
OFTEN = 50
LONGEST_S = 30.0
"""A request may wait for an answer, for a new connection, and for both again as it tidies up."""


@pytest.mark.parametrize("how", AT_ONCE)
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_connection_cut_in_an_act_is_told_and_the_act_is_done_once(act: Act, how: Cut, far: Far) -> None:
    assert far.cut_in(act, how, 3, answer=True) is not None


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_silent_network_is_given_up(act: Act, far: Far) -> None:
    assert far.cut_in(act, Cut.SILENT, 3, answer=True, silent_s=0.6) is not None


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_connection_cut_at_any_message_loses_nothing_and_does_nothing_twice(act: Act, far: Far) -> None:
    far.cut_often(act, OFTEN)


@pytest.mark.slow
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_network_that_stays_silent_is_given_up_by_the_services_own_limits(act: Act, far: Far) -> None:
    took = far.cut_in(act, Cut.SILENT, 3, answer=True)
    assert took is not None
    assert took < LONGEST_S
